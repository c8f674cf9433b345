import { z } from 'zod';

/**
 * What the helper may answer, field by field. A field nobody knows is left out: an older Staunch can talk to a newer
 * helper. What is known has exactly its type, or the whole answer counts as none.
 */
const count = z.int().min(0);
const text = z.string();

const process = { pid: z.int().min(1), startTicks: count, rssBytes: z.int() };

const HelperFile = z.object({
  path: text,
  exists: z.boolean(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  mode: count.max(0o7777).exactOptional(),
  uid: count.exactOptional(),
  gid: count.exactOptional(),
  bytes: count.exactOptional(),
  base64: z.base64().exactOptional(),
  link: text.exactOptional(),
  package: text.exactOptional(),
  generated: text.exactOptional(),
  problem: text.exactOptional(),
  freeBytes: count.exactOptional(),
});

const state = {
  unitState: z.record(z.string(), z.string()),
  files: z.array(HelperFile),
  master: z
    .object({
      ...process,
      commandLine: z.array(text).exactOptional(),
      environment: z.record(z.string(), z.string()).exactOptional(),
      workingDirectory: text.exactOptional(),
    })
    .exactOptional(),
  workers: z.array(z.object(process)),
  gunicornVersion: text.exactOptional(),
  memAvailableBytes: count.exactOptional(),
  uptimeTicks: count.exactOptional(),
  helperVersion: text,
};

/** The answer to `state`. */
export const StateAnswer = z.object(state);

/** The answer to `check`. */
export const CheckAnswer = z.object({
  checks: z.array(z.object({ name: text, ok: z.boolean(), detail: text })),
});

/** The answer to every verb about a plan. */
export const StatusAnswer = z.object({
  ...state,
  state: z.enum(['written', 'activated', 'confirmed', 'rolled-back', 'failed', 'stale']),
  detail: text,
  atMs: z.int(),
  rollbackAtMs: z.int().exactOptional(),
});

/** What every answer begins with. */
export const AnswerFrame = z.discriminatedUnion('ok', [
  z.object({ schema: z.literal(1), ok: z.literal(true) }),
  z.object({ schema: z.literal(1), ok: z.literal(false), refusal: text.max(60), detail: text.max(20_000) }),
]);
