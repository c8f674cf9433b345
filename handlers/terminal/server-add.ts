import { authorizedKeysLines, READ_SCRIPT_PATH } from '../../src/inventory/authorized-keys.ts';
import { readHop } from '../../src/inventory/jump-hop.ts';
import { NAME_FORM, NAME_PATTERN } from '../../src/inventory/name-form.ts';
import type { Registry, Server } from '../../src/inventory/registry.ts';
import type { RegistryAddition } from '../../src/inventory/registry-edit.ts';
import type { ServerEntry } from '../../src/inventory/registry-file.ts';
import { serverIds } from '../../src/inventory/server-id.ts';
import type { Tier } from '../../src/policy/tier.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { readNginxConfig } from '../../src/signals/nginx-config.ts';
import { EXIT } from './context.ts';
import { examinationText } from './examination-text.ts';
import { hostKeyRefusal, type ShownHostKey } from './host-key-consent.ts';
import { type ServerContext, tellProblems } from './server-context.ts';
import { answerText, examineServer, surveyQuestion } from './server-examination.ts';
import { chooseService } from './service-choice.ts';

/** Options of `staunch server add user@host[:port]`. Each answers a question beforehand. */
export interface ServerAddOptions {
  readonly target: string;
  readonly id?: string;
  readonly tier?: Tier;
  readonly jump?: string;
  /** Private key file: absolute or from `~`. What it stands on when relative is the folder of staunch.yml. */
  readonly identity?: string;
  /** The host key's fingerprint, compared beforehand: without it a person is asked. */
  readonly fingerprint?: string;
  readonly service?: string;
  readonly unit?: string;
  /** Take what is offered instead of asking; never accepts a host key. */
  readonly yes?: boolean;
}

/** What `server add` needs besides the terminal: a look at a host key, and the public half of a key. */
export interface ServerAddContext extends ServerContext {
  scanHostKey(
    host: string,
    port: number,
    jump: Server | undefined,
    cancel: AbortSignal,
  ): Promise<
    { readonly ok: true; readonly key: ShownHostKey } | { readonly ok: false; readonly detail: string }
  >;
  /** The public key that belongs to an identity file; undefined when it is not there. */
  publicKeyOf(identityFile: string): Promise<string | undefined>;
  /** Address this machine is seen with, when somebody knows it. */
  readonly clientAddress?: string;
}

const SSH_PORT = 22;

/** `staunch server add`: from a host name to a registered server, with its host key compared by a person. */
export async function serverAdd(options: ServerAddOptions, context: ServerAddContext): Promise<number> {
  const stored = await context.registry.read();
  if (!stored.ok && !stored.absent) {
    tellProblems(context, stored.problems);
    return EXIT.usage;
  }
  const registry = stored.ok ? stored.registry : undefined;
  const wanted = wantedServer(options, registry);
  if (!wanted.ok) {
    context.writeError(`${wanted.detail}\n`);
    return EXIT.usage;
  }
  const { id, entry } = wanted;
  const jump = entry.jump === undefined ? undefined : registry?.servers.get(entry.jump);
  const scan = await context.scanHostKey(entry.host, entry.port ?? SSH_PORT, jump, context.cancel);
  if (!scan.ok) {
    context.writeError(
      `The host key of ${entry.host} could not be fetched: ${safeText(scan.detail)}\nNothing was written.\n`,
    );
    return EXIT.unreachable;
  }
  const refusal = await hostKeyRefusal(scan.key, entry.host, options.fingerprint, context);
  if (refusal !== undefined) return refusal;

  const servers = { [id]: { ...entry, hostKey: scan.key.fingerprint } };
  const preview = await context.registry.preview({ servers });
  if (!preview.ok) {
    tellProblems(context, preview.problems);
    return EXIT.usage;
  }
  const server = preview.registry.servers.get(id)!;
  const examined = await examineOrHelp(server, options, context);
  if (!examined?.reached) {
    context.writeError('Nothing was written.\n');
    return EXIT.unreachable;
  }
  context.write(`\n${examinationText(examined)}`);
  for (const [index, unit] of examined.units.entries()) {
    context.write(`  [${index + 1}] ${safeText(unit.unit, 120)}  ${safeText(unit.commandLine, 160)}\n`);
  }
  const hasNginx = await tellNginx(server, context);

  const choice = await chooseService(id, examined.units, registry, options, context);
  if (!choice.ok) {
    context.writeError(`${choice.detail} Nothing was written.\n`);
    return EXIT.usage;
  }
  const addition: RegistryAddition = { servers, ...choice.change };
  const added = await context.registry.add(addition);
  if (!added.ok) {
    tellProblems(context, added.problems);
    return EXIT.failed;
  }
  context.write(`\n${doneText(id, addition, context.registry.file)}`);
  if (choice.unit !== undefined && !hasNginx) {
    context.write(
      'No NGINX configuration was found here. When NGINX runs on another server, register that one too and\n' +
        'name it under the service: nginx: { servers: [NAME] }\n',
    );
  }
  context.write(`\n${await keyText(server, context)}`);
  return EXIT.fine;
}

type Wanted =
  | { readonly ok: true; readonly id: string; readonly entry: ServerEntry }
  | { readonly ok: false; readonly detail: string };

function wantedServer(options: ServerAddOptions, registry: Registry | undefined): Wanted {
  const target = readHop(options.target);
  if (!target)
    return {
      ok: false,
      detail: `"${safeText(options.target, 100)}" is not of the form user@host or user@host:port.`,
    };
  const id = options.id ?? serverIds([target.host]).get(target.host)!;
  if (!NAME_PATTERN.test(id))
    return { ok: false, detail: `--id "${safeText(id, 60)}" cannot be used: ${NAME_FORM}.` };
  for (const kind of ['servers', 'services', 'groups'] as const) {
    if (registry?.[kind].has(id)) {
      return {
        ok: false,
        detail: `The name "${id}" is among the ${kind} already: give another one with --id.`,
      };
    }
  }
  if (options.jump !== undefined && !registry?.servers.has(options.jump)) {
    return {
      ok: false,
      detail: `--jump names "${safeText(options.jump, 60)}", which is not registered: add that server first.`,
    };
  }
  const entry = {
    host: target.host,
    ...(target.port !== undefined && target.port !== SSH_PORT && { port: target.port }),
    ...(target.user !== undefined && { user: target.user }),
    ...(options.tier !== undefined && { tier: options.tier }),
    ...(options.jump !== undefined && { jump: options.jump }),
    ...(options.identity !== undefined && { identityFile: options.identity }),
  };
  return { ok: true, id, entry };
}

/** A first login most often fails because the key is not installed yet: the line is shown, then tried again. */
async function examineOrHelp(server: Server, options: ServerAddOptions, context: ServerAddContext) {
  for (;;) {
    const examined = await examineServer(server, options.unit === undefined ? [] : [options.unit], context);
    if (examined.reached) return examined;
    context.writeError(`\n${examinationText(examined)}`);
    if (examined.reason !== 'login-refused') return undefined;
    context.write(`\n${await keyText(server, context)}`);
    if (!context.ask || options.yes) return undefined;
    const answer = await context.ask(
      'Install the line on the server, then press Enter to try again (q ends): ',
    );
    if (answer.trim().toLowerCase().startsWith('q') || context.cancel.aborted) return undefined;
  }
}

async function tellNginx(server: Server, context: ServerAddContext): Promise<boolean> {
  const [answer] = await context.source.ask(
    server,
    [surveyQuestion('nginx-config', [], 8 << 20)],
    context.cancel,
  );
  const config = readNginxConfig(answerText(answer) ?? '', server.id);
  if (!config) return false;
  const targets = (logs: readonly { readonly target: string }[]): string =>
    [...new Set(logs.map(log => safeText(log.target, 200)))].join(', ') || 'none';
  context.write(
    `  NGINX error logs: ${targets(config.errorLogs)}\n  NGINX access logs: ${targets(config.accessLogs)}\n`,
  );
  return true;
}

function doneText(id: string, addition: RegistryAddition, file: string): string {
  const lines = [`Server "${id}" is registered in ${file}.`];
  for (const [name, service] of Object.entries(addition.services ?? {})) {
    lines.push(`Service "${name}" (${service.unit}) is registered. Try: staunch diagnose ${name}`);
  }
  for (const join of addition.joins ?? []) lines.push(`It was added to the service "${join.service}".`);
  if (!addition.services && !addition.joins) lines.push('No service was registered on it.');
  return `${lines.join('\n')}\n`;
}

async function keyText(server: Server, context: ServerAddContext): Promise<string> {
  const publicKey =
    server.identityFile === undefined ? undefined : await context.publicKeyOf(server.identityFile);
  const lines = authorizedKeysLines(publicKey, context.clientAddress);
  const fill = lines.toFillIn.map(text => `  ${text}\n`).join('');
  return (
    `For ~${server.user}/.ssh/authorized_keys on ${server.id}, one of:\n\n` +
    `A login that may only come from here, without tunnels and terminal:\n  ${lines.plain}\n\n` +
    `Better: a key that can run the read script and nothing else:\n  ${lines.forced}\n` +
    `  (install the script first: staunch server read-script, as ${READ_SCRIPT_PATH}, owner root, mode 0755)\n` +
    `\nIf other servers are reached through it (jump), it must be allowed to forward; one permitopen for each of them:\n` +
    `  ${lines.jump}\n` +
    (fill && `\nFill in:\n${fill}`)
  );
}
