import { expect, it } from 'vitest';
import { oomKillsOfTheUnit } from '../../src/diagnosis/analysis.ts';
import { CAUSE_IDS, type CauseId, type ObservationId } from '../../src/diagnosis/cause.ts';
import { type Diagnosis, diagnose, explained502, type Verdict } from '../../src/diagnosis/diagnosis.ts';
import { caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';
import type { Scene } from './scene.ts';

/** One incident and what must, and must not, be said of it. */
export interface Row {
  /** A sentence. */
  readonly name: string;
  readonly scene: () => Scene | readonly Scene[];
  readonly verdict: Verdict | readonly Verdict[];
  readonly leading?: CauseId | readonly CauseId[];
  readonly oomKills?: number;
  readonly explained502?: number;
  /** Causes that must not be held for more likely than not. */
  readonly never?: readonly CauseId[];
  readonly observed?: ObservationId | CauseId;
  /** Upstream address to server. */
  readonly upstreams?: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly also?: (diagnosis: Diagnosis) => void;
}

/** Reads the scene's files as a bundle and diagnoses them. */
export async function diagnosisOf(row: Pick<Row, 'scene' | 'upstreams' | 'unit'>): Promise<Diagnosis> {
  const told = row.scene();
  const scenes = 'about' in told ? [told] : told;
  const answer = await caseOfBundle(
    {
      folders: scenes.map(s => ({
        ...(scenes.length > 1 && { server: s.about.name }),
        recordings: s.recordings(),
      })),
      upstreams: new Map(Object.entries(row.upstreams ?? {})),
      ...(row.unit !== undefined && { unit: row.unit }),
    },
    async () => {},
  );
  if (!answer.ok) throw new Error(answer.problem);
  return diagnose(answer.caseFile);
}

/** Makes each row a test. */
export function table(rows: readonly Row[]): void {
  it.each(rows)('$name', async row => {
    const diagnosis = await diagnosisOf(row);
    const leading = diagnosis.findings[0];
    const told = diagnosis.findings.map(f => `${f.id} ${f.probability} of ${f.attributed}`).join(', ');
    expect([row.verdict].flat(), told).toContain(diagnosis.verdict);
    if (row.leading) expect([row.leading].flat(), told).toContain(leading?.id);
    if (row.oomKills !== undefined) expect(oomKillsOfTheUnit(diagnosis.analysis), told).toBe(row.oomKills);
    if (row.explained502 !== undefined) expect(explained502(diagnosis.analysis), told).toBe(row.explained502);
    const believed = diagnosis.findings.filter(f => f.probability >= 0.5).map(f => f.id);
    expect(believed.filter(id => row.never?.includes(id))).toEqual([]);
    if (row.observed) expect(diagnosis.observed.map(o => o.id)).toContain(row.observed);
    if (diagnosis.verdict === 'confirmed' || diagnosis.verdict === 'likely') {
      expect(
        leading?.reasons.flatMap(r => r.lines).length,
        'the leading cause cites evidence',
      ).toBeGreaterThan(0);
    }
    for (const finding of diagnosis.findings) {
      for (const reason of finding.reasons) {
        expect(reason.lines.length, reason.text).toBeLessThanOrEqual(4);
        expect(reason.text).toMatch(SENTENCE);
        expect(reason.text).not.toMatch(
          /\(\(|\)\)|\b1 [a-z]+s\b(?! )|undefined|NaN|Infinity| {2}|\.\.|\b1 (?:requests|workers|responses|kills|times)\b/,
        );
      }
    }
    row.also?.(diagnosis);
  });
}

/** Begins with a capital, a number or a server's name, ends with a full stop. */
const SENTENCE = /^[A-Za-z0-9].*\.$/s;

/** Every cause but these. */
export const allBut = (...ids: readonly CauseId[]): readonly CauseId[] =>
  CAUSE_IDS.filter(id => !ids.includes(id));
