import type { ServiceGrowth } from '../growth/growth-finding.ts';
import { arrivalOf } from './arrival.ts';
import type { GrowthSurroundings } from './growth-document.ts';
import { fewGrow, growthHeadline } from './growth-headline.ts';
import { limitWords } from './limit-words.ts';
import { safeText } from './safe-text.ts';
import { wrapText } from './text-layout.ts';
import { TextPage } from './text-page.ts';
import { clockWords, instantWords } from './time-words.ts';

export interface GrowthTextOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** IANA name of the reader's zone. */
  readonly timeZone: string;
}

/** Samples come every minute: this long without one is no delay any more. */
const LATE_MS = 5 * 60_000;

/** How the workers of a service grow, for the terminal. */
export function growthText(
  growth: ServiceGrowth,
  around: GrowthSurroundings,
  options: GrowthTextOptions,
): string {
  const { timeZone } = options;
  const page = new TextPage(options);
  const { severity, workers, blindUntilMs, atMs } = growth;
  const paint = severity === 'calm' ? page.style.calm : page.style.alarm;
  const word = severity === 'calm' ? '' : `${severity.toUpperCase()}: `;
  page.lines.push(
    ...wrapText(`${word}${safeText(growthHeadline(growth), 300)}`, page.columns).map(page.style.heading),
    '',
  );
  if (growth.eta !== undefined && severity !== 'calm') {
    const { fromMs, aboutMs, toMs } = arrivalOf(growth.eta, atMs);
    const range = `${clockWords(fromMs, timeZone, 'minute')} to ${instantWords(toMs, timeZone)}`;
    page.field(
      'Limit',
      `the first reaches ${limitWords(growth)} about ${instantWords(aboutMs, timeZone)} (${range})`,
      paint,
    );
  }
  const few = fewGrow(growth);
  if (few !== undefined) page.field('Note', few);
  page.list(
    'Workers',
    workers.map(({ server, reason }) => `${safeText(server, 80)}: ${safeText(reason, 600)}`),
  );
  if (blindUntilMs !== undefined && blindUntilMs > atMs)
    page.field(
      'Blind',
      `most workers are too young to be judged until ${instantWords(blindUntilMs, timeZone)}`,
    );
  page.list('Sampled', [sampledWords(around.lastSampleMs, atMs, timeZone)]);
  page.list(
    'Silent',
    around.silent.map(
      ({ server, sinceMs }) =>
        `${safeText(server, 80)} does not answer since ${instantWords(sinceMs, timeZone)}. Try: staunch server test ${safeText(server, 80)}`,
    ),
  );
  page.list(
    'Not seen',
    around.gaps.map(gap => safeText(gap, 600)),
  );
  return `${page.lines.join('\n')}\n`;
}

function sampledWords(lastSampleMs: number | undefined, atMs: number, timeZone: string): string {
  if (lastSampleMs === undefined)
    return 'never yet: the watch of a running Staunch ("staunch start") samples every minute';
  const late = atMs - lastSampleMs > LATE_MS ? ': Staunch does not run, or the server does not answer' : '';
  return `last at ${instantWords(lastSampleMs, timeZone)}${late}`;
}
