import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ROUNDS } from '../collectors/catalogue.ts';
import type { Recording } from '../collectors/recording.ts';

const unzip = promisify(gunzip);
/** A recorded incident is read whole: a larger file is a log that wants a window, not a bundle. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Other files may lie beside the evidence; only what a collector can read is opened. */
const isEvidence = (name: string) => ROUNDS.flat().some(collector => collector.holds(name));

/** One server's recordings; `server` is the folder's name, or undefined for a bundle of a single server. */
export interface BundleFolder {
  readonly server?: string;
  readonly recordings: readonly Recording[];
}

export type BundleAnswer =
  | { readonly ok: true; readonly folders: readonly BundleFolder[] }
  | { readonly ok: false; readonly problem: string };

/** Reads a bundle: a folder of files, or one folder per server. */
export async function readBundle(folder: string): Promise<BundleAnswer> {
  const kind = await stat(folder).catch(() => undefined);
  if (!kind)
    return {
      ok: false,
      problem: `There is no folder ${folder}. Give the folder that holds nginx-error.log, journal-*.json and the like.`,
    };
  if (!kind.isDirectory())
    return {
      ok: false,
      problem: `${folder} is a file; a bundle is a folder with files like nginx-error.log and journal-kernel.json.`,
    };
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await recordingsOf(folder);
  const servers = entries.filter(e => e.isDirectory() && !e.name.startsWith('.'));
  if (files.length > 0) return { ok: true, folders: [{ recordings: files }] };
  const folders = await Promise.all(
    servers.map(async e => ({ server: e.name, recordings: await recordingsOf(join(folder, e.name)) })),
  );
  const held = folders.filter(f => f.recordings.length > 0);
  if (held.length === 0)
    return {
      ok: false,
      problem: `${folder} holds no evidence. Known names: nginx-error.log, nginx-access.log, journal-UNIT.json, journal-kernel.json, systemctl-show-UNIT.txt, cgroup.txt (all in docs/bundles.md).`,
    };
  return { ok: true, folders: held };
}

async function recordingsOf(folder: string): Promise<Recording[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(e => e.isFile() && isEvidence(e.name));
  return Promise.all(files.map(file => recordingOf(folder, file.name)));
}

async function recordingOf(folder: string, name: string): Promise<Recording> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES)
      return {
        name,
        bytes: new Uint8Array(),
        exitCode: 69,
        complaint: `${name} has ${size} bytes, more than the ${MAX_FILE_BYTES} that are read whole: cut the window out first`,
        cut: true,
      };
    const bytes = await readFile(path);
    return {
      name,
      bytes: name.endsWith('.gz') ? await unzip(bytes) : bytes,
      exitCode: 0,
      complaint: '',
      cut: false,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      name,
      bytes: new Uint8Array(),
      exitCode: code === 'EACCES' ? 77 : 69,
      complaint: `${name}: ${(error as Error).message}`,
      cut: false,
    };
  }
}
