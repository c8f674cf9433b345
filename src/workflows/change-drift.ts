import { observedByHelper } from '../remediation/observed-unit.ts';
import type { ServerPlan } from '../remediation/plan.ts';
import { sha256 } from '../remediation/plan-digest.ts';
import { notInForce } from '../remediation/settings-in-force.ts';
import type { ExpectedInForce } from './planned-change.ts';
import type { HelperState } from './remediation-ports.ts';

/** How a server differs from what was applied there; undefined when it does not. `mark` names this very difference. */
export function driftOf(
  applied: { readonly service: string } & ExpectedInForce & { readonly changes: ServerPlan['changes'] },
  state: HelperState,
): { readonly what: string; readonly mark: string } | undefined {
  const { service, server, unit, settings, changes } = applied;
  const observed = observedByHelper({ service, server, unit, hostKey: '' }, state);
  const lost = notInForce(observed, settings).flatMap(({ name, expected, found }) =>
    found === undefined ? [] : [`${name} is ${found}, and ${expected} was applied.`],
  );
  if (lost.length === 0) return undefined;
  const files = changes.flatMap(({ path, after }) => {
    const file = state.files.find(each => each.path === path);
    if (!file || file.sha256 === after.sha256) return [];
    return [file.exists ? `${path} was changed since.` : `${path} is gone.`];
  });
  const what = [...lost, ...files].join(' ');
  return { what, mark: sha256(what).slice(0, 16) };
}
