import { z } from 'zod';
import { CAUSE_IDS } from '../diagnosis/cause.ts';
import type { SourceId } from '../signals/signal.ts';

/** Seen, and no fault. */
export const HARMLESS_IDS = ['graceful-reload', 'recycling-works', 'recent-change'] as const;
export type HarmlessId = (typeof HARMLESS_IDS)[number];

/** Where a piece of evidence or a gap comes from; a gap of `connection` concerns all sources of a server. */
export const SOURCE_IDS = [
  'nginx-error-log',
  'nginx-access-log',
  'unit-journal',
  'kernel-log',
  'unit-state',
  'unit-files',
  'cgroup-memory',
  'worker-table',
  'accept-queue',
  'nginx-config',
  'gunicorn-settings',
  'host-memory',
  'clock',
  'recent-changes',
  'versions',
  'memory-samples',
] as const satisfies readonly SourceId[];

/** Why a source could not tell all that it should: the states of a coverage, and what befalls a whole server. */
export const GAP_KINDS = [
  'denied',
  'absent',
  'empty',
  'cut',
  'unproven',
  'unreachable',
  'timed-out',
  'lines-lost',
  'clock-unsure',
  'not-understood',
] as const;

/** ISO 8601 in UTC; evidence of a state (a unit's settings, a counter) may have no time of its own. */
const Instant = z.iso.datetime({ offset: true });
const EvidenceId = z.string().regex(/^E[1-9][0-9]{0,4}$/);
const EvidenceIds = z.array(EvidenceId).readonly();
/** `null` says that nobody could count: no log that holds it was readable. It never means 0. */
const Count = z.int().nonnegative().nullable();

/** A cause of a playbook: `PLAYBOOK/CAUSE`. */
const OwnId = z.templateLiteral([
  z.string().regex(/[a-z0-9][a-z0-9-]{0,39}/),
  '/',
  z.string().regex(/[a-z0-9][a-z0-9-]{0,39}/),
]);
const OwnWords = z
  .strictObject({
    title: z.string(),
    meaning: z.string(),
    steps: z
      .array(z.strictObject({ words: z.string(), command: z.string().optional() }).readonly())
      .readonly(),
  })
  .readonly();

const Reason = z.strictObject({ text: z.string(), evidence: EvidenceIds }).readonly();
const Cause = z
  .strictObject({
    id: z.union([z.enum(CAUSE_IDS), OwnId]),
    probability: z.number().min(0).max(1),
    scope: z.enum(['memcg', 'global']).optional(),
    because: z.array(Reason).readonly(),
    /** Only for a cause of a playbook: nobody else knows what it is called. */
    words: OwnWords.optional(),
  })
  .readonly();
const Observed = z
  .strictObject({
    id: z.union([z.enum([...CAUSE_IDS, ...HARMLESS_IDS]), OwnId]),
    text: z.string(),
    evidence: EvidenceIds,
  })
  .readonly();
const Evidence = z
  .strictObject({
    server: z.string(),
    source: z.enum(SOURCE_IDS),
    at: Instant.nullable(),
    text: z.string(),
  })
  .readonly();
const Counts = z
  .strictObject({
    requests: Count,
    http502: Count,
    http504: Count,
    http500: Count,
    http499: Count,
    upstreamErrors: Count,
    workerDeaths: Count,
    oomKillsOfTheUnit: Count,
    explained502: Count,
  })
  .readonly();
const Correlation = z
  .strictObject({
    matched: z.int().nonnegative(),
    bursts: z.int().nonnegative(),
    expectedByChance: z.number().nonnegative().nullable(),
    p: z.number().min(0).max(1).nullable(),
    wording: z.string(),
  })
  .readonly();
const Death = z
  .strictObject({
    pid: z.int().positive().nullable(),
    at: Instant,
    cause: z.union([z.enum([...CAUSE_IDS, ...HARMLESS_IDS, 'unknown']), OwnId]),
    evidence: EvidenceIds,
  })
  .readonly();
const Gap = z
  .strictObject({
    server: z.string(),
    source: z.enum([...SOURCE_IDS, 'connection']),
    kind: z.enum(GAP_KINDS),
    text: z.string(),
    fix: z.string(),
  })
  .readonly();

/**
 * A diagnosis as `staunch diagnose --json` prints it and as it is kept: the verdict, the causes ranked by
 * probability, and every line they rest on. Explained field by field in `docs/json.md`.
 */
export const DiagnosisDocument = z
  .strictObject({
    schema: z.literal(1),
    verdict: z.enum(['confirmed', 'likely', 'inconclusive', 'no-incident']),
    service: z.string(),
    window: z.strictObject({ from: Instant, to: Instant }).readonly(),
    causes: z.array(Cause).readonly(),
    observed: z.array(Observed).readonly(),
    evidence: z.record(EvidenceId, Evidence).readonly(),
    counts: Counts,
    correlation: Correlation,
    deaths: z.array(Death).readonly(),
    gaps: z.array(Gap).readonly(),
    servers: z.array(z.string()).readonly(),
  })
  .readonly();
export type DiagnosisDocument = z.infer<typeof DiagnosisDocument>;
export type DiagnosisCause = DiagnosisDocument['causes'][number];
export type DiagnosisEvidence = DiagnosisDocument['evidence'][string];
export type DiagnosisDeath = DiagnosisDocument['deaths'][number];
export type DiagnosisGap = DiagnosisDocument['gaps'][number];
export type DeathCause = DiagnosisDeath['cause'];

/** The JSON Schema of a diagnosis (draft 2020-12), for `docs/diagnosis.schema.json`. */
export function diagnosisSchema(): object {
  const schema = z.toJSONSchema(DiagnosisDocument, {
    // zod marks readonly types `readOnly`, which in JSON Schema speaks of web APIs and says nothing here; and
    // the format says all that zod's long pattern of a date says.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return { title: 'A diagnosis by Staunch', ...schema };
}
