/**
 * What the helper on a server says of a unit: the answer `state` of docs/helper-protocol.md, checked where it comes in.
 */
export interface HelperState {
  /** Properties as `systemctl show` prints them, without their names. */
  readonly unitState: Readonly<Record<string, string>>;
  readonly files: readonly HelperFile[];
  readonly master?: HelperMaster;
  readonly workers: readonly HelperProcess[];
  readonly gunicornVersion?: string;
  readonly memAvailableBytes?: number;
  /** Clock ticks since boot when it answered, of the kind of `startTicks`: tells how old a process is. */
  readonly uptimeTicks?: number;
  readonly helperVersion: string;
}

export interface HelperProcess {
  readonly pid: number;
  readonly startTicks: number;
  readonly rssBytes: number;
}

/** Gunicorn's main process. Without the last three nobody knows which layer of its settings wins. */
export interface HelperMaster extends HelperProcess {
  /** Word by word, as /proc/PID/cmdline has it. */
  readonly commandLine?: readonly string[];
  /** Only `GUNICORN_CMD_ARGS`, `WEB_CONCURRENCY` and `PORT` of its environment; what is not set is not there. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
}

/** A file of the helper's allow list. `base64` only up to 64 KiB. */
export interface HelperFile {
  readonly path: string;
  readonly exists: boolean;
  readonly sha256?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly bytes?: number;
  readonly base64?: string;
  /** Where it points to when it is a symbolic link. */
  readonly link?: string;
  /** The package that owns it. */
  readonly package?: string;
  /** Words at its head that name a configuration management. */
  readonly generated?: string;
  /** Why it cannot be changed as it is: others may write it, a folder on the way belongs to somebody else, … */
  readonly problem?: string;
  /** Of its file system. */
  readonly freeBytes?: number;
}

/** One thing that the helper looked at before it would act. */
export interface HelperCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
