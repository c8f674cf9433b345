import { etaRange } from '../../src/growth/eta-range.ts';
import { quantile } from '../../src/growth/quantile.ts';
import type { Decision } from './decisions.ts';
import {
  SIMULATED_DAYS,
  type SimulatedLife,
  type SimulatedWorker,
  type Tightness,
} from './simulated-service.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A warning helps when somebody can still act. */
const LEAST_LEAD_MS = 30 * 60_000;
/** Faster leaks are over before anything could be learned of them. */
const FASTEST_MINUTES = 240;

/** Counts over many services; `worker days` are those simulated, with their outages. */
export class Tally {
  readonly days = { roomy: 0, tight: 0 };
  readonly falseWarnings = { roomy: 0, tight: 0 };
  readonly naiveWarnings = { roomy: 0, tight: 0 };
  readonly falseByKind = new Map<string, number>();
  readonly containedDays = { days: 0, warnings: 0 };
  /** Lives of which nothing was known from a kill before; and those after one, which history helps with. */
  readonly leaks = new Map<string, { lives: number; caught: number }>();
  readonly repeated = { lives: 0, caught: 0 };
  readonly leadHours: number[] = [];
  /** True time left against the range told: at first warnings, and at all that followed. */
  readonly firstEtas = new Calibration();
  readonly allEtas = new Calibration();

  harmless(
    worker: SimulatedWorker,
    tightness: Tightness,
    decisions: readonly Decision[],
    naive: readonly number[],
  ) {
    this.days[tightness] += SIMULATED_DAYS;
    const raised = atMostDaily(decisions.map(({ atMs }) => atMs));
    this.falseWarnings[tightness] += raised;
    this.naiveWarnings[tightness] += atMostDaily(naive);
    if (raised > 0) {
      const rules = [...new Set(decisions.map(({ judgement }) => judgement.rule))].join('+');
      const name = `${worker.kind}, ${tightness} (${rules})`;
      this.falseByKind.set(name, (this.falseByKind.get(name) ?? 0) + raised);
    }
  }

  contained(decisions: readonly Decision[]) {
    this.containedDays.days += SIMULATED_DAYS;
    this.containedDays.warnings += atMostDaily(decisions.map(({ atMs }) => atMs));
  }

  leaking(service: readonly SimulatedWorker[], decided: readonly (readonly Decision[])[]) {
    const crossings = service
      .flatMap(({ lives }) => lives)
      .filter(life => life.crossedAtMinute !== undefined);
    const firstMs = Math.min(...crossings.map(({ endMs }) => endMs));
    service.forEach((worker, at) => {
      for (const life of worker.lives) {
        const warnings = (decided[at] ?? []).filter(decision => decision.life === life);
        if ((life.crossedAtMinute ?? 0) > FASTEST_MINUTES) this.#leak(worker.kind, life, warnings, firstMs);
      }
    });
  }

  #leak(kind: string, life: SimulatedLife, warnings: readonly Decision[], firstCrossingMs: number) {
    const known = this.leaks.get(kind) ?? { lives: 0, caught: 0 };
    if (life.startMs < firstCrossingMs) this.leaks.set(kind, known);
    const count = life.startMs < firstCrossingMs ? known : this.repeated;
    count.lives++;
    const leadMs = life.endMs - (warnings[0]?.atMs ?? life.endMs);
    if (leadMs < LEAST_LEAD_MS) return;
    count.caught++;
    if (count !== known) return;
    this.leadHours.push(leadMs / HOUR_MS);
    warnings.forEach((warning, at) => {
      if (at === 0) this.firstEtas.add(warning, life.endMs);
      this.allEtas.add(warning, life.endMs);
    });
  }
}

/** How true crossings lie against the ranges told, by rule. */
export class Calibration {
  readonly #ratios = new Map<string, number[]>();
  inside = 0;
  total = 0;

  add({ atMs, judgement }: Decision, crossedAtMs: number) {
    if (judgement.etaMs === undefined) return;
    const leftMs = crossedAtMs - atMs;
    const { from, to } = etaRange(judgement, false);
    this.total++;
    if (leftMs >= from && leftMs <= to) this.inside++;
    const ratios = this.#ratios.get(judgement.rule) ?? [];
    this.#ratios.set(judgement.rule, ratios);
    ratios.push(leftMs / Math.max(60_000, judgement.etaMs));
  }

  lines(): string[] {
    const share = ((100 * this.inside) / this.total).toFixed(1);
    const rules = [...this.#ratios].map(([rule, ratios]) => {
      const [low, middle, high] = [0.1, 0.5, 0.9].map(at => quantile(ratios, at).toFixed(2));
      return `    ${rule}: true/estimated ${middle} (10 % ${low}, 90 % ${high}), ${ratios.length} ranges`;
    });
    return [`${share} % of ${this.total} true crossings inside the range told`, ...rules];
  }
}

/** Warnings as people count them: at most one in 24 hours. */
function atMostDaily(momentsMs: readonly number[]): number {
  let count = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const atMs of momentsMs) {
    if (atMs - lastMs <= DAY_MS) continue;
    lastMs = atMs;
    count++;
  }
  return count;
}
