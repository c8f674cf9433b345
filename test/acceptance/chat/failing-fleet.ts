import { join, resolve } from 'node:path';
import { demoServers } from '../../../practice/fleet/demo-servers.ts';
import { RecordedServers } from '../../../practice/fleet/recorded-servers.ts';

const RECORDINGS = resolve(import.meta.dirname, '../../../practice/recordings');
/** From the first kill of checkout's recording to its last line. */
const KILLS_MS = 32_000;

/** The demo fleet without waits, in which the first worker of checkout is killed at an instant that the test chose. */
export async function openSource() {
  const firstKillMs = Number(process.env.STAUNCH_TEST_FIRST_KILL_MS);
  const openedAtMs = firstKillMs - 60_000;
  const servers = new Map(demoServers(name => join(RECORDINGS, name)));
  const checkout = servers.get('checkout-1');
  if (checkout)
    servers.set('checkout-1', { ...checkout, endedBeforeMs: openedAtMs - (firstKillMs + KILLS_MS) });
  return new RecordedServers(
    { servers, openedAtMs },
    { clock: { nowMs: Date.now }, sleep: async () => undefined },
  );
}
