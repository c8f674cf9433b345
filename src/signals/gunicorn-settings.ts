import { known } from './answer-lines.ts';
import type { ConfigValue } from './gunicorn-config-file.ts';
import {
  argumentsLayer,
  configFileLayer,
  readMasterEnvironment,
  readUnitFileSettings,
  type SettingsLayer,
  unitVariables,
} from './gunicorn-layers.ts';
import { type GunicornOption, gunicornWords, shellWords } from './gunicorn-options.ts';
import type { GunicornSetting, GunicornSettings, UnitState } from './host-state.ts';
import type { SourceLine } from './signal.ts';

/** What is known about one Gunicorn. Everything may be missing; what is missing leaves settings unknown. */
export interface GunicornEvidence {
  readonly server: string;
  /** The `gunicorn-environment` answer: the running master's own command line, environment and file. */
  readonly environmentText?: string;
  readonly unitState?: UnitState;
  /** The `unit-files` answer, used only without `unitState`. */
  readonly unitFilesText?: string;
  /** The master's line of the process table. */
  readonly master?: { readonly commandLine: string; readonly line: SourceLine };
  /** gunicorn.conf.py, when it was read apart from `environmentText`. */
  readonly configText?: string;
  /** What the master logged at its last start ("Starting gunicorn", "Using worker"). */
  readonly log?: {
    readonly version?: string;
    readonly workerClass?: { readonly value: string; readonly line: SourceLine };
  };
  /** Version from elsewhere (`gunicorn --version`), when the log does not say. */
  readonly version?: string;
}

/** gunicorn/config.py; the same from 19.9 to 26.1. */
const DEFAULTS = {
  workers: 1,
  'worker-class': 'sync',
  threads: 1,
  timeout: 30,
  'graceful-timeout': 30,
  'max-requests': 0,
  'max-requests-jitter': 0,
  backlog: 2048,
  preload: false,
  'reuse-port': false,
  'keep-alive': 2,
  'log-level': 'info',
} as const satisfies Partial<Record<GunicornOption, ConfigValue>>;

const BUILT_IN_CLASSES: Readonly<Record<string, string>> = {
  'gunicorn.workers.sync.SyncWorker': 'sync',
  'gunicorn.workers.gthread.ThreadWorker': 'gthread',
  'gunicorn.workers.ggevent.GeventWorker': 'gevent',
  'gunicorn.workers.geventlet.EventletWorker': 'eventlet',
  'gunicorn.workers.gtornado.TornadoWorker': 'tornado',
};

type Setting = GunicornSetting<ConfigValue>;

/**
 * Gunicorn's settings in force. Per option the first of command line, GUNICORN_CMD_ARGS and configuration
 * file that sets it counts. A default is claimed only when every layer above it was seen: an option that an
 * unreadable environment may set is unknown (absent), not default. An option that a readable layer sets is
 * given even if a higher layer was not readable. The log's worker class comes before every layer: it is what
 * the master really started. Undefined when nothing at all is known.
 */
export function readGunicornSettings(evidence: GunicornEvidence): GunicornSettings | undefined {
  const { server, unitState, log } = evidence;
  const master =
    evidence.environmentText === undefined ? {} : readMasterEnvironment(evidence.environmentText, server);
  const unitFiles =
    evidence.unitFilesText === undefined ? undefined : readUnitFileSettings(evidence.unitFilesText, server);
  const variables = master.variables ?? unitVariables(unitState, unitFiles);
  const commandLine = commandLineLayer(evidence, master, unitFiles?.execStart);
  const commandArguments = variables?.get('GUNICORN_CMD_ARGS');
  const environment = argumentsLayer(
    'environment',
    variables && shellWords(commandArguments?.value ?? ''),
    commandArguments?.line,
  );

  const configSetting = [commandLine, environment]
    .flatMap(layer => layer.values.get('config') ?? [])
    .at(0)?.value;
  const named = typeof configSetting === 'string' && configSetting !== 'computed' ? configSetting : undefined;
  const configFile =
    master.configPath ?? (named && absolutePath(named, master.cwd ?? unitState?.workingDirectory));
  const configText = master.configText ?? evidence.configText;
  // Without -c Gunicorn looks for ./gunicorn.conf.py: the answer names the file when there is one.
  const looked = evidence.environmentText !== undefined && commandLine.complete && environment.complete;
  const absent =
    named === '/dev/null' || (looked && configSetting === undefined && master.configPath === undefined);
  const file = configFileLayer(configText, absent, server);

  const layers: readonly SettingsLayer[] = [commandLine, environment, file];
  const workersVariable = variables?.get('WEB_CONCURRENCY');
  const pick = (option: GunicornOption): Setting | undefined => {
    for (const layer of layers) {
      const found = layer.values.get(option);
      if (found !== undefined) return { ...found, from: layer.from };
    }
    if (!layers.every(layer => layer.complete)) return undefined;
    if (option === 'workers' && workersVariable !== undefined) {
      const value = /^\d{1,6}$/.test(workersVariable.value) ? Number(workersVariable.value) : 'computed';
      return { value, from: 'environment', line: workersVariable.line };
    }
    if (option === 'bind') {
      const port = variables?.get('PORT');
      if (port === undefined) return { value: ['127.0.0.1:8000'], from: 'default' };
      return { value: [`0.0.0.0:${port.value}`], from: 'environment', line: port.line };
    }
    const value = option in DEFAULTS ? DEFAULTS[option as keyof typeof DEFAULTS] : undefined;
    return value === undefined ? undefined : { value, from: 'default' };
  };

  const threads = pick('threads');
  const workerClass = log?.workerClass
    ? ({ value: shortClass(log.workerClass.value), from: 'log', line: log.workerClass.line } as const)
    : classInForce(pick('worker-class'), threads);
  const settings = known({
    version: log?.version ?? evidence.version,
    workerClass,
    workers: pick('workers'),
    threads: threadsInForce(threads, log?.workerClass),
    timeoutSeconds: pick('timeout'),
    gracefulTimeoutSeconds: pick('graceful-timeout'),
    maxRequests: pick('max-requests'),
    maxRequestsJitter: pick('max-requests-jitter'),
    backlog: pick('backlog'),
    preload: pick('preload'),
    reusePort: pick('reuse-port'),
    keepaliveSeconds: pick('keep-alive'),
    binds: pick('bind'),
    logLevel: lowerCase(pick('log-level')),
    configFile,
    configChangedAtMs: master.configChangedAtMs,
  });
  return Object.keys(settings).length === 0 ? undefined : (settings as GunicornSettings);
}

/** The running master's own words count most; ExecStart is what the unit was told to run. */
function commandLineLayer(
  { unitState, master: process }: GunicornEvidence,
  master: { readonly words?: readonly string[]; readonly wordsLine?: SourceLine },
  unitFileExec: { readonly value: string; readonly line: SourceLine } | undefined,
): SettingsLayer {
  if (master.words !== undefined) return argumentsLayer('command-line', master.words, master.wordsLine);
  const running = process && gunicornWords(process.commandLine.split(' '));
  if (process !== undefined && running !== undefined)
    return argumentsLayer('command-line', running, process.line);
  if (unitState?.execStart !== undefined) {
    const words = gunicornWords(unitState.execStart.split(' '));
    return argumentsLayer('command-line', words, unitState.lines.get('ExecStart'));
  }
  const words = unitFileExec && gunicornWords(shellWords(unitFileExec.value.replace(/^[-@:+!]{1,3}/, '')));
  return argumentsLayer('command-line', words, unitFileExec?.line);
}

function absolutePath(path: string, cwd: string | undefined): string {
  const bare = path.startsWith('file:') ? path.slice('file:'.length) : path;
  if (bare.startsWith('/') || bare.startsWith('python:') || cwd === undefined) return bare;
  return `${cwd.replace(/\/$/, '')}/${bare.replace(/^\.\//, '')}`;
}

function shortClass(name: string): string {
  return BUILT_IN_CLASSES[name] ?? name;
}

/** Sync with more than one thread is gthread (Config.worker_class): then the threads setting decides. */
function classInForce(setting: Setting | undefined, threads: Setting | undefined): Setting | undefined {
  if (setting === undefined || typeof setting.value !== 'string') return setting;
  const value = setting.value === 'computed' ? setting.value : shortClass(setting.value);
  if (value !== 'sync') return { ...setting, value };
  if (threads === undefined) return undefined;
  if (threads.value === 'computed') return { ...threads, value: 'computed' };
  return typeof threads.value === 'number' && threads.value > 1
    ? { ...threads, value: 'gthread' }
    : { ...setting, value };
}

/** A master that logs `sync` runs one thread per worker: with more it would have logged `gthread`. */
function threadsInForce(
  setting: Setting | undefined,
  loggedClass: { readonly value: string; readonly line: SourceLine } | undefined,
): Setting | undefined {
  if (loggedClass === undefined || shortClass(loggedClass.value) !== 'sync') return setting;
  return typeof setting?.value === 'number' && setting.value <= 1
    ? setting
    : { value: 1, from: 'log', line: loggedClass.line };
}

function lowerCase(setting: Setting | undefined): Setting | undefined {
  return typeof setting?.value === 'string' ? { ...setting, value: setting.value.toLowerCase() } : setting;
}
