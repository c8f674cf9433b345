import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from './kept-diagnosis.ts';

/**
 * The secret behind pseudonyms of client addresses: made once per installation, so that the same client has
 * the same name in every report, and nobody outside can work back to the address. Undefined when the state
 * folder cannot be written: then addresses are hidden whole.
 */
export async function installationSecret(folder: string = stateFolder()): Promise<string | undefined> {
  const file = join(folder, 'masking.key');
  try {
    const kept = (await readFile(file, 'utf8')).trim();
    if (kept.length >= 32) return kept;
  } catch {
    // Not there yet: made below.
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
