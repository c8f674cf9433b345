import { DEFAULT_APPLY_USER, DEFAULT_USER } from './registry-building.ts';
import { type PathStep, pathText, type ReferenceFault } from './registry-problem.ts';

type Fields = ReadonlyMap<string, unknown>;

/**
 * Who holds the key that reads must not be able to change anything. So the key that applies changes is another one,
 * of another user: through a shared user, or a shared key, a stolen read key would reach the helper.
 */
export function applyFaults(name: string, entry: Fields, defaults: Fields): ReferenceFault[] {
  const value = (field: string) => entry.get(field) ?? defaults.get(field);
  const place = (field: string): PathStep[] =>
    entry.has(field) || !defaults.has(field) ? ['servers', name, field] : ['defaults', field];
  const key = value('applyIdentityFile');
  if (key === undefined) return [];
  const faults: ReferenceFault[] = [];
  const add = (path: PathStep[], message: string) =>
    faults.push({ path, message: `${pathText(path)} ${message}` });
  const user = value('user') ?? DEFAULT_USER;
  if ((value('applyUser') ?? DEFAULT_APPLY_USER) === user) {
    add(
      place('applyUser'),
      `is the user that reads, "${String(user)}": give changes a user of their own, a stolen read key must not reach them`,
    );
  }
  const signIn = entry.has('identityFile') || entry.has('agent') ? entry : defaults;
  if (signIn.get('identityFile') === key) {
    add(
      place('applyIdentityFile'),
      'is the key that reads: make a key of its own for changes, a stolen read key must not reach them',
    );
  }
  return faults;
}
