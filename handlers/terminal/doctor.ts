import type { Server } from '../../src/inventory/registry.ts';
import { EXIT } from './context.ts';
import { registryOrTell, type ServerContext } from './server-context.ts';
import { testServers } from './server-test.ts';

/** What this machine says about the keys and the runtime. Implemented by `adapters/local-machine.ts`. */
export interface LocalMachine {
  /** `24.21.0` */
  readonly nodeVersion: string;
  keyFile(path: string): Promise<KeyFileState>;
  /** The agent at `socket`; undefined is the one of SSH_AUTH_SOCK. */
  agent(socket: string | undefined): Promise<AgentState>;
}

/** `loose`: others may read or write it; `foreign`: it belongs to another user. `mode` is octal: `0644`. */
export type KeyFileState =
  | { readonly state: 'fine' | 'loose' | 'foreign'; readonly mode: string }
  | { readonly state: 'absent' | 'unreadable'; readonly detail: string };

export type AgentState =
  | { readonly state: 'answers'; readonly keys: number }
  | { readonly state: 'none' | 'silent'; readonly detail: string };

const OLDEST_NODE = 24;

/**
 * `staunch doctor`: checks this machine (runtime, staunch.yml, keys, ssh-agent), then every server as
 * `staunch server test` does. Changes nothing anywhere.
 */
export async function doctor(context: ServerContext & { readonly machine: LocalMachine }): Promise<number> {
  const { machine } = context;
  let worst: number = EXIT.fine;
  const say = (good: boolean, text: string): void => {
    context.write(`${good ? 'ok   ' : 'WRONG'}  ${text}\n`);
    if (!good) worst = Math.max(worst, EXIT.unreadable);
  };
  const newEnough = Number(machine.nodeVersion.split('.', 1)[0]) >= OLDEST_NODE;
  say(newEnough, `Node ${machine.nodeVersion}${newEnough ? '' : `: Staunch needs ${OLDEST_NODE} or newer`}`);

  const registry = await registryOrTell(context);
  if (!registry) {
    say(false, `${context.registry.file}: nothing else can be checked until it is right`);
    return EXIT.usage;
  }
  say(
    true,
    `${context.registry.file}: ${counted(registry.servers.size, 'server')}, ${counted(registry.services.size, 'service')}`,
  );

  const homeless = [...registry.services.values()].filter(
    ({ channels, warnings }) => warnings.watch && channels.length === 0,
  );
  if (homeless.length > 0)
    context.write(
      `note   ${homeless.map(({ id }) => id).join(', ')}: no channel, so nobody is told of what the watch sees there. Name one under channels: in ${context.registry.file} (not needed without Slack)\n`,
    );

  const servers = [...registry.servers.values()];
  for (const [path, users] of grouped(servers, server => server.identityFile)) {
    say(...keyFileText(path, users, await machine.keyFile(path)));
  }
  // A server with a key file asks an agent only when it names one.
  const agents = servers.filter(server => server.agent !== undefined || server.identityFile === undefined);
  for (const [socket, users] of grouped(agents, server => server.agent ?? '')) {
    say(...agentText(socket, users, await machine.agent(socket === '' ? undefined : socket)));
  }
  if (servers.length === 0) {
    context.write('\nNo server is registered yet. Add one: staunch server add user@host\n');
    return worst;
  }
  context.write('\n');
  return Math.max(worst, await testServers(servers, registry, context));
}

function keyFileText(path: string, users: readonly Server[], found: KeyFileState): [boolean, string] {
  const named = `key ${path} (for ${namesOf(users)})`;
  switch (found.state) {
    case 'fine':
      return [true, `${named}: mode ${found.mode}`];
    case 'loose':
      return [false, `${named}: mode ${found.mode} lets other users read it. Run: chmod 600 ${path}`];
    case 'foreign':
      return [false, `${named}: it belongs to another user. Run Staunch as its owner, or chown the file`];
    case 'absent':
    case 'unreadable':
      return [
        false,
        `${named}: ${found.detail}. Correct identityFile, or create it: ssh-keygen -t ed25519 -f ${path}`,
      ];
  }
}

function agentText(socket: string, users: readonly Server[], found: AgentState): [boolean, string] {
  const named = `ssh-agent ${socket || 'of SSH_AUTH_SOCK'} (for ${namesOf(users)})`;
  if (found.state !== 'answers') {
    return [
      false,
      `${named}: ${found.detail}. Start one and load the read key with ssh-add, or set identityFile`,
    ];
  }
  if (found.keys === 0)
    return [false, `${named}: holds no key. Load the read key: ssh-add ~/.ssh/staunch_read`];
  return [true, `${named}: holds ${counted(found.keys, 'key')}`];
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function namesOf(servers: readonly Server[]): string {
  const names = servers.map(server => server.id);
  return names.length <= 4
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`;
}

function grouped(
  servers: readonly Server[],
  keyOf: (server: Server) => string | undefined,
): Map<string, Server[]> {
  const groups = new Map<string, Server[]>();
  for (const server of servers) {
    const key = keyOf(server);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), server]);
  }
  return groups;
}
