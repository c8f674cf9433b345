import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from '../collectors/recording.ts';
import type { Mask } from '../report/masking.ts';

export type BundleWritten =
  | { readonly ok: true; readonly files: number; readonly bytes: number }
  | { readonly ok: false; readonly problem: string };

/** Writes recordings as a bundle: one folder per server, or flat for a single one. Everything passes the mask. */
export async function writeBundle(
  folder: string,
  recordings: ReadonlyMap<string, readonly Recording[]>,
  mask: Mask,
): Promise<BundleWritten> {
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0)
    return {
      ok: false,
      problem: `${folder} is not empty; choose a new folder so that no evidence is mixed or overwritten.`,
    };
  let files = 0;
  let bytes = 0;
  try {
    for (const [server, own] of recordings) {
      const into = recordings.size === 1 ? folder : join(folder, server);
      await mkdir(into, { recursive: true, mode: 0o700 });
      for (const recording of own) {
        if (recording.bytes.length === 0) continue;
        const text = masked(recording, mask);
        await writeFile(join(into, recording.name), text, { mode: 0o600 });
        files++;
        bytes += Buffer.byteLength(text);
      }
    }
  } catch (error) {
    return {
      ok: false,
      problem: `The bundle could not be written to ${folder}: ${(error as Error).message}`,
    };
  }
  return { ok: true, files, bytes };
}

/** Line by line, as masking is made for lines; of a JSON record every value is masked on its own, so it stays JSON. */
function masked(recording: Recording, mask: Mask): string {
  const text = Buffer.from(recording.bytes).toString('utf8');
  return text
    .split('\n')
    .map(line =>
      line === '' || line.startsWith('#staunch ')
        ? line
        : line.startsWith('{')
          ? maskedRecord(line, mask)
          : mask(line),
    )
    .join('\n');
}

function maskedRecord(line: string, mask: Mask): string {
  try {
    return JSON.stringify(JSON.parse(line, (_, value) => (typeof value === 'string' ? mask(value) : value)));
  } catch {
    return mask(line);
  }
}
