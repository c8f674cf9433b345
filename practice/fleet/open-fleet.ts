import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Source } from '../../src/workflows/ports.ts';
import { demoServers } from './demo-servers.ts';
import { RecordedServers } from './recorded-servers.ts';

/** The registry of the demo fleet. */
export const FLEET_CONFIG = fileURLToPath(new URL('staunch.yml', import.meta.url));

const RECORDINGS = fileURLToPath(new URL('../recordings', import.meta.url));

/**
 * The servers of the demo fleet. A folder named in STAUNCH_PRACTICE_RECORDINGS takes the place of
 * `practice/recordings`: same names inside, other contents. STAUNCH_PRACTICE_PACE=0 answers at once.
 */
export async function openSource(): Promise<Source> {
  const folder = resolve(process.env.STAUNCH_PRACTICE_RECORDINGS || RECORDINGS);
  // The start of the process, which its worker threads share: a re-run sees the incident at the same time.
  const openedAtMs = Date.now() - process.uptime() * 1000;
  const isInstant = process.env.STAUNCH_PRACTICE_PACE === '0';
  return new RecordedServers(
    { servers: demoServers(name => join(folder, name)), openedAtMs },
    {
      clock: { nowMs: () => Date.now() },
      sleep: (ms, signal) =>
        isInstant ? Promise.resolve() : wait(ms, undefined, { signal }).catch(() => undefined),
    },
  );
}
