import { z } from 'zod';
import { SEVERITIES, type ServiceGrowth } from '../growth/growth-finding.ts';

const Instant = z.iso.datetime();
const Range = z.object({ from: Instant, to: Instant });

/** How the workers of one service grow, as JSON (docs/json.md). */
export const GrowthDocument = z.object({
  schema: z.literal(1),
  service: z.string(),
  unit: z.string(),
  at: Instant,
  severity: z.enum(SEVERITIES),
  growing: z.int(),
  eta: Range.nullable(),
  limit: z
    .object({ kind: z.enum(['memory-max', 'memory-high', 'host']), bytes: z.number().nullable() })
    .nullable(),
  blindUntil: Instant.nullable(),
  workers: z.array(
    z.object({
      server: z.string(),
      pid: z.int(),
      severity: z.enum(SEVERITIES),
      rule: z.string(),
      ageSeconds: z.number(),
      nowBytes: z.number(),
      limitBytes: z.number().nullable(),
      bytesPerHour: z.number().nullable(),
      eta: Range.nullable(),
      reason: z.string(),
    }),
  ),
  gaps: z.array(z.string()),
  silent: z.array(z.object({ server: z.string(), since: Instant })),
  lastSample: Instant.nullable(),
});
export type GrowthDocument = z.infer<typeof GrowthDocument>;

/** What is known besides the analysis itself. */
export interface GrowthSurroundings {
  readonly unit: string;
  readonly gaps: readonly string[];
  readonly silent: readonly { readonly server: string; readonly sinceMs: number }[];
  /** Undefined when nothing was ever sampled. */
  readonly lastSampleMs?: number;
}

export function growthDocumentOf(growth: ServiceGrowth, around: GrowthSurroundings): GrowthDocument {
  const { limit, limitBytes, eta, blindUntilMs } = growth;
  return {
    schema: 1,
    service: growth.service,
    unit: around.unit,
    at: instant(growth.atMs),
    severity: growth.severity,
    growing: growth.growing,
    eta: rangeOf(eta),
    limit: limit === undefined ? null : { kind: limit, bytes: limitBytes ?? null },
    blindUntil: blindUntilMs === undefined ? null : instant(blindUntilMs),
    workers: growth.workers.map(worker => ({
      server: worker.server,
      pid: worker.pid,
      severity: worker.severity,
      rule: worker.rule,
      ageSeconds: Math.round(worker.ageMs / 1000),
      nowBytes: worker.nowBytes,
      limitBytes: worker.limitBytes ?? null,
      bytesPerHour: worker.bytesPerHour ?? null,
      eta: rangeOf(worker.eta),
      reason: worker.reason,
    })),
    gaps: [...around.gaps],
    silent: around.silent.map(({ server, sinceMs }) => ({ server, since: instant(sinceMs) })),
    lastSample: around.lastSampleMs === undefined ? null : instant(around.lastSampleMs),
  };
}

function rangeOf(eta: ServiceGrowth['eta']): { readonly from: string; readonly to: string } | null {
  return eta === undefined ? null : { from: instant(eta.fromMs), to: instant(eta.toMs) };
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
