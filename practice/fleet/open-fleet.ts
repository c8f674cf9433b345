import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Clock, Source } from '../../src/workflows/ports.ts';
import type { Operator } from '../../src/workflows/remediation-ports.ts';
import { demoServers } from './demo-servers.ts';
import type { Fleet } from './fleet.ts';
import { ChangedHosts } from './host-change.ts';
import type { HostFiles } from './host-files.ts';
import { PractisedOperator } from './practised-operator.ts';
import { openRecordedFiles, RecordedServers } from './recorded-servers.ts';

/** The registry of the demo fleet. */
export const FLEET_CONFIG = fileURLToPath(new URL('staunch.yml', import.meta.url));

const RECORDINGS = fileURLToPath(new URL('../recordings', import.meta.url));

/**
 * The servers of the demo fleet. A folder named in STAUNCH_PRACTICE_RECORDINGS takes the place of
 * `practice/recordings`: same names inside, other contents. STAUNCH_PRACTICE_PACE=0 answers at once.
 */
export async function openSource(): Promise<Source> {
  const isInstant = process.env.STAUNCH_PRACTICE_PACE === '0';
  return new RecordedServers(fleet(), {
    clock: { nowMs: () => Date.now() },
    changed: changedHosts(),
    sleep: (ms, signal) =>
      isInstant ? Promise.resolve() : wait(ms, undefined, { signal }).catch(() => undefined),
  });
}

/** The helpers of the same servers. */
export async function openOperator(): Promise<Operator> {
  const { servers, openedAtMs } = fleet();
  const changed = changedHosts();
  const opened = new Map<string, Promise<HostFiles>>();
  const isInstant = process.env.STAUNCH_PRACTICE_PACE === '0';
  return new PractisedOperator({
    async filesOf(id) {
      const server = servers.get(id);
      if (!server || server.unreachable !== undefined) return undefined;
      const files = opened.get(id) ?? openRecordedFiles(server, openedAtMs);
      opened.set(id, files);
      return files;
    },
    changed,
    nowMs: () => Date.now(),
    pause: ms => (isInstant ? Promise.resolve() : wait(ms)),
  });
}

/** What was changed on the servers: a folder that all threads of the process know. */
function changedHosts(): ChangedHosts {
  return new ChangedHosts(process.env.STAUNCH_PRACTICE_CHANGES);
}

/** The same servers as they were: what is asked at an instant of the past is answered for that instant. */
export function openPast(clock: Clock): {
  readonly source: Source;
  /** When the fleet was opened: from there on the watch sees for itself. */
  readonly openedAtMs: number;
  /** Ids of the servers that were watched before that, since the deploy before their workers began to grow. */
  readonly watchedSinceMs: ReadonlyMap<string, number>;
} {
  const past = fleet();
  return {
    source: new RecordedServers(past, { clock, sleep: async () => undefined }),
    openedAtMs: past.openedAtMs,
    watchedSinceMs: new Map(
      [...past.servers].flatMap(([id, { growing, endedBeforeMs = 0 }]) =>
        growing ? [[id, past.openedAtMs - endedBeforeMs] as const] : [],
      ),
    ),
  };
}

function fleet(): Fleet {
  const folder = resolve(process.env.STAUNCH_PRACTICE_RECORDINGS || RECORDINGS);
  // The start of the process, which its worker threads share: a re-run sees the incident at the same time.
  const openedAtMs = Math.round(Date.now() - process.uptime() * 1000);
  return { servers: demoServers(name => join(folder, name)), openedAtMs };
}
