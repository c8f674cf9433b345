import type { Look } from './cause-words.ts';
import type { ChartData } from './chart-data.ts';
import { countsLines } from './counts-words.ts';
import { deathsTable } from './deaths-table.ts';
import type { DiagnosisCause, DiagnosisDocument } from './diagnosis-document.ts';
import { causeLine, type DiagnosisOutline, gapWords, lookNext, outlineOf } from './diagnosis-outline.ts';
import { withTextsChanged } from './document-texts.ts';
import { evidenceMarks, headline } from './headline.ts';
import { safeText } from './safe-text.ts';
import { terminalChart } from './terminal-chart.ts';
import { labelled, wrapText } from './text-layout.ts';
import { TextPage } from './text-page.ts';
import { durationWords, windowWords } from './time-words.ts';

export interface DiagnosisTextOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** Epoch ms, to say how long ago the window ended. */
  readonly now: number;
  /** IANA name of the reader's zone; UTC is always said as well. */
  readonly timeZone: string;
  readonly chart?: ChartData;
  /** Only ASCII of our own; server text keeps its letters. */
  readonly ascii?: boolean;
  /** The systemd unit for the commands; the chart's unit or the service's name when not said. */
  readonly unit?: string;
}

const REASONS = 3;
const CANDIDATES = 3;
const RULED_OUT = 5;
const GAPS = 5;

/** One screen for the person on call: the verdict first, then why, how much, what was ruled out, what next. */
export function diagnosisText(document: DiagnosisDocument, options: DiagnosisTextOptions): string {
  const safe = withTextsChanged(document, { text: text => safeText(text), name: name => safeText(name, 80) });
  const page = new TextPage(options);
  const outline = outlineOf(safe);
  verdict(page, safe, outline);
  figures(page, safe, options);
  drawChart(page, options);
  candidates(page, outline);
  if (safe.verdict === 'inconclusive') gaps(page, safe);
  page.block('Workers that ended', deathsTable(safe, options.timeZone, page.columns));
  if (safe.verdict !== 'inconclusive') gaps(page, safe);
  next(page, safe, outline, options);
  const text = `${page.lines.join('\n')}\n`;
  return options.ascii ? inAscii(text) : text;
}

function verdict(page: TextPage, document: DiagnosisDocument, { leading, meaning }: DiagnosisOutline): void {
  const colour = { confirmed: page.style.alarm, likely: page.style.doubt, inconclusive: page.style.doubt };
  const paint = document.verdict === 'no-incident' ? page.style.calm : colour[document.verdict];
  page.lines.push(...wrapText(headline(document), page.columns).map(paint));
  page.lines.push(...wrapText(meaning, page.columns), '');
  if (leading !== undefined) page.list('Why', reasonLines(leading));
}

function reasonLines(cause: DiagnosisCause): string[] {
  const lines = cause.because.slice(0, REASONS).map(({ text, evidence }) => text + evidenceMarks(evidence));
  const more = cause.because.length - REASONS;
  return more > 0 ? [...lines, `(${more} more ${more === 1 ? 'reason' : 'reasons'} in --json)`] : lines;
}

function figures(page: TextPage, document: DiagnosisDocument, options: DiagnosisTextOptions): void {
  const fromMs = Date.parse(document.window.from);
  const toMs = Date.parse(document.window.to);
  const length = durationWords(toMs - fromMs);
  const ended = options.now - toMs >= 60_000 ? `, ended ${durationWords(options.now - toMs, 1)} ago` : '';
  page.field('When', `${windowWords(fromMs, toMs, options.timeZone)} (${length}${ended})`);
  page.field('Where', document.servers.length === 0 ? 'recorded evidence' : document.servers.join(', '));
  page.list('Counts', countsLines(document));
  if (document.correlation.wording !== '') page.field('Timing', document.correlation.wording);
  page.list(
    'Also seen',
    document.observed.map(seen => `${seen.text}${evidenceMarks(seen.evidence)}`),
  );
}

function drawChart(page: TextPage, options: DiagnosisTextOptions): void {
  if (options.chart === undefined) return;
  const [title, ...rows] = terminalChart(options.chart, {
    columns: page.columns,
    timeZone: options.timeZone,
    ascii: options.ascii === true,
  });
  if (title !== undefined) page.lines.push('', page.style.faint(title), ...rows);
}

function candidates(page: TextPage, { leading, open, ruledOut }: DiagnosisOutline): void {
  if (open.length + ruledOut.length > 0) page.lines.push('');
  page.list(
    leading === undefined ? 'Candidates' : 'Or else',
    openLines(open, cause => causeLine(cause, true)),
  );
  page.list(
    'Ruled out',
    openLines(ruledOut, cause => causeLine(cause, false), RULED_OUT),
  );
}

function openLines(
  causes: readonly DiagnosisCause[],
  line: (cause: DiagnosisCause) => string,
  most: number = CANDIDATES,
): string[] {
  const lines = causes.slice(0, most).map(line);
  const more = causes.length - most;
  return more > 0 ? [...lines, `and ${more} more in --json`] : lines;
}

function gaps(page: TextPage, document: DiagnosisDocument): void {
  const lines = document.gaps
    .slice(0, GAPS)
    .flatMap(gap => [
      ...labelled('-', gapWords(gap), page.columns - 2, 2),
      ...labelled('', `Fix: ${gap.fix}`, page.columns - 2, 2),
    ]);
  const more = document.gaps.length - GAPS;
  if (more > 0) lines.push(`and ${more} more in --json`);
  if (document.verdict === 'inconclusive' && lines.length > 0)
    lines.push('Then run the same diagnosis again.');
  page.block(document.verdict === 'inconclusive' ? 'What would settle it' : 'Could not be seen', lines);
}

function next(
  page: TextPage,
  document: DiagnosisDocument,
  { leading }: DiagnosisOutline,
  options: DiagnosisTextOptions,
): void {
  page.block(
    'Look next (nothing here changes a server)',
    stepLines(page, lookNext(document, options.unit ?? options.chart?.unit)),
  );
  const example = leading?.because[0]?.evidence[0] ?? Object.keys(document.evidence)[0];
  if (example !== undefined) {
    page.lines.push('', page.style.faint(`Open the line behind a number: staunch show ${example}`));
  }
}

function stepLines(page: TextPage, steps: readonly Look[]): string[] {
  return steps.flatMap(({ words, command }, index) => [
    ...labelled(`${index + 1}.`, words, page.columns - 2, 3),
    // A command is never wrapped: broken lines cannot be copied.
    ...(command === undefined ? [] : [`   ${page.style.faint('$')} ${command}`]),
  ]);
}

const ASCII_OF: Readonly<Record<string, string>> = { '–': '-', '…': '~', '·': '|', '×': 'x' };

function inAscii(text: string): string {
  return text.replace(/[–…·×]/g, sign => ASCII_OF[sign] ?? sign);
}
