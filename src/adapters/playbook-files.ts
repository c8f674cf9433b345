import { readFile } from 'node:fs/promises';
import { type PlaybookReading, readPlaybook } from '../../playbooks/playbook.ts';

/** Loads a shipped playbook by its id. */
export async function loadPlaybook(id: string): Promise<PlaybookReading> {
  const file = `playbooks/${id}.yml`;
  try {
    return readPlaybook(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'), file);
  } catch (error) {
    return { ok: false, problems: [`${file} could not be read: ${(error as Error).message}`] };
  }
}
