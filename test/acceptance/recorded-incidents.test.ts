import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../src/collectors/recording.ts';
import { diagnose } from '../../src/diagnosis/diagnosis.ts';
import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { documentOf } from '../../src/report/diagnosis-writer.ts';
import { caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';

/** What a diagnosis of a recorded incident must say. */
interface Expected {
  /** Acceptable ids of the leading cause; none: nothing is wrong. */
  readonly leading: readonly string[];
  readonly verdict: readonly string[];
  readonly oomKillsOfTheUnit: number;
  readonly http502: number;
  readonly http504: number;
  readonly http500: number;
  readonly oomScope?: string;
  readonly observed?: string;
  readonly orNoIncident?: boolean;
}

const RECORDINGS = new URL('../../practice/recordings/', import.meta.url);
const expected = Object.entries(
  JSON.parse(readFileSync(new URL('recorded-incidents.json', import.meta.url), 'utf8')) as Record<
    string,
    Expected
  >,
);
/** PID 1's own message about a kernel OOM kill: proof enough without the kernel's. */
const SYSTEMD_OOM = 'fe6faa94e7774663a0da52717891d8ef';
const KERNEL = /^(journal-kernel\.json|cgroup\.txt)$/;
/** Causes that look like each other while the kernel's word is missing. */
const NEEDS_KERNEL = ['worker-oom-kill', 'worker-killed-externally', 'worker-died-mid-response'];
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['kernel log and counters', /^(journal-kernel\.json|cgroup\.txt|rss\.csv)$/],
  ['unit journal', /^journal-gunicorn/],
  ['access logs', /^nginx-.*access/],
  ['error log', /^nginx-error/],
  ['unit state', /^systemctl-/],
];

type Files = readonly (readonly [name: string, text: string])[];

const filesOf = (name: string): Files =>
  readdirSync(new URL(`${name}/`, RECORDINGS)).map(file => [
    file,
    readFileSync(new URL(`${name}/${file}`, RECORDINGS), 'utf8'),
  ]);
const cases = expected.map(([name, want]) => ({ name, want, files: filesOf(name) }));

/** Undefined where nothing that is left has a time: then nothing is claimed at all. */
async function claimFrom(files: Files): Promise<DiagnosisDocument | undefined> {
  const encoder = new TextEncoder();
  const recordings = files.map(
    ([name, text]): Recording => ({
      name,
      bytes: encoder.encode(text),
      exitCode: 0,
      complaint: '',
      cut: false,
    }),
  );
  const answer = await caseOfBundle({ folders: [{ recordings }] }, async () => {});
  return answer.ok ? documentOf(diagnose(answer.caseFile)) : undefined;
}

async function documentFrom(files: Files): Promise<DiagnosisDocument> {
  const document = await claimFrom(files);
  if (document === undefined) throw new Error('nothing in the recording has a time');
  return document;
}

/** Everything the files say, journal messages decoded: what evidence must stand in verbatim. */
function textOf(files: Files): string {
  const messages = files.flatMap(([name, text]) =>
    /^journal.*\.json$/.test(name)
      ? text.split('\n').flatMap(line => {
          const message: unknown = line === '' ? '' : (JSON.parse(line) as Record<string, unknown>).MESSAGE;
          return Array.isArray(message) ? Buffer.from(message as number[]).toString('utf8') : String(message);
        })
      : [],
  );
  return [...files.map(([, text]) => text), ...messages].join('\n');
}

function expectRight(got: DiagnosisDocument, want: Expected, files: Files): void {
  const lead = got.causes[0]?.id ?? '';
  const isQuiet = got.verdict === 'no-incident';
  expect(want.verdict, `${got.verdict} ${lead}`).toContain(got.verdict);
  if (want.leading.length > 0 && !(isQuiet && want.orNoIncident)) expect(want.leading).toContain(lead);
  expect(got.counts).toMatchObject({
    http502: want.http502,
    http504: want.http504,
    http500: want.http500,
    oomKillsOfTheUnit: want.oomKillsOfTheUnit,
  });
  expect(got.counts.explained502).toBeLessThanOrEqual(want.http502);
  if (want.oomScope) expect(got.causes[0]?.scope).toBe(want.oomScope);
  if (want.observed) expect(got.observed.map(o => o.id)).toContain(want.observed);
  if (isQuiet) return;
  const cited = got.causes[0]?.because.flatMap(b => b.evidence) ?? [];
  expect(cited.length).toBeGreaterThan(0);
  const all = textOf(files);
  for (const id of cited) expect(all.includes(got.evidence[id]?.text ?? '\0'), id).toBe(true);
}

const claimOf = (got: DiagnosisDocument) => ({ verdict: got.verdict, lead: got.causes[0]?.id ?? '' });

/** Less evidence may cost certainty; it must never turn into a wrong claim. */
function isHonest(got: DiagnosisDocument, want: Expected): boolean {
  const { verdict, lead } = claimOf(got);
  if (verdict === 'confirmed') return want.leading.includes(lead);
  return verdict !== 'no-incident' || want.leading.length === 0 || want.orNoIncident === true;
}

describe('a recorded incident', () => {
  it.each(cases)('$name is diagnosed right', async ({ want, files }) => {
    expectRight(await documentFrom(files), want, files);
  });

  it.each(cases)('$name is diagnosed right whatever the unit is called', async ({ want, files }) => {
    const renamed: Files = files.map(([name, text]) => [
      name,
      text.replaceAll('gunicorn.service', 'checkout.service'),
    ]);
    const got = await documentFrom(renamed);
    expect(got.service).toBe('checkout');
    expectRight(got, want, renamed);
  });

  it.each(cases)("$name without the kernel's word claims no more than is left", async ({ want, files }) => {
    const blind: Files = files
      .filter(([name]) => !KERNEL.test(name))
      .map(([name, text]) => [name, name === 'rss.csv' ? text.replace(/,[^,\n]*$/gm, ',') : text]);
    const got = await documentFrom(blind);
    const lead = got.causes[0]?.id ?? '';
    const isSaid = got.verdict === 'confirmed' || got.verdict === 'likely';
    expect(JSON.stringify(got.gaps)).toMatch(/kernel/i);
    expect(claimOf(got)).toSatisfy(() => isHonest(got, want));
    if (got.verdict === 'confirmed' && lead === 'worker-oom-kill') {
      expect(
        blind.some(([name, text]) => name === 'journal-gunicorn.json' && text.includes(SYSTEMD_OOM)),
      ).toBe(true);
    }
    const needsKernel = want.oomKillsOfTheUnit > 0 || want.leading.some(id => NEEDS_KERNEL.includes(id));
    if (want.leading.length === 0 || want.orNoIncident) {
      if (isSaid) expect(want.leading).toContain(lead);
    } else if (needsKernel) {
      if (isSaid) expect([...want.leading, ...NEEDS_KERNEL]).toContain(lead);
    } else expect({ isSaid, lead: want.leading.includes(lead) }).toEqual({ isSaid: true, lead: true });
  });

  it.each(cases)('$name stays honest when any one file is missing', async ({ want, files }) => {
    for (const [missing] of files) {
      const got = await documentFrom(files.filter(([name]) => name !== missing));
      expect({ missing, ...claimOf(got) }).toSatisfy(() => isHonest(got, want));
    }
  });

  it.each(cases)(
    '$name stays honest when one or two kinds of evidence are missing',
    async ({ want, files }) => {
      for (const [i, [one, first]] of GROUPS.entries()) {
        for (const [other, second] of GROUPS.slice(i)) {
          const left = files.filter(([name]) => !first.test(name) && !second.test(name));
          const got = await claimFrom(left);
          if (got === undefined) continue;
          expect({ without: [one, other], ...claimOf(got) }).toSatisfy(() => isHonest(got, want));
        }
      }
    },
  );
});
