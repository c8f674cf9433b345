import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { forgetOwner, takeLease } from './lease.ts';
import { refuseNewer } from './migrating.ts';
import { LEASE_MS, type StateOptions } from './opened-state.ts';
import { SqliteFile } from './sqlite-file.ts';
import {
  copyPrivately,
  draftBeside,
  flush,
  isThere,
  makeFile,
  makeFolder,
  openForReading,
  refuseForeign,
  stateFile,
  worded,
} from './state-folder.ts';
import { StateProblem } from './state-problem.ts';

/** What SQLite may leave beside a file. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/**
 * Writes a consistent copy of the state as of now into a new file, checked, for its owner's eyes only. Staunch
 * may be running meanwhile.
 */
export async function backUp(folder: string, toFile: string): Promise<void> {
  if (await isThere(toFile)) {
    throw new StateProblem('exists', `${toFile} is there already and was left alone. Name a new file.`);
  }
  const file = await openForReading(stateFile(folder));
  const draft = draftBeside(toFile);
  try {
    await makeFile(draft, 'wx');
    file.copyInto(draft, toFile);
    await checkCopy(draft, file.calledPlace);
    await flush(draft);
    await worded(toFile, () => rename(draft, toFile));
    await flush(dirname(toFile));
  } finally {
    await file.close();
    await removeFile(draft);
  }
}

/**
 * Puts a backup in the place of the state. Refuses a file that is damaged, not ours or newer than this version,
 * and refuses while a process owns the state.
 * @returns where the state that was there before is kept, when there was one
 */
export async function restore(
  fromFile: string,
  folder: string,
  options: StateOptions,
): Promise<{ readonly keptFile?: string }> {
  await makeFolder(folder);
  const path = stateFile(folder);
  const draft = draftBeside(path);
  try {
    await copyWithLog(fromFile, draft);
    await prepareCopy(draft, fromFile);
    const keptFile = `${path}.before-${new Date(options.clock.nowMs()).toISOString().replaceAll(/[:.]/g, '')}`;
    const replaced = await replace(path, draft, keptFile, options);
    await flush(folder);
    return replaced ? { keptFile } : {};
  } finally {
    await removeFile(draft);
  }
}

/** @returns whether there was a state before, now in `keptFile` */
async function replace(
  path: string,
  draft: string,
  keptFile: string,
  options: StateOptions,
): Promise<boolean> {
  if (!(await isThere(path))) {
    await worded(path, () => rename(draft, path));
    return false;
  }
  const present = await takePresent(path, options);
  if (present === undefined) {
    await setAside(path, keptFile);
    await worded(path, () => rename(draft, path));
    return true;
  }
  try {
    // With all in one file there is no log that could be taken for that of the restored one.
    present.foldLog();
    await copyPrivately(path, keptFile);
    await worded(path, () => rename(draft, path));
    return true;
  } catch (error) {
    await forgetOwner(present.db);
    throw error;
  } finally {
    await present.close();
  }
}

/**
 * The present state, owned by this process so that no other starts with it meanwhile; undefined when it is
 * damaged or not ours, so that nothing tells who owns it.
 */
async function takePresent(path: string, options: StateOptions): Promise<SqliteFile | undefined> {
  let file: SqliteFile | undefined;
  try {
    const opened = new SqliteFile(path, 'writing');
    file = opened;
    refuseForeign(opened, path);
    await opened.db
      .transaction()
      .execute(db => takeLease(db, path, options.clock.nowMs(), options.leaseMs ?? LEASE_MS));
    return opened;
  } catch (error) {
    await file?.close();
    if (error instanceof StateProblem && (error.kind === 'damaged' || error.kind === 'foreign'))
      return undefined;
    throw error;
  }
}

/** Moves a file that cannot be opened out of the way, with its log. */
async function setAside(path: string, keptFile: string): Promise<void> {
  for (const companion of COMPANIONS) {
    if (await isThere(path + companion))
      await worded(path, () => rename(path + companion, keptFile + companion));
  }
  await worded(path, () => rename(path, keptFile));
}

/** A copied file of a running Staunch has its last changes in the log beside it. */
async function copyWithLog(fromFile: string, draft: string): Promise<void> {
  if (!(await isThere(fromFile))) {
    throw new StateProblem('absent', `There is no file ${fromFile}. Name the backup to restore.`);
  }
  await copyPrivately(fromFile, draft);
  if (await isThere(`${fromFile}-wal`)) await copyPrivately(`${fromFile}-wal`, `${draft}-wal`);
}

/** Checks a copy and frees it from the owner that its original had. */
async function prepareCopy(draft: string, fromFile: string): Promise<void> {
  try {
    await checkCopy(draft, fromFile);
  } catch (error) {
    throw refused(error, fromFile);
  }
  const copy = new SqliteFile(draft, 'writing');
  try {
    await forgetOwner(copy.db);
    copy.foldLog();
  } finally {
    await copy.close();
  }
  await flush(draft);
}

/** @param calledPath the file that people know: that of which `draft` is the copy */
async function checkCopy(draft: string, calledPath: string): Promise<void> {
  const copy = new SqliteFile(draft, 'writing');
  try {
    refuseForeign(copy, calledPath);
    const damage = copy.damage();
    if (damage !== undefined) {
      throw new StateProblem('damaged', `${calledPath} is damaged (${damage}); its copy was thrown away.`);
    }
    await refuseNewer(copy.db, { calledPlace: calledPath });
  } finally {
    await copy.close();
  }
}

/** Of a file that people named, not of the copy of it that was looked at. */
function refused(error: unknown, fromFile: string): unknown {
  if (!(error instanceof StateProblem)) return error;
  if (error.kind === 'foreign') {
    const text = `${fromFile} is not a state file of Staunch, so it was not restored. Name one that a backup made.`;
    return new StateProblem('foreign', text, error);
  }
  if (error.kind === 'damaged') {
    const text = `${fromFile} is damaged, so it was not restored. Try an earlier backup.`;
    return new StateProblem('damaged', text, error);
  }
  return error;
}

async function removeFile(path: string): Promise<void> {
  for (const companion of ['', ...COMPANIONS]) await rm(path + companion, { force: true });
}
