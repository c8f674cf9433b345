import { type ApplyFiles, type ApplyTarget, applyFilesOf } from '../../src/inventory/apply-files.ts';
import { nearestNames } from '../../src/inventory/nearest-name.ts';
import type { Registry, Server } from '../../src/inventory/registry.ts';
import { suggestionText } from '../../src/inventory/registry-problem.ts';
import { servicesOn } from '../../src/inventory/target.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { readGunicornSettings } from '../../src/signals/gunicorn-settings.ts';
import { EXIT } from './context.ts';
import { applyKeyText, enableApplyText } from './enable-apply-text.ts';
import { registryOrTell, type ServerContext } from './server-context.ts';
import { answerText, surveyQuestion } from './server-examination.ts';

/** Options of `staunch server enable-apply ID`. */
export interface EnableApplyOptions {
  readonly id: string;
  /** Put it in place over an administrator's login instead of printing it. */
  readonly install?: boolean;
  /** The administrator: may use sudo without a password, or is root. */
  readonly as?: string;
  /** The administrator's key file; without one the ssh-agent is asked. */
  readonly identity?: string;
  /** Only show that it works and that nothing else does. */
  readonly prove?: boolean;
  /** Let the helper run `gunicorn --check-config`, which imports the application. */
  readonly checkConfig?: boolean;
  /** Consent given beforehand. */
  readonly yes?: boolean;
}

/** Something that was tried, and whether it came out as it must. */
interface Tick {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface EnableApplyContext extends ServerContext {
  publicKeyOf(identityFile: string): Promise<string | undefined>;
  applyHelper(): Promise<{ readonly text: string; readonly sha256: string }>;
  installApply(
    admin: Server,
    files: (clientAddress: string | undefined) => ApplyFiles,
    cancel: AbortSignal,
  ): Promise<
    | {
        readonly ok: true;
        readonly steps: readonly { readonly text: string; readonly changed: boolean }[];
        readonly sudo: readonly Tick[];
      }
    | { readonly ok: false; readonly detail: string }
  >;
  proveApply(server: Server, units: readonly string[], cancel: AbortSignal): Promise<readonly Tick[]>;
}

/** `staunch server enable-apply ID`: what lets changes be applied on a server, and the proof that it lets nothing else. */
export async function serverEnableApply(
  options: EnableApplyOptions,
  context: EnableApplyContext,
): Promise<number> {
  const registry = await registryOrTell(context);
  if (!registry) return EXIT.usage;
  const server = serverOrTell(options.id, registry, context);
  if (server === undefined) return EXIT.usage;
  const units = [...new Set(servicesOn(registry, server.id).map(service => service.unit))];
  if (units.length === 0) {
    context.writeError(
      `No service in ${context.registry.file} runs on ${server.id}: there is nothing to change there.\n`,
    );
    return EXIT.usage;
  }
  if (server.apply === undefined) {
    context.write(applyKeyText(server, context.registry.file));
    return EXIT.usage;
  }
  if (options.prove) return prove(server, units, [], context);
  if (options.install && options.as === undefined) {
    context.writeError('--install needs --as USER: whose login and sudo puts it in place?\n');
    return EXIT.usage;
  }
  const targets = await targetsOn(server, units, options, context);
  const publicKey = await context.publicKeyOf(server.apply.identityFile);
  const { user } = server.apply;
  const filesFrom = (address: string | undefined) => applyFilesOf(user, targets, publicKey, address);
  if (!options.install) {
    context.write(enableApplyText(server, filesFrom(undefined), (await context.applyHelper()).sha256));
    return EXIT.fine;
  }
  if (publicKey === undefined) {
    context.writeError(
      `There is no ${server.apply.identityFile}.pub: the public half of the apply key is needed.\n`,
    );
    return EXIT.usage;
  }
  return install(server, units, filesFrom, options, context);
}

function serverOrTell(id: string, registry: Registry, context: EnableApplyContext): Server | undefined {
  const server = registry.servers.get(id);
  if (server) return server;
  const names = [...registry.servers.keys()];
  const hint = suggestionText(nearestNames(id, names), names, 'server');
  context.writeError(`There is no server "${safeText(id, 60)}" in ${context.registry.file}${hint}\n`);
  return undefined;
}

/** The configuration file of each unit, as the read side sees it. What it cannot see stays out of the list. */
async function targetsOn(
  server: Server,
  units: readonly string[],
  options: EnableApplyOptions,
  context: EnableApplyContext,
): Promise<ApplyTarget[]> {
  return Promise.all(
    units.map(async unit => {
      const checkConfig = options.checkConfig === true;
      const [shown] = await context.source.ask(
        server,
        [surveyQuestion('unit-state', [unit])],
        context.cancel,
      );
      const pid = /^MainPID=([1-9]\d*)$/m.exec(answerText(shown) ?? '')?.[1];
      const [told] =
        pid === undefined
          ? []
          : await context.source.ask(server, [surveyQuestion('gunicorn-environment', [pid])], context.cancel);
      const environmentText = answerText(told);
      const settings =
        environmentText === undefined
          ? undefined
          : readGunicornSettings({ server: server.id, environmentText });
      const configFile = settings?.configFile;
      if (configFile === undefined || !configFile.endsWith('.py')) {
        const why = shown?.ok === false ? ` (${safeText(shown.detail, 300)})` : '';
        context.writeError(
          `${unit} on ${server.id}: no configuration file of Gunicorn was found${why}, so only its drop-in may be changed. ` +
            'Add the file to "files" when there is one.\n',
        );
        return { unit, checkConfig };
      }
      return { unit, configFile, checkConfig };
    }),
  );
}

async function install(
  server: Server,
  units: readonly string[],
  filesFrom: (address: string | undefined) => ApplyFiles,
  options: EnableApplyOptions,
  context: EnableApplyContext,
): Promise<number> {
  const { user, targets } = filesFrom(undefined);
  const { sha256 } = await context.applyHelper();
  context.write(
    `As ${options.as}@${server.host}, with sudo, this will be put in place on ${server.id}:\n` +
      `  the helper (sha256 ${sha256.slice(0, 16)}…), root's, with a unit that runs it at boot\n` +
      `  its list of what may be changed: ${Object.keys(targets.units).join(', ')}\n` +
      `  the user ${user}, whose key reaches the helper and nothing else, and the line for sudo\n`,
  );
  if (!options.yes) {
    const answer = await context.ask?.('Put it in place? Type yes: ');
    if (answer?.trim().toLowerCase() !== 'yes') {
      context.writeError(
        context.ask ? 'Nothing was put in place.\n' : 'Nobody can be asked: give --yes to consent.\n',
      );
      return EXIT.usage;
    }
  }
  const { agent: _, identityFile: __, ...rest } = server;
  const admin: Server = {
    ...rest,
    user: options.as ?? '',
    ...(options.identity === undefined
      ? { ...(server.agent !== undefined && { agent: server.agent }) }
      : { identityFile: options.identity }),
  };
  const outcome = await context.installApply(admin, filesFrom, context.cancel);
  if (!outcome.ok) {
    context.writeError(
      `It could not be put in place: ${safeText(outcome.detail)}\nBy hand: staunch server enable-apply ${server.id}\n`,
    );
    return EXIT.unreachable;
  }
  for (const { text, changed } of outcome.steps)
    context.write(`  ${changed ? 'new ' : 'same'}  ${safeText(text, 200)}\n`);
  return prove(server, units, outcome.sudo, context);
}

async function prove(
  server: Server,
  units: readonly string[],
  known: readonly Tick[],
  context: EnableApplyContext,
): Promise<number> {
  const proofs = [...known, ...(await context.proveApply(server, units, context.cancel))];
  context.write(`\nWhat the apply key can do on ${server.id}:\n`);
  for (const { name, ok, detail } of proofs)
    context.write(
      `  ${ok ? '✓' : '✗'} ${safeText(name, 200)}${ok ? '' : `: ${safeText(detail ?? '', 400)}`}\n`,
    );
  if (proofs.length > 0 && proofs.every(one => one.ok)) {
    context.write(
      `\nApproved changes can be applied on ${server.id}, and nothing else can be done with the key.\n`,
    );
    return EXIT.fine;
  }
  context.writeError(
    `\nNot everything is as it must be. Mend it before you approve a change on ${server.id}.\n`,
  );
  return EXIT.unreadable;
}
