import { adviseRecycling, chanceTwoAway } from '../../src/advice/recycling.ts';
import { Random } from '../growth/random.ts';
import type { Part, Say } from '../part.ts';
import { CASES, randomService, type Service } from './services.ts';
import { simulateRecycling } from './simulated-recycling.ts';

const SEED = 20_261_122;
const RUNS = 10;
/** At least. */
const DAYS = 2;
const MOST_DAYS = 40;
const RANDOM_SERVICES = 3_000;
/** Runs of the first round alone, in which collisions are predicted. */
const FIRST_ROUNDS = 2_000;
/** So many standard errors more than predicted is no chance any more. */
const SIGMAS = 4;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/**
 * Whether the computed recycling settings keep what they promise: memory below the limit, and workers away together
 * as rarely as predicted, over days with day and night, growth that differs from life to life, and uneven shares of
 * traffic.
 */
export const recyclingPart: Part = {
  name: 'recycling',
  about: `computed max_requests over ${CASES.length} cases and ${RANDOM_SERVICES} services by chance`,
  async measure(say) {
    const simulation = new Simulation(say);
    simulation.measureClosedForm();
    say(`cases, ${RUNS} runs of ${DAYS} days or longer`);
    const cases = CASES.map(service => simulation.measureService(service, true));
    for (const [name, at] of TOO_FAST)
      if (cases[at]?.kind !== 'growth-too-fast') simulation.faults.push(`case ${name} was not refused`);
    const others = Array.from({ length: RANDOM_SERVICES }, (_, at) =>
      simulation.measureService(randomService(simulation.random, at + 1), false),
    );
    for (const fault of simulation.faults) say(`broken: ${fault}`);
    const all = [...cases, ...others];
    const sum = (of: (kept: Kept) => number) => all.reduce((total, kept) => total + of(kept), 0);
    return {
      tables: [],
      goals: [
        {
          what: `runs with memory over the limit, of ${sum(kept => kept.runs)}`,
          unit: '',
          measured: sum(kept => kept.over),
          bound: { atMost: 0 },
        },
        {
          what: 'highest memory under computed settings',
          unit: '% of the limit',
          measured: 100 * Math.max(...all.filter(kept => kept.runs > 0).map(kept => kept.peak)),
          bound: { atMost: 100 },
        },
        {
          what: 'predictions that did not hold',
          unit: '',
          measured: simulation.faults.length,
          bound: { atMost: 0 },
        },
        {
          what: 'services by chance that got settings: fewer would show little',
          unit: '%',
          measured: (100 * others.filter(({ kind }) => kind === 'settings').length) / RANDOM_SERVICES,
          bound: { atLeast: 20 },
        },
      ],
      leftOut: [],
    };
  },
};

/** Cases that must be refused, and their place. */
const TOO_FAST = [
  ['E', 4],
  ['G', 6],
] as const;

interface Kept {
  readonly kind: string;
  readonly peak: number;
  readonly over: number;
  readonly runs: number;
}

/** Services and their recycling, simulated one after the other from one seed. */
class Simulation {
  readonly faults: string[] = [];
  readonly random = new Random(SEED);
  readonly #say: Say;

  constructor(say: Say) {
    this.#say = say;
  }

  /** The formula on its own: uniform draws, no traffic. */
  measureClosedForm(): void {
    this.#say('Chance that two workers are away at once in the first round: predicted / drawn');
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
        const leaves = Array.from({ length: workers }, () => this.random.between(0, jitter)).sort(
          (a, b) => a - b,
        );
        if (leaves.some((at, j) => j > 0 && at - (leaves[j - 1] as number) < boot)) together++;
      }
      const predicted = chanceTwoAway(workers, boot, jitter);
      const drawn = together / draws;
      const allowed = SIGMAS * Math.sqrt((predicted * (1 - predicted)) / draws);
      this.#say(
        `  ${workers} workers, boot ${boot}, jitter ${jitter}: ${predicted.toFixed(3)} / ${drawn.toFixed(3)}`,
      );
      if (Math.abs(drawn - predicted) > allowed)
        this.faults.push(
          `closed form: ${workers} workers, jitter ${jitter}: predicted ${predicted}, drawn ${drawn}`,
        );
    }
  }

  measureService(service: Service, speaks: boolean): Kept {
    const advice = adviseRecycling(service.measure, service.room);
    if (advice.kind !== 'settings') {
      const reason = advice.kind === 'refused' ? advice.reason : 'not yet';
      if (speaks) this.#say(`  ${service.name}: refused, ${reason}`);
      return { kind: reason, peak: 0, over: 0, runs: 0 };
    }
    const { prediction } = advice;
    // Slow services need longer until each worker has left and come back twice.
    const days = Math.min(MOST_DAYS, Math.max(DAYS, Math.ceil((4 * prediction.meanLifeSeconds) / 86_400)));
    const runs = Array.from({ length: RUNS }, () => simulateRecycling(service, advice, days, this.random));
    const over = runs.filter(run => run.peakShareOfLimit > 1).length;
    const peak = Math.max(...runs.map(run => run.peakShareOfLimit));
    const spare = prediction.spareWorkers;
    const rounds = speaks ? FIRST_ROUNDS : 0;
    let collisions = 0;
    for (let i = 0; i < rounds; i++)
      if (simulateRecycling(service, advice, days, this.random).togetherInFirstRound[spare + 1]) collisions++;
    const predicted = prediction.chanceMoreThanSpareAway;
    // The prediction is an upper bound: the ups and downs of traffic spread the workers further.
    const allowed = predicted + SIGMAS * Math.sqrt((predicted * (1 - predicted)) / Math.max(1, rounds));
    if (rounds > 0 && collisions / rounds > allowed)
      this.faults.push(
        `${service.name}: more than ${spare} away in ${collisions} of ${rounds}, predicted ${predicted}`,
      );
    if (speaks) {
      const perDay = runs.reduce((sum, run) => sum + run.restarts, 0) / RUNS / days / service.measure.workers;
      const more = runs.reduce((sum, run) => sum + (run.awayTogether[spare + 1] ?? 0), 0) / RUNS / days;
      this.#say(
        `  ${service.name}: ${advice.maxRequests} + ${advice.maxRequestsJitter}, peak ${percent(peak)} of the limit, ${perDay.toFixed(1)} restarts per worker and day, more than ${spare} away ${more.toFixed(2)} times a day; first round ${percent(collisions / rounds)}, predicted at most ${percent(predicted)}`,
      );
    }
    return { kind: 'settings', peak, over, runs: RUNS };
  }
}
