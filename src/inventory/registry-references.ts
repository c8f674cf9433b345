import { applyFaults } from './apply-faults.ts';
import { NAME_PATTERN } from './name-form.ts';
import { nearestNames } from './nearest-name.ts';
import { type PathStep, pathText, type ReferenceFault, suggestionText } from './registry-problem.ts';

/**
 * Checks what the names in the file point at. It takes the data as parsed, valid or not, so that a broken
 * field in one place does not hide a broken reference in another.
 */
export function referenceFaults(data: unknown): ReferenceFault[] {
  const servers = fieldsOf(fieldsOf(data).get('servers'));
  const services = fieldsOf(fieldsOf(data).get('services'));
  const groups = fieldsOf(fieldsOf(data).get('groups'));
  const teams = fieldsOf(fieldsOf(data).get('teams'));
  const slack = fieldsOf(fieldsOf(data).get('slack'));
  const defaults = fieldsOf(fieldsOf(data).get('defaults'));
  const faults: ReferenceFault[] = [];

  for (const name of services.keys()) {
    if (servers.has(name)) faults.push(sharedName(['services', name], 'server'));
  }
  for (const name of groups.keys()) {
    if (servers.has(name)) faults.push(sharedName(['groups', name], 'server'));
    else if (services.has(name)) faults.push(sharedName(['groups', name], 'service'));
  }
  for (const [name, entry] of servers) {
    const fields = fieldsOf(entry);
    faults.push(...unknownNames(['servers', name, 'jump'], fields.get('jump'), servers, 'server'));
    if (fields.has('hostKey') && fields.has('knownHosts')) {
      const path = ['servers', name, 'knownHosts'];
      const message = `${pathText(path)} stands beside hostKey: keep one, the host key is decided in one place`;
      faults.push({ path, message });
    }
    faults.push(...applyFaults(name, fields, defaults));
  }
  faults.push(...jumpCircles(servers));
  for (const [name, entry] of services) {
    const fields = fieldsOf(entry);
    const nginx = fieldsOf(fields.get('nginx'));
    faults.push(...listedNames(['services', name, 'servers'], fields.get('servers'), servers, 'server'));
    faults.push(
      ...listedNames(['services', name, 'nginx', 'servers'], nginx.get('servers'), servers, 'server'),
    );
    for (const [address, server] of fieldsOf(fields.get('upstreams'))) {
      faults.push(...unknownNames(['services', name, 'upstreams', address], server, servers, 'server'));
    }
    faults.push(...unknownNames(['services', name, 'team'], fields.get('team'), teams, 'team'));
    faults.push(...listedTwice(['services', name, 'channels'], fields.get('channels'), 'channel'));
    faults.push(...quietHoursFaults(['services', name, 'warnings'], fields.get('warnings')));
    faults.push(...changesFaults(['services', name, 'changes'], fields.get('changes')));
  }
  for (const [name, members] of groups) {
    faults.push(...listedNames(['groups', name], members, services, 'service'));
  }
  faults.push(...quietHoursFaults(['warnings'], fieldsOf(data).get('warnings')));
  faults.push(...changesFaults(['changes'], fieldsOf(data).get('changes')));
  faults.push(...listedTwice(['slack', 'workspaces'], slack.get('workspaces'), 'workspace'));
  faults.push(...listedTwice(['slack', 'sharedChannels'], slack.get('sharedChannels'), 'channel'));
  faults.push(...holdersTwice(['slack', 'roles'], slack.get('roles')));
  for (const [name, team] of teams) {
    faults.push(...holdersTwice(['teams', name, 'roles'], fieldsOf(team).get('roles')));
  }
  return faults;
}

/** Hours that begin and end at the same time could be none or a whole day. */
function quietHoursFaults(path: readonly PathStep[], warnings: unknown): ReferenceFault[] {
  const entries = fieldsOf(warnings).get('quietHours');
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown, index): ReferenceFault[] => {
    const [fields, place] = [fieldsOf(entry), [...path, 'quietHours', index]];
    const twice = listedTwice([...place, 'days'], fields.get('days'), 'day');
    const [from, to] = [fields.get('from'), fields.get('to')];
    if (typeof to !== 'string' || from !== to) return twice;
    const at = [...place, 'to'];
    const message = `${pathText(at)} is "${to}", the same as from: for the whole day write from "00:00" to "24:00"`;
    return [{ path: at, message }, ...twice];
  });
}

/** Freezes that could not be kept as they are written, and people named twice. */
function changesFaults(path: readonly PathStep[], changes: unknown): ReferenceFault[] {
  const section = fieldsOf(changes);
  const freezes = section.get('freezes');
  const lists = ['escalateTo', 'breakGlass'].flatMap(name =>
    listedTwice([...path, name], section.get(name), 'ID'),
  );
  if (!Array.isArray(freezes)) return lists;
  const faults = freezes.flatMap((entry: unknown, index): ReferenceFault[] => {
    const fields = fieldsOf(entry);
    const [from, to, days] = [fields.get('from'), fields.get('to'), fields.get('days')];
    const place = [...path, 'freezes', index];
    const twice = listedTwice([...place, 'days'], days, 'day');
    if (typeof from !== 'string' || typeof to !== 'string') return twice;
    const at = [...place, 'to'];
    const told = (step: readonly PathStep[], words: string): ReferenceFault[] => [
      { path: step, message: `${pathText(step)} ${words}` },
      ...twice,
    ];
    const isDated = from.includes(' ');
    if (isDated !== to.includes(' '))
      return told(at, `is "${to}" and from is "${from}": write both with a date, or both as times of day`);
    if (from === to)
      return told(at, `is "${to}", the same as from: for the whole day write from "00:00" to "24:00"`);
    if (isDated && to < from) return told(at, `is "${to}", before from: nothing would ever be frozen`);
    return isDated && days !== undefined
      ? told([...place, 'days'], 'stands beside dates: days belong to times of day')
      : twice;
  });
  return [...faults, ...lists];
}

function holdersTwice(path: readonly PathStep[], roles: unknown): ReferenceFault[] {
  return [...fieldsOf(roles)].flatMap(([role, ids]) => listedTwice([...path, role], ids, 'ID'));
}

function sharedName(path: readonly string[], kind: string): ReferenceFault {
  const message = `${pathText(path)} has the name of a ${kind}: rename one, a name must say what is meant`;
  return { path, message };
}

function listedNames(
  path: readonly PathStep[],
  value: unknown,
  known: ReadonlyMap<string, unknown>,
  kind: string,
): ReferenceFault[] {
  if (!Array.isArray(value)) return [];
  const strangers = value.flatMap((name: unknown, index) =>
    value.indexOf(name) < index ? [] : unknownNames([...path, index], name, known, kind),
  );
  return [...strangers, ...listedTwice(path, value, kind)];
}

function listedTwice(path: readonly PathStep[], value: unknown, kind: string): ReferenceFault[] {
  if (!Array.isArray(value)) return [];
  const seen = new Set<unknown>();
  return value.flatMap((name: unknown, index) => {
    const place = [...path, index];
    if (typeof name === 'string' && seen.has(name)) {
      return [{ path: place, message: `${pathText(place)} is "${name}" again: list each ${kind} once` }];
    }
    seen.add(name);
    return [];
  });
}

function unknownNames(
  path: readonly PathStep[],
  name: unknown,
  known: ReadonlyMap<string, unknown>,
  kind: string,
): ReferenceFault[] {
  // A name of the wrong form is the schema's to report.
  if (typeof name !== 'string' || !NAME_PATTERN.test(name) || known.has(name)) return [];
  const names = [...known.keys()];
  const hint = suggestionText(nearestNames(name, names), names, kind);
  return [{ path, message: `${pathText(path)} is "${name}": there is no such ${kind}${hint}` }];
}

function jumpCircles(servers: ReadonlyMap<string, unknown>): ReferenceFault[] {
  const faults: ReferenceFault[] = [];
  const settled = new Set<string>();
  for (const start of servers.keys()) {
    const walked: string[] = [];
    let at: unknown = start;
    while (typeof at === 'string' && servers.has(at) && !settled.has(at) && !walked.includes(at)) {
      walked.push(at);
      at = fieldsOf(servers.get(at)).get('jump');
    }
    const first = typeof at === 'string' ? walked.indexOf(at) : -1;
    if (first >= 0) {
      const circle = walked.slice(first);
      const path = ['servers', circle[0]!, 'jump'];
      const round = [...circle, circle[0]].join(' → ');
      const message = `${pathText(path)} goes in a circle (${round}): one of them must be reached directly`;
      faults.push({ path, message });
    }
    for (const name of walked) settled.add(name);
  }
  return faults;
}

/** The fields of a map, as a Map: names such as "constructor" must not find what every object inherits. */
function fieldsOf(value: unknown): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value));
}
