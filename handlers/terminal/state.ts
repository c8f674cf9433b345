import { EXIT } from './context.ts';

/** What can be done with the state of a Staunch as a whole. A refusal says what to try. */
export interface StateKeeping {
  readonly folder: string;
  backUp(
    toFile: string,
  ): Promise<
    { readonly ok: true; readonly bytes: number } | { readonly ok: false; readonly problem: string }
  >;
  restore(
    fromFile: string,
  ): Promise<
    { readonly ok: true; readonly keptFile?: string } | { readonly ok: false; readonly problem: string }
  >;
}

export interface StateContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly state: StateKeeping;
}

/** `staunch state backup FILE`: a checked copy of the state as of now; Staunch may go on meanwhile. */
export async function stateBackup(
  { file }: { readonly file: string },
  { state, write, writeError }: StateContext,
): Promise<number> {
  const done = await state.backUp(file);
  if (!done.ok) {
    writeError(`Nothing was backed up. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(
    `Backed up ${state.folder} to ${file} (${sizeWords(done.bytes)}), and checked the copy.\n` +
      'It holds masked evidence and who asked for what: keep it where only you can read it.\n',
  );
  return EXIT.fine;
}

/** `staunch state restore FILE`: puts a backup in the place of the state, and keeps the one that was there. */
export async function stateRestore(
  { file }: { readonly file: string },
  { state, write, writeError }: StateContext,
): Promise<number> {
  const done = await state.restore(file);
  if (!done.ok) {
    writeError(`Nothing was restored, and the state is as it was. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(`Restored ${file} to ${state.folder}. Staunch can be started.\n`);
  if (done.keptFile !== undefined)
    write(`The state before is kept as ${done.keptFile}; delete it when all is well.\n`);
  return EXIT.fine;
}

type Refusal = { readonly ok: false; readonly problem: string };
/** How many rows there are, by table. */
type Rows = Readonly<Record<string, number>>;

interface Moved {
  readonly ok: true;
  /** How people know where the state is. */
  readonly place: string;
  readonly rows: Rows;
}

/** The state in a form that moves between engines and machines. */
export interface StateMoving {
  exportTo(file: string): Promise<({ readonly bytes: number } & Moved) | Refusal>;
  importFrom(file: string): Promise<Moved | Refusal>;
  check(): Promise<{ readonly ok: true; readonly check: StateFound } | Refusal>;
}

/** What a look at a whole state found. */
export interface StateFound {
  readonly place: string;
  readonly damage?: string;
  /** What the next start brings up to date; with any, nothing else was looked at. */
  readonly missingMigrations: readonly string[];
  readonly rows: Rows;
  /** Rows that cannot be unpacked, by table. */
  readonly unreadable: Rows;
  /** The first entry of the audit that is not as it was written. */
  readonly auditFault?: { readonly sequence: number; readonly problem: string };
  /** The processes that work with it now. */
  readonly workers: readonly { readonly host: string; readonly pid: number }[];
}

export interface StateMovingContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly state: StateMoving;
}

/** `staunch state export FILE`: all of the state in one file that either engine can be filled from. */
export async function stateExport(
  { file }: { readonly file: string },
  { state, write, writeError }: StateMovingContext,
): Promise<number> {
  const done = await state.exportTo(file);
  if (!done.ok) {
    writeError(`Nothing was exported. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(
    `Exported ${done.place} to ${file} (${sizeWords(done.bytes)}):\n${rowLines(done.rows)}` +
      'It holds masked evidence and who asked for what: keep it where only you can read it.\n',
  );
  return EXIT.fine;
}

/** `staunch state import FILE`: fills an empty state from an export. */
export async function stateImport(
  { file }: { readonly file: string },
  { state, write, writeError }: StateMovingContext,
): Promise<number> {
  const done = await state.importFrom(file);
  if (!done.ok) {
    writeError(`Nothing was imported. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(`Imported ${file} to ${done.place}:\n${rowLines(done.rows)}Staunch can be started.\n`);
  return EXIT.fine;
}

/** `staunch state check`: whether the state is whole and up to date, and what is in it. */
export async function stateCheck({ state, write, writeError }: StateMovingContext): Promise<number> {
  const done = await state.check();
  if (!done.ok) {
    writeError(`The state could not be checked. ${done.problem}\n`);
    return EXIT.failed;
  }
  const { place, damage, missingMigrations, rows, unreadable, auditFault, workers } = done.check;
  const problems = [
    ...(damage === undefined ? [] : [`It is damaged: ${damage}. Restore the last backup.`]),
    ...Object.entries(unreadable).map(
      ([table, count]) =>
        `${numbered(count)} of ${numbered(rows[table] ?? 0)} rows of ${table} cannot be read; the watch drops them.`,
    ),
    ...(auditFault
      ? [
          `The audit was changed: entry ${auditFault.sequence}: ${auditFault.problem}. See "staunch audit verify".`,
        ]
      : []),
  ];
  write(problems.length === 0 ? `${place} is sound.\n` : `${place} is NOT sound.\n${linesOf(problems)}`);
  if (missingMigrations.length > 0)
    write(
      `It was last written by an older version; the next start of Staunch brings it up to date ` +
        `(${missingMigrations.join(', ')}).\n`,
    );
  else {
    const atWork = workers.map(({ pid, host }) => `process ${pid} on ${host}`).join(', ');
    write(`Its tables are up to date. At work with it: ${atWork || 'nobody'}.\n${rowLines(rows)}`);
  }
  return problems.length === 0 ? EXIT.fine : EXIT.failed;
}

/** What the rows of a table are to people; those of other tables tell them nothing. */
const ROW_WORDS: Readonly<Record<string, string>> = {
  incident: 'incidents',
  run: 'diagnoses',
  evidence: 'lines of evidence',
  feedback: 'opinions on verdicts',
  warning: 'warnings of growth',
  outbox: 'messages, sent or to be sent',
  watched_unit: 'watched units',
  minute_sample: 'samples of open hours',
  unit_hour: 'hours of samples, minute by minute',
  unit_day: 'days of samples, thinned',
  service_minute: 'minutes of counts of open hours',
  service_hour: 'hours of counts',
  proposal: 'changes proposed',
  audit: 'entries of the audit',
};

function rowLines(rows: Rows): string {
  return linesOf(
    Object.entries(ROW_WORDS).map(([table, words]) => `${words}: ${numbered(rows[table] ?? 0)}`),
  );
}

function linesOf(texts: readonly string[]): string {
  return texts.map(text => `  ${text}\n`).join('');
}

function numbered(count: number): string {
  return count.toLocaleString('en');
}

function sizeWords(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
