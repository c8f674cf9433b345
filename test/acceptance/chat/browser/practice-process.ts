import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../../..');

/** What a newcomer starts, and what it printed. */
export interface PracticeProcess {
  readonly url: string;
  readonly printed: string;
  /** Asks it to end, as Ctrl-C does, and answers with its exit code. */
  stop(): Promise<number | null>;
}

/** `bin/staunch start` without tokens, at the address it prints; `settings` are environment variables. */
export async function practiceProcess(
  settings: Readonly<Record<string, string>> = {},
): Promise<PracticeProcess> {
  // A folder of its own: a developer's .env may hold real tokens.
  const folder = mkdtempSync(join(tmpdir(), 'staunch-newcomer-'));
  const { PATH = '', HOME = folder } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'bin/staunch'), 'start'], {
    cwd: folder,
    env: { PATH, HOME, TMPDIR: folder, CI: 'true', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>(told => child.on('exit', told));
  let printed = '';
  const url = await new Promise<string>((found, failed) => {
    const read = (chunk: Buffer) => {
      printed += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (address !== undefined && printed.includes('docs/slack.md')) found(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(code => failed(new Error(`It ended with ${code} and printed:\n${printed}`)));
  });
  return {
    url,
    get printed() {
      return printed;
    },
    async stop() {
      child.kill('SIGINT');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
