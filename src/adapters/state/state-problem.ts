/** What kind of trouble the state is in; the message says it in words, with what to try. */
export type StateProblemKind =
  | 'disk-full'
  | 'read-only'
  | 'unreachable'
  | 'busy'
  | 'disk-error'
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'older'
  | 'absent'
  | 'exists'
  | 'owned'
  | 'ownership-lost';

/** The state cannot do its work. The message is for people. */
export class StateProblem extends Error {
  override readonly name = 'StateProblem';
  readonly kind: StateProblemKind;

  constructor(kind: StateProblemKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

type Wording = readonly [StateProblemKind, (path: string, detail: string) => string];

const DISK_FULL: Wording = [
  'disk-full',
  path =>
    `The disk is full: ${path} could not be written, and this change was not saved; everything saved ` +
    `before is safe. Free space on that disk ("df -h" shows it); Staunch goes on by itself.`,
];
const READ_ONLY: Wording = [
  'read-only',
  path =>
    `${path} is read-only, so nothing can be saved. Check that its disk is not mounted read-only, and that ` +
    `the file and its folder belong to the user that runs Staunch.`,
];
const UNREACHABLE: Wording = [
  'unreachable',
  (path, detail) =>
    `${path} could not be opened (${detail}). Check that its folder exists and that the user that runs ` +
    `Staunch may read and write there.`,
];
const BUSY: Wording = [
  'busy',
  path =>
    `${path} is locked by another program that is at work with it (an sqlite3 shell, a copy or a backup?). ` +
    `Wait until it is done or end it, then try again.`,
];
const DISK_ERROR: Wording = [
  'disk-error',
  (path, detail) =>
    `The disk failed while ${path} was read or written (${detail}). Look at "dmesg" and "df -h": the disk ` +
    `may be failing, gone or full.`,
];
const DAMAGED: Wording = [
  'damaged',
  path =>
    `${path} is damaged and cannot be read. Keep the file, and restore the last backup ` +
    `("staunch state restore FILE").`,
];
const FOREIGN: Wording = [
  'foreign',
  path =>
    `${path} is not a state file of Staunch, or its beginning is damaged. Nothing was changed in it. Name the ` +
    `right file, or restore the last backup ("staunch state restore FILE").`,
];
const ABSENT: Wording = ['absent', path => `There is no file ${path}.`];

/** Primary result codes. Source: sqlite.org/rescode.html. */
const OF_SQLITE: Readonly<Record<number, Wording>> = {
  5: BUSY,
  6: BUSY,
  8: READ_ONLY,
  10: DISK_ERROR,
  11: DAMAGED,
  13: DISK_FULL,
  14: UNREACHABLE,
  26: FOREIGN,
};
/** SQLITE_IOERR_SHMSIZE: there was no room for the index of the log. */
const NO_ROOM_FOR_INDEX = 4874;
const OF_SYSTEM: Readonly<Record<string, Wording>> = {
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EROFS: READ_ONLY,
  EACCES: UNREACHABLE,
  EPERM: UNREACHABLE,
  ENOTDIR: UNREACHABLE,
  EISDIR: FOREIGN,
  EIO: DISK_ERROR,
  ENOENT: ABSENT,
};

/**
 * Words for an error of SQLite or of the file system at `path`; what is a mistake in our code comes back as it
 * was.
 */
export function inWords(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StateProblem) return error;
  const wording =
    'errcode' in error && typeof error.errcode === 'number'
      ? ofSqlite(error.errcode)
      : OF_SYSTEM['code' in error ? String(error.code) : ''];
  if (wording === undefined) return error;
  const [kind, text] = wording;
  return new StateProblem(kind, text(path, error.message), error);
}

function ofSqlite(code: number): Wording | undefined {
  if (code === NO_ROOM_FOR_INDEX) return DISK_FULL;
  // An extended code has its primary code in the low byte.
  return OF_SQLITE[code & 0xff];
}
