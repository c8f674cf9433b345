import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Rivals by the Debian package that has them. */
const PACKAGES = {
  ansible: 'ansible-core',
  clush: 'clustershell',
  rg: 'ripgrep',
  lnav: 'lnav',
  sqlite3: 'sqlite3',
  mawk: 'mawk',
  gawk: 'gawk',
  zgrep: 'gzip',
  python3: 'python3',
} as const;
export type Program = keyof typeof PACKAGES;

export function isInstalled(program: Program): boolean {
  const folders = (process.env.PATH ?? '').split(':');
  return ['/usr/bin', '/bin', ...folders].some(folder => existsSync(join(folder, program)));
}

/** The sentences that say which rivals sit this one out. */
export function missingOf(programs: readonly Program[]): string[] {
  return programs
    .filter(program => !isInstalled(program))
    .map(program => `${program} is not installed (apt-get install ${PACKAGES[program]}): left out`);
}

export interface Ran {
  readonly out: string;
  readonly wallMs: number;
}

const LONGEST_MS = 120_000;

/** Runs a command to its end. @throws with what it complained about when it fails */
export function run(file: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Ran> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const options = {
      maxBuffer: 64 * 1024 * 1024,
      timeout: LONGEST_MS,
      encoding: 'latin1' as const,
      ...(environment && { env: environment }),
    };
    execFile(file, [...args], options, (error, out, complaint) => {
      if (error) reject(new Error(`${error.message}\n${complaint}`));
      else resolve({ out, wallMs: performance.now() - began });
    });
  });
}
