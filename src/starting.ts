import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { StartContext } from '../handlers/terminal/start.ts';
import { loadDotEnv } from './adapters/dot-env.ts';
import { useProxy } from './adapters/proxy.ts';
import { serviceLog } from './adapters/service-log.ts';
import { readSettings, type Settings, type SettingsReading, secretsOf } from './adapters/settings.ts';
import type { ServiceOptions } from './service.ts';

const ROOT = new URL('../', import.meta.url);
const fileOf = (path: string) => fileURLToPath(new URL(path, ROOT));

export interface StartingOptions {
  /** What `--config` says; it goes before STAUNCH_CONFIG. */
  readonly config?: string;
  readonly cancel: AbortSignal;
}

/** The world of `staunch start`: the environment, the real Slack, the practice Slack, a browser. */
export function startContext({ config, cancel }: StartingOptions): StartContext {
  loadDotEnv(process.env);
  const reading = readSettings({ ...process.env, ...(config !== undefined && { STAUNCH_CONFIG: config }) });
  const lost = new AbortController();
  return {
    write: text => void process.stdout.write(text),
    writeError: text => void process.stderr.write(text),
    tokens: tokensOf(reading),
    async startService() {
      if (!reading.ok) throw new Error('there are no usable settings');
      const { settings, warnings } = reading;
      const log = serviceLog(settings.logLevel, undefined, secretsOf(settings));
      for (const warning of warnings) log.warn({ warning }, 'a setting deserves attention');
      const proxy = useProxy(process.env);
      if (proxy) log.info({ variable: proxy.variable }, 'Slack is reached through a proxy');
      const service = await startedService({
        settings,
        log,
        source: { kind: 'ssh' },
        ...(proxy && { dispatcher: proxy.dispatcher }),
        lost: () => lost.abort(),
      });
      const { connectedAs, statusUrl } = service;
      return { ...connectedAs, ...(statusUrl !== undefined && { statusUrl }), stop: () => service.stop() };
    },
    startPractice: () => startPractice(() => lost.abort()),
    async openBrowser(url) {
      if (process.stdout.isTTY !== true || process.env.CI || isWithoutScreen()) return false;
      const { default: open } = await import('open');
      return open(url).then(
        () => true,
        () => false,
      );
    },
    untilStopped: () =>
      new Promise(resolve => {
        const either = AbortSignal.any([cancel, lost.signal]);
        const tell = () => resolve(lost.signal.aborted ? 'lost' : 'asked');
        if (either.aborted) tell();
        either.addEventListener('abort', tell, { once: true });
      }),
  };
}

function tokensOf(reading: SettingsReading): StartContext['tokens'] {
  if (reading.ok) return { given: true };
  return reading.tokens ? { given: true, problems: reading.problems } : { given: false };
}

/** Opening a browser over SSH or without a display would start one nobody sees, or fail noisily. */
function isWithoutScreen(): boolean {
  if (process.env.SSH_CONNECTION) return true;
  return process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
}

async function startedService(options: Omit<ServiceOptions, 'version' | 'schemaFile'>) {
  const { startService } = await import('./service.ts');
  const { version } = JSON.parse(await readFile(fileOf('package.json'), 'utf8')) as { version: string };
  return startService({ ...options, version, schemaFile: fileOf('staunch.schema.json') });
}

async function startPractice(lost: () => void) {
  const { PracticeSlack } = await import('../practice/slack/practice-slack.ts');
  const { PRACTICE_SEED } = await import('../practice/slack/seed.ts');
  const { FLEET_CONFIG, openPast } = await import('../practice/fleet/open-fleet.ts');
  const { playHistory } = await import('./practice-history.ts');
  const stateFolder = await mkdtemp(join(tmpdir(), 'staunch-practice-'));
  const port = Number(process.env.STAUNCH_PRACTICE_PORT ?? 0);
  const slack = await PracticeSlack.start({
    manifest: parse(await readFile(fileOf('manifest.yml'), 'utf8')),
    seed: PRACTICE_SEED,
    page: fileOf('practice/page'),
    ...(Number.isInteger(port) && port > 0 && { port }),
  });
  const settings: Settings = {
    slack: {
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      receiver: { kind: 'socket', appToken: slack.appToken },
    },
    configFile: FLEET_CONFIG,
    stateFolder,
    logLevel: 'error',
    watch: true,
    retention: { evidenceDays: 1, incidentDays: 1 },
  };
  // Threads of this process begin with a copy of its environment.
  process.env.STAUNCH_PRACTICE_CHANGES = join(stateFolder, 'changed-servers');
  await playHistory({
    openPast,
    configFile: FLEET_CONFIG,
    stateFolder,
    schemaFile: fileOf('staunch.schema.json'),
  });
  const fleet = { kind: 'module', url: new URL('practice/fleet/open-fleet.ts', ROOT).href } as const;
  const service = await startedService({
    settings,
    source: fleet,
    operator: fleet,
    log: serviceLog('error'),
    lost,
  });
  return {
    url: slack.url,
    async stop() {
      await service.stop();
      await slack.stop();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}
