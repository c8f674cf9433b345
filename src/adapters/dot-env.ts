import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * Takes over the variables of `.env` in the working folder that are not set already; `only` picks by name.
 * @throws when there is such a file and it cannot be read
 */
export function loadDotEnv(environment: NodeJS.ProcessEnv, only = /^/, file = '.env'): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is there but cannot be read (${reason}). Mend its mode, or move it away.`);
  }
  for (const [name, value] of Object.entries(parseEnv(text)))
    if (only.test(name)) environment[name] ??= value;
}
