import { randomBytes } from 'node:crypto';
import { access, chmod, constants, copyFile, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SqliteFile } from './sqlite-file.ts';
import { inWords, StateProblem } from './state-problem.ts';

const OWNER_ONLY = 0o600;

/** Where the state is in its folder. SQLite keeps its log beside it. */
export function stateFile(folder: string): string {
  return join(folder, 'state.db');
}

/** Makes the folder, for nobody else, when it is not there. One that is there keeps its mode. */
export async function makeFolder(folder: string): Promise<void> {
  await worded(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
}

/** Makes the file when it is not there; nobody else may read it. SQLite gives its log the same mode. */
export async function makeFile(path: string, flag: 'a' | 'wx' = 'a'): Promise<void> {
  await worded(path, async () => {
    const handle = await open(path, flag, OWNER_ONLY);
    await handle.close();
    await chmod(path, OWNER_ONLY);
  });
}

/** A copy that only its owner may read, safe on disk. */
export async function copyPrivately(from: string, to: string): Promise<void> {
  await makeFile(to, 'wx');
  await worded(to, () => copyFile(from, to));
  await flush(to);
}

/** Waits until a file, or the names in a folder, are safe on disk. */
export async function flush(path: string): Promise<void> {
  await worded(path, async () => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Where a file is made that gets its name when it is whole. */
export function draftBeside(path: string): string {
  return join(dirname(path), `.staunch-${randomBytes(6).toString('hex')}`);
}

export async function isThere(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** Opens a file that must be a state of ours to be read. */
export async function openForReading(path: string): Promise<SqliteFile> {
  if (!(await isThere(path))) {
    throw new StateProblem('absent', `There is no ${path}: Staunch has not run with this folder yet.`);
  }
  const file = new SqliteFile(path, 'reading');
  try {
    refuseForeign(file, path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @param calledPath how people know the file */
export function refuseForeign(file: SqliteFile, calledPath: string, emptyIsFine = false): void {
  const owner = file.owner();
  if (owner === 'ours' || (emptyIsFine && owner === 'empty')) return;
  throw new StateProblem(
    'foreign',
    owner === 'empty'
      ? `${calledPath} is empty: no state was ever written to it.`
      : `${calledPath} is not a state file of Staunch. Nothing was changed in it; name the right file.`,
  );
}

/** Does something with a file; what the file system refuses is said in words. */
export async function worded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inWords(error, path);
  }
}
