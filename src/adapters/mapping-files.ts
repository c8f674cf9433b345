import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertMapping } from '../intake/alert-mapping.ts';
import { ALERTMANAGER } from '../intake/alertmanager.ts';
import { readMapping } from '../intake/mapping-reading.ts';

export type MappingFiles =
  | { readonly ok: true; readonly mappings: ReadonlyMap<string, AlertMapping> }
  | { readonly ok: false; readonly problems: readonly string[] };

const SHIPPED = new URL('../../presets/', import.meta.url);

/** The shipped mappings and those of a folder of the user's own, which take the place of shipped ones of their id. */
export async function loadMappings(ownFolder?: string): Promise<MappingFiles> {
  const mappings = new Map<string, AlertMapping>();
  const problems: string[] = [];
  for (const folder of [SHIPPED, ...(ownFolder === undefined ? [] : [ownFolder])]) {
    const found = await mappingsIn(folder, problems);
    const fileOf = new Map<string, string>();
    for (const [file, mapping] of found) {
      const other = fileOf.get(mapping.id);
      if (other !== undefined)
        problems.push(`${file}: id is "${mapping.id}", as in ${other}: give each mapping an id of its own`);
      if (mapping.id === ALERTMANAGER)
        problems.push(`${file}: id is "${ALERTMANAGER}", which Staunch reads by itself: choose another`);
      fileOf.set(mapping.id, file);
      mappings.set(mapping.id, mapping);
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, mappings };
}

async function mappingsIn(
  folder: URL | string,
  problems: string[],
): Promise<(readonly [file: string, mapping: AlertMapping])[]> {
  const found: (readonly [string, AlertMapping])[] = [];
  try {
    const names = (await readdir(folder)).filter(name => /\.ya?ml$/.test(name)).sort();
    for (const name of names) {
      const text = await readFile(
        typeof folder === 'string' ? join(folder, name) : new URL(name, folder),
        'utf8',
      );
      const file = typeof folder === 'string' ? join(folder, name) : `presets/${name}`;
      const reading = readMapping(text, file);
      if (reading.ok) found.push([file, reading.mapping]);
      else problems.push(...reading.problems);
    }
  } catch (error) {
    problems.push(
      `STAUNCH_ALERTS_MAPPINGS names ${String(folder)}, which cannot be read: ${(error as Error).message}`,
    );
  }
  return found;
}
