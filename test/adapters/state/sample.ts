import { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import type { Incident, NewRun, OutgoingFile, Parcel, State } from '../../../src/workflows/state-ports.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** 2026-11-20T02:20:00Z. */
export const START_MS = Date.UTC(2026, 10, 20, 2, 20);

export const anIncident = (id: string, other: Partial<Incident> = {}): Incident => ({
  id,
  service: 'checkout',
  workspace: 'T1',
  channel: 'C1',
  openedBy: 'U1',
  openedAtMs: START_MS,
  ...other,
});

export const aRun = (id: string, askedAtMs = START_MS): NewRun => ({
  id,
  askedBy: 'U1',
  askedAtMs,
  window: { fromMs: askedAtMs - HOUR_MS, toMs: askedAtMs },
});

/** Opens an incident `id` with a run `id-1`. */
export const opened = (state: State, id: string, other: Partial<Incident> = {}) =>
  state.incidents.open(anIncident(id, other), aRun(`${id}-1`, other.openedAtMs ?? START_MS));

export const LINE = 'Out of memory: Killed process 4242 (gunicorn) total-vm:912344kB';

/** A document with `lines` of evidence; the last is of a state and has no time. */
export const aDocument = (lines = 12): DiagnosisDocument =>
  DiagnosisDocument.parse({
    schema: 1,
    verdict: 'confirmed',
    service: 'checkout',
    window: { from: '2026-11-20T01:20:00.000Z', to: '2026-11-20T02:20:00.000Z' },
    causes: [
      {
        id: 'worker-oom-kill',
        probability: 0.97,
        scope: 'memcg',
        because: [{ text: 'the kernel killed a worker', evidence: ['E1'] }],
      },
    ],
    observed: [],
    evidence: Object.fromEntries(
      Array.from({ length: lines }, (_, index) => [
        `E${index + 1}`,
        {
          server: 'web-1',
          source: 'kernel-log',
          at: index + 1 === lines ? null : '2026-11-20T02:05:00.000Z',
          text: `${LINE} ${index + 1}`,
        },
      ]),
    ),
    counts: {
      requests: null,
      http502: 12,
      http504: 0,
      http500: 0,
      http499: 0,
      upstreamErrors: 12,
      workerDeaths: 1,
      oomKillsOfTheUnit: 1,
      explained502: 12,
    },
    correlation: { matched: 1, bursts: 1, expectedByChance: 0.01, p: 0.01, wording: 'hardly by chance' },
    deaths: [],
    gaps: [],
    servers: ['web-1'],
  });

export const aPost = (
  key: string,
  text = key,
  other: { channel?: string; incidentId?: string } = {},
): Parcel => ({
  key,
  incidentId: 'i1',
  channel: 'C1',
  ...other,
  kind: 'post',
  message: { text, blocks: [{ type: 'divider' }] },
});

export const anUpdate = (
  key: string,
  text: string,
  other: { channel?: string; incidentId?: string } = {},
): Parcel => ({
  key,
  incidentId: 'i1',
  channel: 'C1',
  ...other,
  kind: 'update',
  target: 'i1/root',
  message: { text, blocks: [] },
});

export const CHART: OutgoingFile = {
  name: 'checkout.png',
  title: '502s and worker deaths',
  altText: 'a burst after each kill',
  bytes: Uint8Array.from({ length: 1_000 }, (_, index) => index % 256),
};

export const anUpload = (key: string, file: OutgoingFile = CHART): Parcel => ({
  key,
  incidentId: 'i1',
  channel: 'C1',
  inThreadOf: 'i1/root',
  kind: 'upload',
  file,
});

/** What waits first in each channel, in short: key and text. */
export const headsOf = async (state: State): Promise<string[]> =>
  (await state.outbox.heads()).map(({ parcel }) =>
    parcel.kind === 'upload' ? parcel.key : `${parcel.key}: ${parcel.message.text}`,
  );
