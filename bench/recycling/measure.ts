import { adviseRecycling, chanceTwoAway } from '../../src/advice/recycling.ts';
import { Random } from '../growth/random.ts';
import { CASES, randomService, type Service } from './services.ts';
import { simulateRecycling } from './simulated-recycling.ts';

/**
 * Whether the computed recycling settings keep what they promise: memory below the limit, and workers away together
 * as rarely as predicted, over days with day and night, growth that differs from life to life, and uneven shares of
 * traffic. Ends with 1 when a promise is broken. `node bench/recycling/measure.ts [seed]`
 */
const seed = Number(process.argv[2] ?? 20_261_122);
const random = new Random(seed);
const RUNS = 10;
/** At least. */
const DAYS = 2;
const MOST_DAYS = 40;
const RANDOM_SERVICES = 3_000;
/** Runs of the first round alone, in which collisions are predicted. */
const FIRST_ROUNDS = 2_000;
/** So many standard errors more than predicted is no chance any more. */
const SIGMAS = 4;

const faults: string[] = [];
const say = (text: string) => process.stdout.write(`${text}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The formula on its own: uniform draws, no traffic. */
function measureClosedForm(): void {
  say('Chance that two workers are away at once in the first round: predicted / drawn');
  for (const [workers, boot, jitter] of [
    [4, 9, 2_160],
    [4, 9, 500],
    [9, 80, 57_600],
    [9, 80, 20_000],
    [2, 80, 3_200],
    [8, 100, 20_000],
  ] as const) {
    const draws = 20_000;
    let together = 0;
    for (let i = 0; i < draws; i++) {
      const leaves = Array.from({ length: workers }, () => random.between(0, jitter)).sort((a, b) => a - b);
      if (leaves.some((at, j) => j > 0 && at - (leaves[j - 1] as number) < boot)) together++;
    }
    const predicted = chanceTwoAway(workers, boot, jitter);
    const drawn = together / draws;
    const allowed = SIGMAS * Math.sqrt((predicted * (1 - predicted)) / draws);
    say(
      `  ${workers} workers, boot ${boot}, jitter ${jitter}: ${predicted.toFixed(3)} / ${drawn.toFixed(3)}`,
    );
    if (Math.abs(drawn - predicted) > allowed)
      faults.push(
        `closed form: ${workers} workers, jitter ${jitter}: predicted ${predicted}, drawn ${drawn}`,
      );
  }
}

interface Kept {
  readonly kind: string;
  readonly peak: number;
  readonly over: number;
  readonly runs: number;
}

function measureService(service: Service, speaks: boolean): Kept {
  const advice = adviseRecycling(service.measure, service.room);
  if (advice.kind !== 'settings') {
    const reason = advice.kind === 'refused' ? advice.reason : 'not yet';
    if (speaks) say(`  ${service.name}: refused, ${reason}`);
    return { kind: reason, peak: 0, over: 0, runs: 0 };
  }
  const { prediction } = advice;
  // Slow services need longer until each worker has left and come back twice.
  const days = Math.min(MOST_DAYS, Math.max(DAYS, Math.ceil((4 * prediction.meanLifeSeconds) / 86_400)));
  const runs = Array.from({ length: RUNS }, () => simulateRecycling(service, advice, days, random));
  const over = runs.filter(run => run.peakShareOfLimit > 1).length;
  const peak = Math.max(...runs.map(run => run.peakShareOfLimit));
  const spare = prediction.spareWorkers;
  const rounds = speaks ? FIRST_ROUNDS : 0;
  let collisions = 0;
  for (let i = 0; i < rounds; i++)
    if (simulateRecycling(service, advice, days, random).togetherInFirstRound[spare + 1]) collisions++;
  const predicted = prediction.chanceMoreThanSpareAway;
  // The prediction is an upper bound: the ups and downs of traffic spread the workers further.
  const allowed = predicted + SIGMAS * Math.sqrt((predicted * (1 - predicted)) / Math.max(1, rounds));
  if (rounds > 0 && collisions / rounds > allowed)
    faults.push(
      `${service.name}: more than ${spare} away in ${collisions} of ${rounds}, predicted ${predicted}`,
    );
  if (speaks) {
    const perDay = runs.reduce((sum, run) => sum + run.restarts, 0) / RUNS / days / service.measure.workers;
    const more = runs.reduce((sum, run) => sum + (run.awayTogether[spare + 1] ?? 0), 0) / RUNS / days;
    say(
      `  ${service.name}: ${advice.maxRequests} + ${advice.maxRequestsJitter}, peak ${percent(peak)} of the limit, ${perDay.toFixed(1)} restarts per worker and day, more than ${spare} away ${more.toFixed(2)} times a day; first round ${percent(collisions / rounds)}, predicted at most ${percent(predicted)}`,
    );
  }
  return { kind: 'settings', peak, over, runs: RUNS };
}

const begin = performance.now();
say(`Seed ${seed}`);
measureClosedForm();
say(`Cases, ${RUNS} runs of ${DAYS} days or longer`);
const kept = CASES.map(service => measureService(service, true));
for (const [i, name] of ['E', 'G'].entries()) {
  const at = i === 0 ? 4 : 6;
  if (kept[at]?.kind !== 'growth-too-fast') faults.push(`case ${name} was not refused`);
}
say(`Random services, ${RUNS} runs of ${DAYS} days or longer`);
const others = Array.from({ length: RANDOM_SERVICES }, (_, i) =>
  measureService(randomService(random, i + 1), false),
);
const byKind = new Map<string, number>();
for (const { kind } of others) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
say(`  ${[...byKind].map(([kind, n]) => `${kind}: ${n}`).join(', ')}`);
const all = [...kept, ...others];
const over = all.reduce((sum, k) => sum + k.over, 0);
const runs = all.reduce((sum, k) => sum + k.runs, 0);
const peaks = all.filter(k => k.runs > 0).map(k => k.peak);
say(`  highest peak ${percent(Math.max(...peaks))} of the limit; over the limit in ${over} of ${runs} runs`);
if (over > 0) faults.push(`memory over the limit in ${over} of ${runs} runs`);
if ((byKind.get('settings') ?? 0) < RANDOM_SERVICES / 5)
  faults.push('too few random services got settings: the bench shows little');
say(`${((performance.now() - begin) / 1000).toFixed(1)} s`);
for (const fault of faults) process.stderr.write(`BROKEN: ${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
