import { ImportNotes } from './import-notes.ts';
import type { ServerImport } from './imported-servers.ts';
import { readHop } from './jump-hop.ts';
import { type OpenSshSettings, readOpenSshSettings } from './openssh-settings.ts';
import { ServerEntry } from './registry-file.ts';
import { serverIds } from './server-id.ts';

/** Servers of an OpenSSH client configuration (ssh_config). Nothing of the file is run, no other file is read. */
export function importOpenSshConfig(text: string): ServerImport {
  const notes = new ImportNotes();
  const config = readOpenSshSettings(text, notes);
  if ('unreadable' in config) {
    return {
      ok: false,
      detail: `this is not an OpenSSH configuration that can be read: ${config.unreadable}`,
    };
  }
  const draft = new Draft(config, notes);
  for (const alias of config.aliases) draft.addAlias(alias);
  return { ok: true, servers: draft.servers, groups: new Map(), notes: notes.lines() };
}

class Draft {
  readonly servers: Record<string, ServerEntry> = {};
  readonly notes: ImportNotes;
  readonly #config: OpenSshSettings;
  readonly #ids: ReadonlyMap<string, string>;
  /** Aliases that are being worked out: a jump that comes back to one of them is a circle. */
  readonly #open = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(config: OpenSshSettings, notes: ImportNotes) {
    this.notes = notes;
    this.#config = config;
    this.#ids = serverIds(config.aliases);
  }

  /** Id of the alias's server, added when it is new; undefined where it had to be left out. */
  addAlias(alias: string): string | undefined {
    const id = this.#ids.get(alias)!;
    if (Object.hasOwn(this.servers, id)) return id;
    if (this.#refused.has(alias)) return undefined;
    if (this.#open.has(alias)) return this.#refuse(alias, 'its ProxyJump goes in a circle');
    this.#open.add(alias);
    const added = this.#add(id, alias, alias, {});
    this.#open.delete(alias);
    return added;
  }

  #add(id: string, alias: string, host: string, over: Partial<ServerEntry>): string | undefined {
    const settings = this.#config.settingsOf(alias);
    const first = (name: string): string | undefined => settings.get(name)?.[0];
    const command = first('proxycommand');
    if (command !== undefined && command.toLowerCase() !== 'none') {
      return this.#refuse(
        alias,
        'it is reached through a ProxyCommand, which Staunch does not run; use ProxyJump',
      );
    }
    const hostName = (first('hostname') ?? host).replaceAll('%h', alias).replaceAll('%%', '%');
    const jump = this.#jumpOf(alias, settings.get('proxyjump')?.join(',') ?? 'none');
    if (!jump.ok) return this.#refuse(alias, `its ProxyJump ${jump.problem}`);
    const user = first('user');
    const identityFile = this.#identityOf(alias, first('identityfile'), hostName, over.user ?? user);
    const agent = this.#agentOf(alias, first('identityagent'));
    const knownHosts = this.#knownHostsOf(alias, settings);
    const entry = {
      host: hostName,
      ...(first('port') !== undefined && { port: Number(first('port')) }),
      ...(user !== undefined && { user }),
      ...(jump.id !== undefined && { jump: jump.id }),
      ...(identityFile !== undefined && { identityFile }),
      ...(agent !== undefined && { agent }),
      ...(knownHosts !== undefined && { knownHosts }),
      ...over,
    };
    const checked = ServerEntry.safeParse(entry);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      return this.#refuse(alias, `its ${issue!.path.join('.') || 'entry'} cannot be used: ${issue!.message}`);
    }
    for (const name of ['certificatefile', 'hostkeyalias']) {
      if (settings.has(name))
        this.notes.about(alias, `${name} ${first(name)} is not supported and was left out`);
    }
    this.servers[id] = checked.data;
    return id;
  }

  #refuse(alias: string, reason: string): undefined {
    if (!this.#refused.has(alias)) this.notes.about(alias, `left out, because ${reason}`);
    this.#refused.add(alias);
  }

  #jumpOf(alias: string, written: string): { ok: true; id?: string } | { ok: false; problem: string } {
    if (written.toLowerCase() === 'none') return { ok: true };
    let via: string | undefined;
    for (const text of written.split(',')) {
      const hop = readHop(text);
      if (!hop) return { ok: false, problem: `"${text}" is not of the form user@host:port` };
      const id = this.#hopServer(text, hop, via);
      if (id === undefined)
        return { ok: false, problem: `goes through ${text}, which was left out (see ${alias})` };
      via = id;
    }
    return { ok: true, ...(via !== undefined && { id: via }) };
  }

  /** The server of one hop: an alias as it is, or a server of its own where the hop says more. */
  #hopServer(
    text: string,
    hop: { host: string; user?: string; port?: number },
    via?: string,
  ): string | undefined {
    const alias = this.#ids.has(hop.host) ? hop.host : undefined;
    if (alias !== undefined) {
      const id = this.addAlias(alias);
      const entry = id === undefined ? undefined : this.servers[id];
      const same = (key: 'user' | 'port') => hop[key] === undefined || hop[key] === entry?.[key];
      if (!entry || (same('user') && same('port') && (via === undefined || entry.jump === via))) return id;
    }
    const parts = [hop.user, hop.host, hop.port, via && `via-${via}`].filter(part => part !== undefined);
    const wanted = alias === undefined && via === undefined ? hop.host : parts.join('-');
    const id = [...serverIds([...this.#ids.values(), wanted]).values()].at(-1)!;
    if (Object.hasOwn(this.servers, id)) return id;
    const over = {
      ...(hop.user !== undefined && { user: hop.user }),
      ...(hop.port !== undefined && { port: hop.port }),
      ...(via !== undefined && { jump: via }),
    };
    this.notes.about(text, `added as server "${id}", because others are reached through it`);
    return this.#add(id, hop.host, hop.host, over);
  }

  #identityOf(alias: string, written: string | undefined, host: string, user?: string): string | undefined {
    if (written === undefined || written.toLowerCase() === 'none') return undefined;
    const path = written
      .replaceAll('%d', '~')
      .replaceAll('%h', host)
      .replaceAll('%r', user ?? '%r');
    if (!path.includes('%')) return path;
    this.notes.about(alias, `IdentityFile ${written} was left out, because its % signs are not worked out`);
    return undefined;
  }

  #agentOf(alias: string, written: string | undefined): string | undefined {
    if (written === undefined || written.toLowerCase() === 'none') return undefined;
    if (/^\$?SSH_AUTH_SOCK$/.test(written)) return '$SSH_AUTH_SOCK';
    if (!/[%$]/.test(written)) return written;
    this.notes.about(
      alias,
      `IdentityAgent ${written} was left out, because its variables are not worked out`,
    );
    return undefined;
  }

  #knownHostsOf(
    alias: string,
    settings: ReadonlyMap<string, readonly string[]>,
  ): string[] | string | undefined {
    const checking = settings.get('stricthostkeychecking')?.[0]?.toLowerCase();
    if (checking === 'no' || checking === 'off') {
      this.notes.about(
        alias,
        `StrictHostKeyChecking ${checking} was not taken over: a host key is always checked`,
      );
    }
    const files = settings.get('userknownhostsfile') ?? [];
    const kept = files.filter(file => !/^(?:none|\/dev\/null)$/i.test(file) && !file.includes('%'));
    if (kept.length < files.length) {
      const left = files.filter(file => !kept.includes(file)).join(' ');
      this.notes.about(alias, `UserKnownHostsFile ${left} was left out: a host key is always checked`);
    }
    return kept.length > 1 ? kept : kept[0];
  }
}
