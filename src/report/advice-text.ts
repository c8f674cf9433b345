import type { AdviceDocument, AdviceQuantity, AdviceServer, AdviceStep } from './advice-document.ts';
import { withAdviceTextsChanged } from './advice-document.ts';
import { evidenceMarks } from './headline.ts';
import { safeText } from './safe-text.ts';
import { clipColumns, wrapText } from './text-layout.ts';
import { TextPage } from './text-page.ts';
import { instantWords } from './time-words.ts';

export interface AdviceTextOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** IANA name of the reader's zone. */
  readonly timeZone: string;
}

/** The advice for the terminal: settings or refusal, whether it is safe, the review, the arithmetic, the lines. */
export function adviceText(document: AdviceDocument, options: AdviceTextOptions): string {
  const safe = withAdviceTextsChanged(document, text => safeText(text));
  const page = new AdvicePage(options);
  for (const [index, server] of safe.servers.entries()) {
    if (index > 0) page.lines.push('');
    page.heading(
      `${safeText(safe.service, 80)} (${safeText(safe.unit, 80)}) on ${safeText(server.server, 80)}`,
    );
    recycling(page, server, options);
    safety(page, server);
    review(page, server);
    arithmetic(page, server.recycling.steps);
  }
  if (safe.servers.length === 0)
    page.heading(`${safeText(safe.service, 80)}: no server of it could be read, so there is no advice`);
  page.block(
    'Could not be read',
    safe.gaps.flatMap(gap => [`${safeText(gap.server, 80)}: ${gap.text}`, `Fix: ${gap.fix}`]),
  );
  page.block(
    'Lines this rests on',
    Object.entries(safe.evidence).map(([id, piece]) =>
      clipColumns(`${id} ${piece.server}, ${piece.source}: ${piece.text}`, 2 * (page.columns - 2)),
    ),
  );
  return `${page.lines.join('\n')}\n`;
}

/** A block here is prose: its lines are wrapped. */
class AdvicePage extends TextPage {
  heading(text: string): void {
    this.lines.push(...wrapText(text, this.columns).map(this.style.heading), '');
  }

  override block(heading: string, lines: readonly string[]): void {
    super.block(
      heading,
      lines.flatMap(line => wrapText(line, this.columns - 2)),
    );
  }
}

function recycling(page: AdvicePage, { recycling: advice }: AdviceServer, options: AdviceTextOptions): void {
  const paint = advice.kind === 'settings' ? page.style.calm : page.style.doubt;
  page.field('Recycling', advice.text, paint);
  if (advice.kind === 'not-yet') page.field('', untilWords(advice, options.timeZone));
  page.list('Effect', advice.effects);
}

function untilWords(advice: AdviceServer['recycling'], timeZone: string): string {
  if (advice.enoughFrom !== null)
    return `The watch can tell how workers grow from ${instantWords(Date.parse(advice.enoughFrom), timeZone)} on.`;
  return advice.missing.includes('bytesPerRequestHi')
    ? 'Growth is known 4 hours and 20 minutes after the watch (staunch start) first sees a worker.'
    : 'Growth is known; the rest is in what could not be checked below.';
}

const SAFETY = {
  safe: 'Recycling loses no requests here.',
  'loses-requests': 'NOT SAFE: recycling loses requests here.',
  unknown: 'NOT KNOWN whether recycling loses requests here.',
} as const;

function safety(page: AdvicePage, { safety: { verdict, reasons, evidence } }: AdviceServer): void {
  const paint = { safe: page.style.calm, 'loses-requests': page.style.alarm, unknown: page.style.doubt }[
    verdict
  ];
  page.field('Safety', SAFETY[verdict], paint);
  reasons.forEach((reason, index) => {
    page.field('', `${reason}${index === 0 ? evidenceMarks(evidence) : ''}`);
  });
}

const WEIGHT = { high: 'serious', medium: 'mend', note: 'note' } as const;

function review(page: AdvicePage, { review: { remarks, fine, gaps } }: AdviceServer): void {
  page.lines.push('', page.style.heading('Review'));
  for (const { severity, text, fix, evidence } of remarks) {
    const paint = severity === 'high' ? page.style.alarm : (line: string) => line;
    page.field(WEIGHT[severity], `${text}${evidenceMarks(evidence)}`, paint);
    page.field('', `Do: ${fix}`);
  }
  if (fine.length > 0) page.field('fine', `${fine.map(f => f.text).join(', ')}.`);
  gaps.forEach((gap, index) => {
    page.field(index === 0 ? 'unchecked' : '', gap.text);
  });
}

function arithmetic(page: AdvicePage, steps: readonly AdviceStep[]): void {
  page.block(
    'Arithmetic',
    steps.map(
      ({ formula, inputs, result }) =>
        `${result.name} = ${result.text}: ${formula}; ${inputs.map(inputWords).join(', ')}.`,
    ),
  );
}

function inputWords({ name, text, source }: AdviceQuantity): string {
  if (source === undefined) return `${name} ${text}`;
  const marks = evidenceMarks(source.evidence);
  return `${name} ${text} (${source.kind === 'assumed' ? 'assumed: ' : ''}${source.text}${marks})`;
}
