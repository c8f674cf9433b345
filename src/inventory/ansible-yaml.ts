import { parseDocument } from 'yaml';
import { AnsibleInventory, importedFrom } from './ansible-inventory.ts';
import { hostsInRange } from './ansible-range.ts';
import type { ServerImport } from './imported-servers.ts';

/** Servers of an Ansible inventory in YAML form: groups with `hosts`, `children` and `vars`. */
export function importAnsibleYaml(text: string): ServerImport {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error)
    return { ok: false, detail: `this Ansible inventory is not valid YAML: ${error.message.split('\n')[0]}` };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (failure) {
    return { ok: false, detail: `this Ansible inventory is not valid YAML: ${String(failure)}` };
  }
  if (fieldsOf(data).some(([name]) => name === '_meta' || name === 'plugin')) {
    const detail =
      'this is the output or the configuration of an inventory plugin: import "ansible-inventory --list --yaml" instead';
    return { ok: false, detail };
  }
  const inventory = new AnsibleInventory();
  for (const [name, group] of fieldsOf(data)) readGroup(inventory, name, group, 0);
  if (inventory.hosts.size === 0)
    return { ok: false, detail: 'no hosts were found in this Ansible inventory' };
  return { ok: true, ...importedFrom(inventory) };
}

/** Groups are nested a few deep; an alias may make a circle that never ends. */
const DEEPEST = 20;

function readGroup(inventory: AnsibleInventory, name: string, group: unknown, depth: number): void {
  const known = inventory.group(name);
  const parts = new Map(fieldsOf(group));
  for (const [key, value] of fieldsOf(parts.get('vars'))) known.vars.set(key, textOf(value));
  for (const [pattern, vars] of fieldsOf(parts.get('hosts'))) {
    const hosts = hostsInRange(pattern);
    if (!hosts)
      inventory.notes.about(pattern, `left out, because its range makes no sense or too many hosts`);
    for (const host of hosts ?? []) {
      known.hosts.add(host);
      const own = inventory.host(host);
      for (const [key, value] of fieldsOf(vars)) own.set(key, textOf(value));
    }
  }
  for (const [child, below] of fieldsOf(parts.get('children'))) {
    known.children.add(child);
    if (depth < DEEPEST) readGroup(inventory, child, below, depth + 1);
  }
  for (const field of parts.keys()) {
    if (field !== 'vars' && field !== 'hosts' && field !== 'children') {
      inventory.notes.about(
        `${name}.${field}`,
        `left out, because a group has only hosts, children and vars`,
      );
    }
  }
}

function fieldsOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
