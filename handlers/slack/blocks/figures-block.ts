import type { RichTextBlock, RichTextElement } from '@slack/types';
import { countsLines } from '../../../src/report/counts-words.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { noneRead } from '../../../src/report/headline.ts';
import { bold, gapOf, line, richText, words } from './block-parts.ts';
import { firstOf } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { windowElements } from './window-parts.ts';

/** Servers that are named of each kind; the rest is counted. */
const NAMED = 4;

/** Window, servers, counts, and how well 502s and deaths go together in time. */
export function figuresBlock(document: DiagnosisDocument, scale: number): RichTextBlock {
  const [requests = '', workers = ''] = countsLines(document);
  const window = { fromMs: Date.parse(document.window.from), toMs: Date.parse(document.window.to) };
  const rows: RichTextElement[][] = [[bold('When'), gapOf('  '), ...windowElements(window)]];
  const row = (label: string, text: string) => {
    if (text !== '') rows.push([gapOf('\n'), bold(label), words(`  ${text}`)]);
  };
  row('Where', whereRead(document));
  if (!noneRead(document)) {
    row('Clients', requests);
    row('Workers', workers);
    if (document.verdict !== 'no-incident')
      row('Timing', shown(document.correlation.wording, Math.round(600 * scale)));
  }
  return richText(line(...rows.flat()));
}

/** Which servers were read, and which only with gaps or not at all. */
function whereRead({ servers, gaps }: DiagnosisDocument): string {
  const unreached = new Set(gaps.filter(gap => gap.source === 'connection').map(gap => gap.server));
  const partly = new Set(gaps.map(gap => gap.server));
  const kinds: readonly (readonly [words: string, servers: readonly string[]])[] = [
    ['read', servers.filter(server => !partly.has(server))],
    ['read, with gaps', servers.filter(server => partly.has(server) && !unreached.has(server))],
    ['not reached', servers.filter(server => unreached.has(server))],
  ];
  return kinds
    .filter(([, names]) => names.length > 0)
    .map(([words, names]) => `${namesOf(names)}: ${words}`)
    .join('; ');
}

function namesOf(servers: readonly string[]): string {
  const { shown: first, more } = firstOf(servers, NAMED);
  return [...first.map(name => shown(name, 60)), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
