import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openState } from '../../../../src/adapters/state/open-state.ts';
import { aSample, aWorker, counted, HOUR_MS, MIB, MINUTE_MS } from './watched.ts';

/**
 * Run as a process: samples a few units minute by minute, as fast as it can, until it is killed; says which minute
 * it has begun and which one is safe. Folds whenever an hour of its minutes is over.
 */
const [place, first, unitCount] = process.argv.slice(2);
if (place === undefined || first === undefined) throw new Error('usage: sampling-writer PLACE MINUTE UNITS');

const say = (text: string) => writeSync(1, `${text}\n`);
const state = await openState(place, { clock: { nowMs: () => Date.now() } });
const owned = await state.leases.claim('sampler', ['web-1'], Date.now(), HOUR_MS);
const epoch = owned.get('web-1') ?? 0;
say(`ready ${epoch}`);
const units = Array.from({ length: Number(unitCount ?? 3) }, (_, index) => `unit-${index}.service`);
for (let minute = Number(first); ; minute += 1) {
  const atMs = minute * MINUTE_MS;
  say(`begun ${minute}`);
  const kept = await Promise.all(
    units.map((unit, index) => {
      const rssBytes = (100 + ((minute * 7 + index) % 50)) * MIB;
      return state.samples.put(
        aSample(atMs, { unit, workers: [aWorker(1, { rssBytes }), aWorker(2)] }),
        epoch,
      );
    }),
  );
  if (!kept.every(Boolean)) throw new Error(`minute ${minute} was refused`);
  await state.samples.count('checkout', counted(atMs));
  say(`kept ${minute}`);
  if (minute % 60 === 10) {
    await state.samples.fold(atMs);
    say(`folded ${minute}`);
  }
  // So that hundreds of writers need less than a week, after which samples are thinned.
  await setTimeout(3);
}
