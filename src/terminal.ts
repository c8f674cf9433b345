import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import type { AdviseContext } from '../handlers/terminal/advise.ts';
import type { AuditContext } from '../handlers/terminal/audit.ts';
import type { CollectContext } from '../handlers/terminal/collect.ts';
import type { DiagnoseContext } from '../handlers/terminal/diagnose.ts';
import type { LocalMachine } from '../handlers/terminal/doctor.ts';
import type { GrowthNowContext } from '../handlers/terminal/growth-now.ts';
import type { IncidentContext } from '../handlers/terminal/incident.ts';
import type { PlaybookContext } from '../handlers/terminal/playbook.ts';
import type { ServerAddContext } from '../handlers/terminal/server-add.ts';
import type { EnableApplyContext } from '../handlers/terminal/server-enable-apply.ts';
import type { ReadText } from '../handlers/terminal/server-import.ts';
import type { ShowContext } from '../handlers/terminal/show.ts';
import type { StateContext, StateMovingContext } from '../handlers/terminal/state.ts';
import type { Answer, Question } from './collectors/question.ts';
import type { Server } from './inventory/registry.ts';
import type { Source } from './workflows/ports.ts';

/** Everything any terminal command may be given. */
export type TerminalWorld = DiagnoseContext &
  AdviseContext &
  GrowthNowContext &
  CollectContext &
  ShowContext &
  ServerAddContext &
  PlaybookContext &
  EnableApplyContext &
  StateContext &
  StateMovingContext &
  IncidentContext &
  AuditContext & {
    readonly machine: LocalMachine;
    readonly readText: ReadText;
    readScript(): Promise<string>;
  };

const SCHEMA = fileURLToPath(new URL('../staunch.schema.json', import.meta.url));

/**
 * The real terminal with the real world behind it. Adapters are loaded at first use; whatever was opened is
 * closed when the command ends.
 */
export async function openTerminal(
  config: string,
  cancel: AbortSignal,
): Promise<{ use(run: (world: TerminalWorld) => Promise<number>): Promise<number> }> {
  const { cachedRegistry } = await import('./adapters/cached-registry.ts');
  const { openRegistryStore } = await import('./adapters/registry-store.ts');
  const { KeptDiagnosis, stateFolder } = await import('./adapters/kept-diagnosis.ts');
  const { installationSecret } = await import('./adapters/installation-secret.ts');
  const { localMachine, publicKeyOf, readText } = await import('./adapters/local-machine.ts');
  const source = new LazySshSource();
  const kept = new KeptDiagnosis();
  const pseudonymKey = await installationSecret();
  const registry = openRegistryStore(config, {
    schemaFile: SCHEMA,
    ...(process.env.SSH_AUTH_SOCK !== undefined && { agentSocket: process.env.SSH_AUTH_SOCK }),
  });
  const isTty = process.stdout.isTTY === true;
  const people = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const world: TerminalWorld = {
    write: text => void process.stdout.write(text),
    writeError: text => void process.stderr.write(text),
    ...(people && { ask: question => askPerson(question, cancel) }),
    isTty,
    colour: isTty && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
    columns: process.stdout.columns ?? 100,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    clock: { nowMs: Date.now },
    cancel,
    source,
    // Each service of a group asks for it.
    registry: { ...registry, read: cachedRegistry(registry).read },
    machine: localMachine(),
    publicKeyOf,
    readText,
    state: {
      folder: stateFolder(),
      async backUp(toFile) {
        const { backUpState, keptElsewhere } = await import('./adapters/state-keeping.ts');
        return keptElsewhere(process.env) ?? backUpState(this.folder, toFile);
      },
      async restore(fromFile) {
        const { keptElsewhere, restoreState } = await import('./adapters/state-keeping.ts');
        return keptElsewhere(process.env) ?? restoreState(fromFile, this.folder, world.clock);
      },
      async exportTo(file) {
        const { exportStateOf } = await import('./adapters/state-keeping.ts');
        return exportStateOf(process.env, file, world.clock);
      },
      async importFrom(file) {
        const { importStateTo } = await import('./adapters/state-keeping.ts');
        return importStateTo(process.env, file, world.clock);
      },
      async check() {
        const { checkStateOf } = await import('./adapters/state-keeping.ts');
        return checkStateOf(process.env, world.clock);
      },
    },
    audit: {
      async look(use) {
        const { lookAtAudit } = await import('./adapters/state-keeping.ts');
        return lookAtAudit(process.env, use);
      },
    },
    incidents: {
      async look(use) {
        const { lookAtState } = await import('./adapters/state-keeping.ts');
        return lookAtState(process.env, use);
      },
    },
    ...(pseudonymKey !== undefined && { pseudonymKey }),
    pause: () => new Promise(resolve => setImmediate(resolve)),
    keep: documents => kept.keep(documents),
    lastDiagnoses: () => kept.last(),
    async openWatched() {
      const { openWatchedState } = await import('./adapters/watched-state.ts');
      return openWatchedState(process.env);
    },
    async watched(service) {
      const { watchedGrowth } = await import('./workflows/watched-growth.ts');
      const opening = await world.openWatched();
      if (!opening.ok) return {};
      try {
        return await watchedGrowth(service, opening.state.samples, world.clock.nowMs());
      } finally {
        await opening.state.close();
      }
    },
    async playbook(id) {
      const { playbookLoader } = await import('./adapters/playbook-files.ts');
      return playbookLoader({ registry: world.registry, environment: process.env })(id);
    },
    async shelf(place) {
      const { loadShelf, shelfWith } = await import('./adapters/playbook-files.ts');
      if (place !== undefined) return shelfWith([place]);
      return loadShelf({ registry: world.registry, environment: process.env });
    },
    async readBundle(folder) {
      const { readBundle } = await import('./adapters/bundle-source.ts');
      return readBundle(folder);
    },
    async writeBundle(folder, recordings, mask) {
      const { writeBundle } = await import('./adapters/bundle-writer.ts');
      return writeBundle(folder, recordings, mask);
    },
    async writeChart(file, chart, timeZone) {
      const { writeChart } = await import('./adapters/chart-file.ts');
      return writeChart(file, chart, timeZone);
    },
    async scanHostKey(host, port, jump, stop) {
      const { scanHostKey } = await import('./adapters/ssh/host-key-scan.ts');
      return scanHostKey(host, port, jump, stop);
    },
    async applyHelper() {
      const { loadHelperFile } = await import('./adapters/ssh/helper-file.ts');
      return loadHelperFile();
    },
    async installApply(admin, files, stop) {
      const { installApply } = await import('./adapters/ssh/apply-install.ts');
      return installApply(admin, files, stop);
    },
    async proveApply(server, units, stop) {
      const { proveApply } = await import('./adapters/ssh/apply-proof.ts');
      return proveApply(server, units, stop);
    },
    async readScript() {
      const { loadReadScript } = await import('./adapters/ssh/read-script.ts');
      return (await loadReadScript()).text;
    },
  };
  return {
    async use(run) {
      try {
        return await run(world);
      } finally {
        await source.close();
      }
    },
  };
}

async function askPerson(question: string, cancel: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal: cancel });
  } finally {
    lines.close();
  }
}

/** SSH is loaded when the first server is asked: a bundle needs none of it. */
class LazySshSource implements Source {
  #opened: Promise<Source> | undefined;

  async ask(server: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]> {
    this.#opened ??= openSshSource();
    return (await this.#opened).ask(server, questions, cancel);
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }
}

async function openSshSource(): Promise<Source> {
  const { SshSource } = await import('./adapters/ssh/ssh-source.ts');
  const { loadReadScript } = await import('./adapters/ssh/read-script.ts');
  return new SshSource({ script: await loadReadScript() });
}
