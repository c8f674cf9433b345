import { known } from '../signals/answer-lines.ts';
import { gunicornWords, parseGunicornArguments } from '../signals/gunicorn-options.ts';
import { systemdDurationMs } from '../signals/unit-state.ts';
import type { HelperFile, HelperProcess, HelperState } from './helper-state.ts';
import type { FileState } from './plan.ts';
import {
  type ShownCommand,
  shownBytes,
  shownCommand,
  shownEnvironment,
  shownEnvironmentFiles,
  shownPaths,
} from './shown-properties.ts';

/** A file as it was seen. Without `state` it is not known whose it is, and it cannot be changed, only shown. */
export interface ObservedFile {
  readonly path: string;
  readonly exists: boolean;
  readonly state?: FileState;
  /** Absent when it is too large or was not read. */
  readonly content?: Uint8Array;
  readonly link?: string;
  readonly package?: string;
  readonly generated?: string;
  readonly freeBytes?: number;
}

/** One process: its start ticks make the pid a name. */
export interface ObservedProcess {
  readonly pid: number;
  readonly startTicks: number;
  readonly rssBytes?: number;
}

/** What runs now, in its own words: what the unit says is about its next start. */
export interface RunningMaster {
  /** Gunicorn's arguments; undefined when the process has renamed itself or hides behind a wrapper. */
  readonly words?: readonly string[];
  /** The whole command line, where it was read. */
  readonly commandLine?: readonly string[];
  /** `GUNICORN_CMD_ARGS` and `WEB_CONCURRENCY`; undefined when the environment was not read. */
  readonly environment?: ReadonlyMap<string, string>;
}

/** A unit on one server before a change. */
export interface ObservedUnit {
  readonly service: string;
  readonly server: string;
  readonly unit: string;
  /** `helper`: everything that a plan needs. `case-file`: the read side's view, enough to show what a person would do. */
  readonly from: 'helper' | 'case-file';
  readonly hostKey?: string;
  readonly activeState?: string;
  readonly type?: string;
  readonly fragmentPath?: string;
  /** In the order in which systemd reads them. */
  readonly dropInPaths: readonly string[];
  readonly needsDaemonReload?: boolean;
  /** Made by a program at boot, or by `systemd-run`: no file of it lasts. */
  readonly ephemeral: boolean;
  readonly command?: ShownCommand;
  readonly canReload: boolean;
  /** What the next start gets by `Environment=`; undefined when it could not be understood. */
  readonly environment?: ReadonlyMap<string, string>;
  readonly environmentFiles: readonly string[];
  readonly workingDirectory: string;
  readonly socketActivated: boolean;
  readonly oomPolicy?: string;
  readonly memoryMaxBytes?: number;
  readonly memoryHighBytes?: number;
  readonly memoryCurrentBytes?: number;
  readonly hostAvailableBytes?: number;
  readonly restart?: string;
  readonly startLimitBurst?: number;
  readonly startLimitIntervalMs?: number;
  readonly running: RunningMaster;
  readonly master?: ObservedProcess;
  readonly workers: readonly ObservedProcess[];
  readonly gunicornVersion?: string;
  /** Known by path. Nothing else may be changed. */
  readonly files: ReadonlyMap<string, ObservedFile>;
}

/** Whom an answer of the helper is about. */
export interface HelperSubject {
  readonly service: string;
  readonly server: string;
  readonly unit: string;
  /** SHA256 fingerprint of the key that the server was reached with. */
  readonly hostKey: string;
}

/** The unit as the helper on its server sees it. */
export function observedByHelper(subject: HelperSubject, state: HelperState): ObservedUnit {
  const { unitState: shown, master } = state;
  const word = (name: string) => shown[name] || undefined;
  const fragmentPath = word('FragmentPath');
  const environment = shownEnvironment(shown.Environment ?? '');
  const command = shownCommand(shown.ExecStart, shown.ExecStartEx);
  const count = (name: string) => shownBytes(shown[name]);
  return known({
    ...subject,
    from: 'helper' as const,
    activeState: word('ActiveState'),
    type: word('Type'),
    fragmentPath,
    dropInPaths: shownPaths(shown.DropInPaths ?? ''),
    needsDaemonReload: yes(shown.NeedDaemonReload),
    ephemeral: isEphemeral(fragmentPath, shown),
    command,
    canReload: word('ExecReload') !== undefined || shown.Type === 'notify-reload',
    environment,
    environmentFiles: shownEnvironmentFiles(shown.EnvironmentFiles ?? ''),
    workingDirectory: (word('WorkingDirectory') ?? '/').replace(/^[!-]/, ''),
    socketActivated: /\.socket(?:\s|$)/.test(shown.TriggeredBy ?? ''),
    oomPolicy: word('OOMPolicy'),
    memoryMaxBytes: count('MemoryMax'),
    memoryHighBytes: count('MemoryHigh'),
    memoryCurrentBytes: count('MemoryCurrent'),
    hostAvailableBytes: state.memAvailableBytes,
    restart: word('Restart'),
    startLimitBurst: count('StartLimitBurst'),
    startLimitIntervalMs: systemdDurationMs(shown.StartLimitIntervalUSec),
    running: runningOf(master?.commandLine, master?.environment),
    master: master && processOf(master),
    workers: state.workers.map(processOf),
    gunicornVersion: state.gunicornVersion,
    files: new Map(state.files.map(file => [file.path, fileOf(file)])),
  }) as ObservedUnit;
}

/** The worker class where the command line states it: only then can the helper compare it before it acts. */
export function statedWorkerClass({ running }: ObservedUnit): string | undefined {
  if (running.words === undefined) return undefined;
  return parseGunicornArguments(running.words).values.get('worker-class')?.at(-1);
}

function runningOf(
  commandLine: readonly string[] | undefined,
  environment: Readonly<Record<string, string>> | undefined,
): RunningMaster {
  return known({
    words: commandLine && gunicornWords(commandLine),
    commandLine,
    environment: environment && new Map(Object.entries(environment)),
  }) as RunningMaster;
}

function isEphemeral(fragmentPath: string | undefined, shown: HelperState['unitState']): boolean {
  return (
    shown.Transient === 'yes' ||
    shown.UnitFileState === 'generated' ||
    shown.UnitFileState === 'transient' ||
    (fragmentPath?.startsWith('/run/') ?? false)
  );
}

function processOf({ pid, startTicks, rssBytes }: HelperProcess): ObservedProcess {
  return { pid, startTicks, rssBytes };
}

function fileOf(file: HelperFile): ObservedFile {
  const { path, exists, sha256, mode, uid, gid } = file;
  const isWhole = sha256 !== undefined && mode !== undefined && uid !== undefined && gid !== undefined;
  return known({
    path,
    exists,
    state: isWhole ? { sha256, mode, uid, gid } : undefined,
    content: file.base64 === undefined ? undefined : new Uint8Array(Buffer.from(file.base64, 'base64')),
    link: file.link,
    package: file.package,
    generated: file.generated,
    freeBytes: file.freeBytes,
  }) as ObservedFile;
}

function yes(value: string | undefined): boolean | undefined {
  return value === 'yes' ? true : value === 'no' ? false : undefined;
}
