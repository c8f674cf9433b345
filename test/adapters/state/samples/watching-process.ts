import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openState } from '../../../../src/adapters/state/open-state.ts';
import { aSample, MINUTE_MS } from './watched.ts';

/**
 * Run as a process: watches its share of some servers until it is killed, and says what was kept and what was
 * refused. A "minute" of the samples is a short tick of the real clock.
 */
const [place, owner, serverCount, leaseMs, tickMs] = process.argv.slice(2);
if (place === undefined || owner === undefined) {
  throw new Error('usage: watching-process PLACE OWNER SERVERS LEASE_MS TICK_MS');
}

const say = (text: string) => writeSync(1, `${text}\n`);
const state = await openState(place, { clock: { nowMs: () => Date.now() } });
const servers = Array.from({ length: Number(serverCount) }, (_, index) => `app-${index}`);
/** Within what a minute's number may be. */
const tick = () => Math.floor(Date.now() / Number(tickMs)) % 1_000_000_000;
let owned: ReadonlyMap<string, number> = new Map();
for (;;) {
  // Stopped in the middle of a claim it finds its connection cut, and goes on with what it knew.
  owned = await state.leases.claim(owner, servers, Date.now(), Number(leaseMs)).catch(() => owned);
  say(`owns ${[...owned.keys()].join(' ')}`);
  await setTimeout(Number(tickMs) - (Date.now() % Number(tickMs)));
  // Where it was stopped until now, it still writes what it believes to own.
  const minute = tick();
  await Promise.all(
    [...owned].map(async ([server, epoch]) => {
      const kept = await state.samples.put(aSample(minute * MINUTE_MS, { server }), epoch);
      say(`${kept ? 'kept' : 'refused'} ${server} ${minute}`);
    }),
  );
}
