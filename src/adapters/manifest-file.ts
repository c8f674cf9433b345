import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** `manifest.yml` as the Slack CLI reads it. */
export async function manifestJson(): Promise<string> {
  return JSON.stringify(parse(await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8')));
}
