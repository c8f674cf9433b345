import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../workflows/ports.ts';
import { backUp, restore } from './state/backup.ts';
import { StateProblem } from './state/state-problem.ts';

type Refusal = { readonly ok: false; readonly problem: string };

/** Backs the state of a folder up into a new file; a refusal is an answer. */
export function backUpState(
  folder: string,
  toFile: string,
): Promise<{ readonly ok: true; readonly bytes: number } | Refusal> {
  return answered(async () => {
    const path = resolve(toFile);
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
    const { keptFile } = await restore(resolve(fromFile), folder, { clock });
    return { ok: true, ...(keptFile !== undefined && { keptFile }) };
  });
}

async function answered<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StateProblem) return { ok: false, problem: error.message };
    throw error;
  }
}
