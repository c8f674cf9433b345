import { ImportNotes } from './import-notes.ts';
import type { ImportedServers } from './imported-servers.ts';
import { type JumpHop, readHop } from './jump-hop.ts';
import { ServerEntry } from './registry-file.ts';
import { serverIds } from './server-id.ts';

/** A group of an Ansible inventory. */
interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: Map<string, string>;
}

/** An Ansible inventory, INI or YAML, before its variables are worked out. */
export class AnsibleInventory {
  readonly hosts = new Map<string, Map<string, string>>();
  readonly groups = new Map<string, Group>();
  readonly notes = new ImportNotes();

  host(name: string): Map<string, string> {
    const vars = this.hosts.get(name) ?? new Map<string, string>();
    this.hosts.set(name, vars);
    return vars;
  }

  group(name: string): Group {
    const group = this.groups.get(name) ?? { hosts: new Set(), children: new Set(), vars: new Map() };
    this.groups.set(name, group);
    return group;
  }

  /** Variables of a host: of `all`, then of its groups from the outermost to the innermost, then its own. */
  varsOf(host: string): Map<string, string> {
    const depths = new Map<string, number>();
    const climb = (name: string, depth: number): void => {
      // A circle of groups ends here, because no path is longer than there are groups.
      if (depth > this.groups.size || (depths.get(name) ?? -1) >= depth) return;
      depths.set(name, depth);
      for (const [parent, group] of this.groups) if (group.children.has(name)) climb(parent, depth + 1);
    };
    for (const [name, group] of this.groups) if (group.hosts.has(host)) climb(name, 0);
    depths.set('all', Number.POSITIVE_INFINITY);
    const outermostFirst = [...depths].sort(([a, one], [b, two]) => two - one || (a < b ? -1 : 1));
    const layers = outermostFirst.map(([name]) => this.groups.get(name)?.vars ?? new Map<string, string>());
    return new Map([...layers, this.hosts.get(host) ?? new Map()].flatMap(layer => [...layer]));
  }
}

/** What the inventory says about reaching its hosts, as servers. Source: Ansible, "Connecting to hosts". */
export function importedFrom(inventory: AnsibleInventory): ImportedServers {
  const { notes } = inventory;
  const ids = serverIds(inventory.hosts.keys());
  const servers: Record<string, ServerEntry> = {};
  const jumps: { readonly id: string; readonly name: string; readonly hop: JumpHop }[] = [];
  for (const [name, id] of ids) {
    const vars = inventory.varsOf(name);
    const entry = entryOf(name, vars, notes);
    if (!entry) continue;
    servers[id] = entry;
    const hop = hopOf(name, vars, notes);
    if (hop) jumps.push({ id, name, hop });
  }
  for (const { id, name, hop } of jumps) {
    const there = Object.entries(servers).find(
      ([other, s]) => hop.host === s.host || ids.get(hop.host) === other,
    )?.[0];
    const jump = there ?? [...serverIds([...Object.keys(servers), hop.host]).values()].at(-1)!;
    if (jump === id) continue;
    if (there === undefined) {
      servers[jump] = { ...hop };
      notes.about(name, `its jump host ${hop.host} was added as server "${jump}"`);
    }
    servers[id] = { ...servers[id]!, jump };
  }
  const groups = new Map<string, readonly string[]>();
  for (const [name, group] of inventory.groups) {
    const members = [...group.hosts].map(host => ids.get(host)!).filter(id => Object.hasOwn(servers, id));
    if (name !== 'all' && name !== 'ungrouped' && members.length > 0) groups.set(name, members);
  }
  return { servers, groups, notes: notes.lines() };
}

function entryOf(
  name: string,
  vars: ReadonlyMap<string, string>,
  notes: ImportNotes,
): ServerEntry | undefined {
  const connection = vars.get('ansible_connection') ?? 'ssh';
  if (!/^(?:ssh|paramiko(?:_ssh)?|smart)$/.test(connection)) {
    notes.about(name, `left out, because it is not reached by SSH (ansible_connection=${connection})`);
    return undefined;
  }
  const said = (...names: string[]): string | undefined => {
    for (const key of names) {
      const value = vars.get(key);
      if (value === undefined || value === '') continue;
      if (!value.includes('{{')) return value;
      notes.about(name, `${key}=${value} was left out, because templates are not worked out`);
    }
    return undefined;
  };
  const address = vars.get('ansible_host') ?? vars.get('ansible_ssh_host') ?? name;
  if (address.includes('{{')) {
    notes.about(
      name,
      `left out, because ansible_host=${address} is a template, and templates are not worked out`,
    );
    return undefined;
  }
  const port = said('ansible_port', 'ansible_ssh_port');
  const user = said('ansible_user', 'ansible_ssh_user');
  const key = said('ansible_ssh_private_key_file', 'ansible_private_key_file');
  for (const secret of ['ansible_password', 'ansible_ssh_pass', 'ansible_become']) {
    if (vars.has(secret))
      notes.about(name, `${secret} was left out: Staunch signs in with a key and needs no sudo`);
  }
  const checked = ServerEntry.safeParse({
    host: address,
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== undefined && { user }),
    ...(key !== undefined && { identityFile: key }),
  });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  notes.about(name, `left out, because its ${issue!.path.join('.')} cannot be used: ${issue!.message}`);
  return undefined;
}

function hopOf(name: string, vars: ReadonlyMap<string, string>, notes: ImportNotes): JumpHop | undefined {
  const args = `${vars.get('ansible_ssh_common_args') ?? ''} ${vars.get('ansible_ssh_extra_args') ?? ''}`;
  const written = /(?:-J\s*|ProxyJump[=\s]\s*)["']?([^\s"']+)/i.exec(args)?.[1];
  const hop = written === undefined || /[,{]/.test(written) ? undefined : readHop(written);
  if (!hop && /-J|ProxyJump|ProxyCommand/i.test(args)) {
    notes.about(name, `how it is reached was left out (${args.trim()}): add "jump:" by hand`);
  }
  return hop;
}
