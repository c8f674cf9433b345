import { type Access, ROLES, type RoleHolders } from '../policy/access.ts';
import type { RolesEntry } from './access-file.ts';
import { changeRulesOf } from './change-rules-building.ts';
import { type FileBase, resolvePath } from './file-base.ts';
import {
  type HostKeySource,
  type Registry,
  type Server,
  type Service,
  USUAL_WARNINGS,
  type WarningRules,
} from './registry.ts';
import type { RegistryFile, ServerEntry, ServiceEntry } from './registry-file.ts';
import type { WarningsSection } from './warnings-file.ts';

export const DEFAULT_USER = 'staunch';
/** Not the reading user's: whoever held the read key could otherwise run the helper. */
export const DEFAULT_APPLY_USER = 'staunch-apply';
const SSH_PORT = 22;
/** OpenSSH's own default: without a decision in the file, the keys the user has accepted before decide. */
const DEFAULT_KNOWN_HOSTS = '~/.ssh/known_hosts';

type Defaults = NonNullable<RegistryFile['defaults']>;

/** Turns a file whose shape and references are right into the registry: defaults filled in, names resolved. */
export function registryOf(file: RegistryFile, base: FileBase): Registry {
  const defaults = file.defaults ?? {};
  const servers = new Map<string, Server>();
  const serverNamed = (name: string): Server => {
    const known = servers.get(name);
    if (known) return known;
    const entry = file.servers[name]!;
    const jump = entry.jump === undefined ? undefined : serverNamed(entry.jump);
    const server = serverOf(name, entry, jump, defaults, base);
    servers.set(name, server);
    return server;
  };
  const ordered = new Map(Object.keys(file.servers).map(name => [name, serverNamed(name)]));

  const services = new Map<string, Service>();
  for (const [id, entry] of Object.entries(file.services ?? {}))
    services.set(id, serviceOf(id, entry, ordered, file));
  const groups = new Map<string, readonly Service[]>();
  for (const [id, members] of Object.entries(file.groups ?? {})) {
    groups.set(
      id,
      members.map(member => services.get(member)!),
    );
  }
  const auditChannel = file.slack?.auditChannel;
  return {
    ...{ servers: ordered, services, groups, access: accessOf(file) },
    ...(auditChannel !== undefined && { auditChannel }),
  };
}

/** One server with the defaults filled in. `jump` is the server that `entry.jump` names. */
export function serverOf(
  id: string,
  entry: ServerEntry,
  jump: Server | undefined,
  defaults: Defaults,
  base: FileBase,
): Server {
  // A server that says how to sign in says all of it: a default key beside its own agent would be tried first.
  const signIn = entry.identityFile === undefined && entry.agent === undefined ? defaults : entry;
  const agent = signIn.agent === '$SSH_AUTH_SOCK' ? base.agentSocket : signIn.agent;
  return {
    id,
    host: entry.host,
    port: entry.port ?? defaults.port ?? SSH_PORT,
    user: entry.user ?? defaults.user ?? DEFAULT_USER,
    tier: entry.tier ?? defaults.tier ?? 'production',
    ...(jump && { jump }),
    hostKey: hostKeyOf(entry.hostKey, entry.knownHosts ?? defaults.knownHosts ?? DEFAULT_KNOWN_HOSTS, base),
    ...(signIn.identityFile !== undefined && { identityFile: resolvePath(signIn.identityFile, base) }),
    ...(agent !== undefined && { agent: resolvePath(agent, base) }),
    ...applyOf(entry, defaults, base),
  };
}

/** A server without an apply key is never changed. */
function applyOf(entry: ServerEntry, defaults: Defaults, base: FileBase): Pick<Server, 'apply'> {
  const identityFile = entry.applyIdentityFile ?? defaults.applyIdentityFile;
  if (identityFile === undefined) return {};
  const user = entry.applyUser ?? defaults.applyUser ?? DEFAULT_APPLY_USER;
  return { apply: { user, identityFile: resolvePath(identityFile, base) } };
}

function hostKeyOf(
  pinned: string | undefined,
  knownHosts: string | readonly string[],
  base: FileBase,
): HostKeySource {
  if (pinned === undefined) {
    const paths = typeof knownHosts === 'string' ? [knownHosts] : knownHosts;
    return { kind: 'known-hosts', paths: paths.map(path => resolvePath(path, base)) };
  }
  if (pinned.startsWith('SHA256:')) return { kind: 'fingerprint', sha256: pinned.replace(/=$/, '') };
  // The comment at the end of a public key says nothing about the host.
  return { kind: 'key', line: pinned.split(' ').slice(0, 2).join(' ') };
}

function serviceOf(
  id: string,
  entry: ServiceEntry,
  servers: ReadonlyMap<string, Server>,
  { warnings, changes }: Pick<RegistryFile, 'warnings' | 'changes'>,
): Service {
  const named = (names: readonly string[]): Server[] => names.map(name => servers.get(name)!);
  const { errorLogs, accessLogs } = entry.nginx ?? {};
  return {
    id,
    unit: entry.unit,
    servers: named(entry.servers),
    nginx: {
      servers: named(entry.nginx?.servers ?? entry.servers),
      ...(errorLogs && { errorLogs }),
      ...(accessLogs && { accessLogs }),
    },
    upstreams: new Map(Object.entries(entry.upstreams ?? {})),
    ...(entry.team !== undefined && { team: entry.team }),
    channels: entry.channels ?? [],
    warnings: warningsOf(warnings, entry.warnings),
    changes: changeRulesOf(changes, entry.changes),
  };
}

/** The nearer section decides, field by field. */
function warningsOf(...sections: readonly (WarningsSection | null | undefined)[]): WarningRules {
  return sections.reduce<WarningRules>((rules, section) => {
    const { quietHours, watch, pingsPerDay, ping = rules.ping } = section ?? {};
    return {
      watch: watch ?? rules.watch,
      quietHours:
        quietHours?.map(({ days, ...hours }) => ({ ...hours, ...(days && { days }) })) ?? rules.quietHours,
      pingsPerDay: pingsPerDay ?? rules.pingsPerDay,
      ...(ping !== undefined && { ping }),
    };
  }, USUAL_WARNINGS);
}

/** A role that names nobody is left out, so that an empty map means nobody. */
function accessOf(file: RegistryFile): Access {
  const teams = Object.entries(file.teams ?? {}).map(
    ([id, team]) => [id, { id, roles: holdersOf(team.roles) }] as const,
  );
  return {
    roles: holdersOf(file.slack?.roles ?? {}),
    teams: new Map(teams),
    workspaces: file.slack?.workspaces ?? [],
    sharedChannels: file.slack?.sharedChannels ?? [],
  };
}

function holdersOf(roles: RolesEntry): RoleHolders {
  return new Map(ROLES.flatMap(role => (roles[role]?.length ? [[role, roles[role]] as const] : [])));
}
