import { CAUSE_IDS } from '../../../../src/diagnosis/cause.ts';
import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import { aDocument } from '../../../report/documents.ts';
import { noneReached } from './runs.ts';

const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const AT = '2026-11-22T10:11:37.681Z';

/** A document with as much of everything as asked for; each text is `text`. */
export function hugeDocument(
  verdict: DiagnosisDocument['verdict'],
  size: { readonly lines: number; readonly servers: number; readonly text: string },
): DiagnosisDocument {
  const { lines, servers, text } = size;
  const ids = many(lines, index => `E${index + 1}`);
  const names = many(servers, index => `web-${index + 1}.${'long-name-'.repeat(5)}example.org`);
  const because = many(30, () => ({ text, evidence: ids }));
  const [first = 'worker-oom-kill', ...others] = CAUSE_IDS;
  return aDocument({
    verdict,
    service: `checkout${text}`,
    servers: names,
    causes: [
      { id: first, probability: 0.9, scope: 'memcg', because },
      ...others.map((id, index) => ({ id, probability: index < 10 ? 0.06 : 0.001, because })),
    ],
    observed: many(30, () => ({ id: 'graceful-reload' as const, text, evidence: ids })),
    evidence: Object.fromEntries(
      ids.map((id, index) => [
        id,
        { server: names[index % servers] ?? 'web-1', source: 'kernel-log' as const, at: AT, text },
      ]),
    ),
    correlation: { matched: 1, bursts: 2, expectedByChance: 1, p: 0.5, wording: text },
    deaths: many(500, index => ({ pid: index + 1, at: AT, cause: first, evidence: ids.slice(0, 9) })),
    gaps: names.map((server, index) => ({
      server,
      source: index % 2 === 0 ? ('connection' as const) : ('kernel-log' as const),
      kind: 'denied' as const,
      text,
      fix: `On ${server}: sudo usermod -aG adm ${text}`,
    })),
  });
}

const QUOTES = '"\\'.repeat(20_000);
const CONTROLS = '\x1b\u{e0041}\ud800'.repeat(13_000);
const LETTERS = 'ab 日本 😀'.repeat(5_000);

/** Documents larger, emptier and longer than any real one. */
export const EXTREMES: readonly (readonly [name: string, document: DiagnosisDocument])[] = [
  ['5,000 lines on 200 servers', hugeDocument('confirmed', { lines: 5_000, servers: 200, text: 'a line' })],
  ['lines of 40 kB', hugeDocument('likely', { lines: 40, servers: 30, text: LETTERS })],
  ['quotes that JSON doubles', hugeDocument('inconclusive', { lines: 40, servers: 30, text: QUOTES })],
  ['control characters only', hugeDocument('confirmed', { lines: 40, servers: 30, text: CONTROLS })],
  ['texts of many lines', hugeDocument('likely', { lines: 40, servers: 3, text: 'a\n'.repeat(9_000) })],
  ['much seen, nothing wrong', hugeDocument('no-incident', { lines: 50, servers: 200, text: QUOTES })],
  ['nothing in it at all', aDocument({ service: '', servers: [], counts: aDocument().counts })],
  ['empty texts', hugeDocument('confirmed', { lines: 5, servers: 2, text: '' })],
  ['blank texts', hugeDocument('inconclusive', { lines: 5, servers: 2, text: '   ' })],
  ['inconclusive with nothing', aDocument({ verdict: 'inconclusive', servers: [] })],
  ['confirmed without a cause', aDocument({ verdict: 'confirmed' })],
  [
    'no server of 200 reached',
    noneReached(
      aDocument(),
      many(200, index => `web-${index}-${QUOTES.slice(0, 99)}`),
    ),
  ],
];
