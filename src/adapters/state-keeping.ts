import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../workflows/ports.ts';
import type { Remediations } from '../workflows/remediation-ports.ts';
import { statePlace } from './settings.ts';
import { backUp, restore } from './state/backup.ts';
import { checkState, type StateCheck } from './state/checking.ts';
import { openState, openStateForReading, type StateReading } from './state/open-state.ts';
import { exportState } from './state/portable-export.ts';
import { importState } from './state/portable-import.ts';
import { calledAddress, isPostgresAddress } from './state/postgres-address.ts';
import { StateProblem } from './state/state-problem.ts';

type Refusal = { readonly ok: false; readonly problem: string };

/** Backs the state of a folder up into a new file; a refusal is an answer. */
export function backUpState(
  folder: string,
  toFile: string,
): Promise<{ readonly ok: true; readonly bytes: number } | Refusal> {
  return answered(async () => {
    const path = resolve(toFile);
    const where = await kindOf(dirname(path));
    if (where !== 'folder')
      return refused(`There is no folder ${dirname(path)}. Make it, or name a file in one that is there.`);
    await backUp(folder, path);
    return { ok: true, bytes: (await stat(path)).size };
  });
}

/** Puts a backup in the place of the state of a folder; a refusal is an answer. */
export function restoreState(
  fromFile: string,
  folder: string,
  clock: Clock,
): Promise<{ readonly ok: true; readonly keptFile?: string } | Refusal> {
  return answered(async () => {
    const path = resolve(fromFile);
    if ((await kindOf(path)) === 'folder')
      return refused(`${path} is a folder. Name the file in it that a backup made.`);
    const { keptFile } = await restore(path, folder, { clock });
    return { ok: true, ...(keptFile !== undefined && { keptFile }) };
  });
}

/** Why the file of a folder is not what to back up or restore; undefined where it is. */
export function keptElsewhere(environment: NodeJS.ProcessEnv): Refusal | undefined {
  const where = statePlace(environment);
  if (!where.ok) return refused(where.problem);
  if (!isPostgresAddress(where.place)) return undefined;
  return refused(
    `The state is in ${calledAddress(where.place)} (STAUNCH_DATABASE_URL), which is backed up and restored with ` +
      `pg_dump and pg_restore. "staunch state export FILE" writes it into one file, too.`,
  );
}

interface Moved {
  readonly ok: true;
  readonly place: string;
  readonly rows: Readonly<Record<string, number>>;
}

/** Writes the state that the environment names into a new portable file. */
export function exportStateOf(
  environment: NodeJS.ProcessEnv,
  toFile: string,
  clock: Clock,
): Promise<({ readonly bytes: number } & Moved) | Refusal> {
  return placed(environment, async place => {
    const path = resolve(toFile);
    if ((await kindOf(dirname(path))) !== 'folder')
      return refused(`There is no folder ${dirname(path)}. Make it, or name a file in one that is there.`);
    const rows = await exportState(place, path, clock);
    return { ok: true, place: called(place), rows, bytes: (await stat(path)).size };
  });
}

/** Fills the empty state that the environment names from a portable file. */
export function importStateTo(
  environment: NodeJS.ProcessEnv,
  fromFile: string,
  clock: Clock,
): Promise<Moved | Refusal> {
  return placed(environment, async place => {
    const path = resolve(fromFile);
    if ((await kindOf(path)) === 'folder')
      return refused(`${path} is a folder. Name the file in it that an export made.`);
    return { ok: true, place: called(place), rows: await importState(path, place, { clock }) };
  });
}

/** Looks at the whole state that the environment names. */
export function checkStateOf(
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<{ readonly ok: true; readonly check: StateCheck } | Refusal> {
  return placed(environment, async place => ({ ok: true, check: await checkState(place, clock.nowMs()) }));
}

/** Looks at the audit of the state that the environment names, whoever works with it. */
export function lookAtAudit<T>(
  environment: NodeJS.ProcessEnv,
  use: (audit: StateReading['audit']) => Promise<T>,
): Promise<{ readonly ok: true; readonly seen: T } | Refusal> {
  return lookAtState(environment, state => use(state.audit));
}

/** Looks at the state that the environment names, whoever works with it. */
export function lookAtState<T>(
  environment: NodeJS.ProcessEnv,
  use: (state: StateReading) => Promise<T>,
): Promise<{ readonly ok: true; readonly seen: T } | Refusal> {
  return placed(environment, async place => {
    const state = await openStateForReading(place);
    try {
      return { ok: true, seen: await use(state) };
    } finally {
      await state.close();
    }
  });
}

/** Looks at changes, whoever works with the state. */
export function lookAtChanges<T>(
  environment: NodeJS.ProcessEnv,
  use: (remediations: StateReading['remediations']) => Promise<T>,
): Promise<{ readonly ok: true; readonly seen: T } | Refusal> {
  return placed(environment, async place => {
    const state = await openStateForReading(place);
    try {
      return { ok: true, seen: await use(state.remediations) };
    } finally {
      await state.close();
    }
  });
}

/** Works on changes; refused while another process has the state for itself. */
export function workOnChanges(
  environment: NodeJS.ProcessEnv,
  clock: Clock,
  use: (remediations: Remediations) => Promise<void>,
): Promise<{ readonly ok: true } | Refusal> {
  return placed(environment, async place => {
    const state = await openState(place, { clock });
    try {
      await use(state.remediations);
      return { ok: true };
    } finally {
      await state.close();
    }
  });
}

const called = (place: string) => (isPostgresAddress(place) ? calledAddress(place) : place);

function placed<T>(
  environment: NodeJS.ProcessEnv,
  work: (place: string) => Promise<T | Refusal>,
): Promise<T | Refusal> {
  const where = statePlace(environment);
  if (!where.ok) return Promise.resolve(refused(where.problem));
  return answered(() => work(where.place));
}

function refused(problem: string): Refusal {
  return { ok: false, problem };
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'absent'> {
  return stat(path).then(
    found => (found.isDirectory() ? 'folder' : 'other'),
    () => 'absent',
  );
}

async function answered<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StateProblem) return refused(error.message);
    throw error;
  }
}
