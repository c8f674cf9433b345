import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where problems and warnings about settings are gathered: one sentence each, never a secret. */
export interface Saying {
  readonly problems: string[];
  readonly warnings: string[];
}

const OTHERS_MAY_READ = 0o044;

/** A variable, or the content of the file that its `_FILE` sibling names. */
export function secretOf(environment: NodeJS.ProcessEnv, name: string, say: Saying): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name];
  if (environment[name]) {
    say.problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') say.problems.push(`${name}_FILE names ${file}, which is empty.`);
    const mode = statSync(file).mode & 0o777;
    // Nobody but the service gets into the folder of its systemd credentials, whatever the files' mode.
    const sealed = environment.CREDENTIALS_DIRECTORY === dirname(file);
    if (!sealed && (mode & OTHERS_MAY_READ) !== 0)
      say.warnings.push(
        `${file} (${name}_FILE) can be read by others (mode ${mode.toString(8).padStart(4, '0')}). Try: chmod 600 ${file}`,
      );
    return text === '' ? undefined : text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say.problems.push(`${name}_FILE names ${file}, which cannot be read: ${reason}`);
    return undefined;
  }
}
