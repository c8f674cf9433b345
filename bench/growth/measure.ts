import { BUCKET_MS } from '../../src/growth/envelope.ts';
import { quantile } from '../../src/growth/quantile.ts';
import type { Part } from '../part.ts';
import { disagreements } from './agreement.ts';
import { decisionsOf } from './decisions.ts';
import { HARMLESS } from './harmless-kinds.ts';
import type { KindMaker } from './kind.ts';
import { CONTAINED, LEAKING } from './leaking-kinds.ts';
import { naiveAlerts } from './naive-alert.ts';
import { Random } from './random.ts';
import {
  SIMULATED_DAYS,
  type SimulatedWorker,
  simulateService,
  type Tightness,
} from './simulated-service.ts';
import { Tally } from './tally.ts';

const WORKER_DAYS = 12_000;
const SEED = 424_242;
const WORKER_DAYS_PER_SERVICE = 4 * SIMULATED_DAYS;
/** One service in four is tight: its limit is only 1.25 to 2 times what it keeps by right. */
const MIX: readonly Tightness[] = ['tight', 'roomy', 'roomy', 'roomy'];
/** Asking the whole analysis is dear: it is done for a part. */
const COMPARED_EVERY = 20;

/** Whether growth is told in time, and harmless workers are left alone. */
export const growthPart: Part = {
  name: 'growth',
  about: `false and timely growth warnings over ${WORKER_DAYS} worker-days, beside predict_linear`,
  async measure(say) {
    const { tally, odd } = simulated();
    if (odd.length > 0)
      throw new Error(`The analysis says otherwise than the bench (${odd.length} times), such as ${odd[0]}`);
    for (const line of report(tally)) say(line);
    const { mix } = rates(tally, tally.falseWarnings);
    const naive = rates(tally, tally.naiveWarnings).mix;
    return {
      tables: [],
      goals: [
        {
          what: 'false warnings per 1,000 worker-days',
          unit: '',
          measured: mix,
          rival: { name: 'predict_linear 24 h ahead', measured: naive },
          bound: { atMost: 1 / 300 },
        },
        {
          what: 'false warnings per 1,000 worker-days, as such',
          unit: '',
          measured: mix,
          bound: { atMost: 1 },
        },
        {
          what: 'leaks told at least 30 minutes before the kill',
          unit: '%',
          measured: 100 * caughtShare(tally),
          bound: { atLeast: 93 },
        },
      ],
      leftOut: [],
    };
  },
};

function simulated(): { readonly tally: Tally; readonly odd: readonly string[] } {
  const services = Math.ceil(WORKER_DAYS / WORKER_DAYS_PER_SERVICE);
  const random = new Random(SEED);
  const tally = new Tally();
  const odd: string[] = [];
  let compared = 0;
  const each = (
    count: number,
    makers: readonly KindMaker[],
    see: (service: readonly SimulatedWorker[], tightness: Tightness) => void,
  ) => {
    for (let at = 0; at < count; at++) {
      const tightness = MIX[at % MIX.length] as Tightness;
      // Kinds change more slowly than tightness, so that each kind meets both.
      const maker = makers[Math.floor(at / MIX.length) % makers.length] as KindMaker;
      see(simulateService(random.fork(), maker, tightness), tightness);
    }
  };
  const decide = (service: readonly SimulatedWorker[]) => {
    const decided = decisionsOf(service);
    if (compared++ % COMPARED_EVERY === 0) odd.push(...disagreements(service, decided, random));
    return decided;
  };
  each(services, HARMLESS, (service, tightness) => {
    const decided = decide(service);
    service.forEach((worker, at) => {
      const naive = worker.lives.flatMap(life => naiveAlerts(life.points, worker.limitBytes, BUCKET_MS));
      tally.harmless(worker, tightness, decided[at] ?? [], naive);
    });
  });
  each(Math.ceil(services / 2), LEAKING, service => {
    tally.leaking(service, decide(service));
  });
  each(Math.ceil(services / 20), [CONTAINED], service => {
    for (const decisions of decide(service)) tally.contained(decisions);
  });
  return { tally, odd };
}

function rates({ days }: Tally, counts: { readonly roomy: number; readonly tight: number }) {
  return {
    roomy: (1_000 * counts.roomy) / days.roomy,
    tight: (1_000 * counts.tight) / days.tight,
    mix: (1_000 * (counts.roomy + counts.tight)) / (days.roomy + days.tight),
  };
}

function caughtShare({ leaks }: Tally): number {
  const counts = [...leaks.values()];
  const lives = counts.reduce((sum, count) => sum + count.lives, 0);
  return counts.reduce((sum, count) => sum + count.caught, 0) / lives;
}

function report(tally: Tally): string[] {
  const { days, leaks, repeated, leadHours, containedDays, falseByKind } = tally;
  const words = ({ roomy, tight, mix }: ReturnType<typeof rates>) =>
    `${mix.toFixed(2)} over the mix (roomy ${roomy.toFixed(2)}, tight ${tight.toFixed(2)})`;
  const [early, middle] = [0.1, 0.5].map(at => quantile(leadHours, at).toFixed(1));
  return [
    `${days.roomy + days.tight} harmless worker-days: ${days.roomy} roomy, ${days.tight} tight`,
    `false warnings per 1,000 worker-days: ${words(rates(tally, tally.falseWarnings))}`,
    ...[...falseByKind].map(([kind, count]) => `    ${count} x ${kind}`),
    `predict_linear 24 h ahead, per 1,000 worker-days: ${words(rates(tally, tally.naiveWarnings))}`,
    `leaks caught at least 30 minutes before: ${(100 * caughtShare(tally)).toFixed(1)} %`,
    ...[...leaks].map(([kind, { lives, caught }]) => `    ${kind}: ${caught} of ${lives}`),
    `    and of lives after a kill of the same service: ${repeated.caught} of ${repeated.lives}`,
    `warned ahead: ${middle} h (middle), ${early} h (10 %)`,
    `first warnings: ${tally.firstEtas.lines().join('\n')}`,
    `all warnings: ${tally.allEtas.lines().join('\n')}`,
    `contained leaks: ${((1_000 * containedDays.warnings) / containedDays.days).toFixed(0)} warnings per 1,000 worker-days`,
  ];
}
