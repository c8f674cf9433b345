import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Recording } from '../../../src/collectors/recording.ts';
import { diagnose } from '../../../src/diagnosis/diagnosis.ts';
import { type Server, type Service, USUAL_WARNINGS } from '../../../src/inventory/registry.ts';
import { USUAL_CHANGES } from '../../../src/policy/change-rules.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { documentOf } from '../../../src/report/diagnosis-writer.ts';
import { caseOfBundle } from '../../../src/workflows/bundle-diagnosis.ts';
import { investigate, type Progress } from '../../../src/workflows/investigation.ts';
import type { Source } from '../../../src/workflows/ports.ts';

export const RECORDINGS = resolve(import.meta.dirname, '../../../practice/recordings');

export const RECORDED = readdirSync(RECORDINGS, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name);

/** The files of a recording by name. */
export const filesOf = (name: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    readdirSync(join(RECORDINGS, name)).map(file => [file, readFileSync(join(RECORDINGS, name, file))]),
  );

/** What the core says about files as a bundle. */
export async function bundleDocument(files: ReadonlyMap<string, Uint8Array>): Promise<DiagnosisDocument> {
  const recordings = [...files].map(
    ([name, bytes]): Recording => ({ name, bytes, exitCode: 0, complaint: '', cut: false }),
  );
  const answer = await caseOfBundle({ folders: [{ recordings }] }, async () => {});
  if (!answer.ok) throw new Error(answer.problem);
  return documentOf(diagnose(answer.caseFile));
}

export const aServer = (id: string): Server => ({
  id,
  host: `${id}.example.net`,
  port: 22,
  user: 'staunch',
  tier: 'production',
  hostKey: { kind: 'known-hosts', paths: [] },
});

export const aService = (ids: readonly string[]): Service => ({
  id: 'shop',
  unit: 'gunicorn.service',
  servers: ids.map(aServer),
  nginx: { servers: ids.map(aServer) },
  upstreams: new Map(),
  channels: [],
  warnings: USUAL_WARNINGS,
  changes: USUAL_CHANGES,
});

/** What the core says about a service whose servers it asks, for the two hours before `nowMs`. */
export async function askedDocument(
  source: Source,
  service: Service,
  nowMs: number,
  told: Progress[] = [],
): Promise<DiagnosisDocument> {
  const window = { fromMs: nowMs - 7_200_000, toMs: nowMs };
  const { caseFile } = await investigate(service, window, {
    source,
    clock: { nowMs: () => nowMs },
    pause: async () => {},
    cancel: new AbortController().signal,
    progress: step => told.push(step),
  });
  return documentOf(diagnose(caseFile));
}
