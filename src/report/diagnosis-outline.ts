import { type Look, meaningWords, nextSteps, settlingStep, wordsOf } from './cause-words.ts';
import { checkedWords } from './counts-words.ts';
import type { DiagnosisCause, DiagnosisDocument, DiagnosisGap } from './diagnosis-document.ts';
import { evidenceMarks, percentWords } from './headline.ts';

/** Below this a cause is no candidate any more; with reasons against it, it was ruled out. */
const RULED_OUT_BELOW = 0.05;
const CANDIDATES = 3;

/** What a report of a diagnosis says and in which groups, before a surface lays it out. */
export interface DiagnosisOutline {
  /** The cause the verdict names; absent while nothing is settled, and without an incident. */
  readonly leading: DiagnosisCause | undefined;
  /** What the verdict means, in a sentence or two for somebody who has never met Gunicorn. */
  readonly meaning: string;
  /** Other causes that may still be it, the likeliest first. */
  readonly open: readonly DiagnosisCause[];
  /** Causes with reasons against them. */
  readonly ruledOut: readonly DiagnosisCause[];
}

/** Sorts the causes of a diagnosis into what is said first, what may still be it, and what it was not. */
export function outlineOf(document: DiagnosisDocument): DiagnosisOutline {
  const settled = document.verdict === 'confirmed' || document.verdict === 'likely';
  const leading = settled ? document.causes[0] : undefined;
  const others = document.causes.filter(cause => cause !== leading);
  return {
    leading,
    meaning: meaningOf(document, leading),
    open: others.filter(cause => cause.probability >= RULED_OUT_BELOW),
    ruledOut: others.filter(cause => cause.probability < RULED_OUT_BELOW && cause.because.length > 0),
  };
}

function meaningOf(document: DiagnosisDocument, leading: DiagnosisCause | undefined): string {
  if (leading !== undefined) return meaningWords(leading);
  if (document.verdict === 'no-incident') return checkedWords(document);
  return 'The evidence does not settle one cause. Below: what was seen, and what would settle it.';
}

/** `worker crash 14 %: SIGKILL fits … [E2]`: a cause with its first reason, with or without its chance. */
export function causeLine(cause: DiagnosisCause, withPercent: boolean): string {
  const title = wordsOf(cause).title + (withPercent ? ` ${percentWords(cause.probability)}` : '');
  const [reason] = cause.because;
  return reason === undefined ? title : `${title}: ${reason.text}${evidenceMarks(reason.evidence)}`;
}

/**
 * Steps for the cause; while nothing is settled, the first look for each of the best candidates.
 *
 * @param unit the systemd unit for the commands; made from the service's name when not known
 */
export function lookNext(
  document: DiagnosisDocument,
  unit: string = unitOfService(document.service),
): Look[] {
  const { leading, open } = outlineOf(document);
  const window = { fromMs: Date.parse(document.window.from), toMs: Date.parse(document.window.to) };
  if (leading !== undefined) return nextSteps(leading, unit, window);
  if (document.verdict === 'no-incident') return [];
  return open.slice(0, CANDIDATES).flatMap(cause => settlingStep(cause, unit, window));
}

function unitOfService(service: string): string {
  return service.endsWith('.service') ? service : `${service}.service`;
}

/** What could not be seen and where; the server is named once. */
export function gapWords({ server, source, text }: DiagnosisGap): string {
  const named = text.startsWith(server) && /^[\s:,]/.test(text.slice(server.length));
  return named ? text : `${server}, ${source.replaceAll('-', ' ')}: ${text}`;
}

/** What hides most comes first: nobody looked, then what was refused or is not there, then parts of a log. */
const BY_WEIGHT: readonly (readonly DiagnosisGap['kind'][])[] = [
  ['unreachable', 'timed-out'],
  ['denied', 'absent', 'empty', 'unproven', 'not-understood'],
];

/** Gaps in groups that the same fix mends, the heaviest group first. */
export function gapsByFix(gaps: readonly DiagnosisGap[]): readonly (readonly DiagnosisGap[])[] {
  const weight = ({ kind }: DiagnosisGap) => {
    const place = BY_WEIGHT.findIndex(kinds => kinds.includes(kind));
    return place === -1 ? BY_WEIGHT.length : place;
  };
  const sorted = gaps.toSorted((one, other) => weight(one) - weight(other));
  return [...Map.groupBy(sorted, gap => `${gap.server}\n${gap.fix}`).values()];
}

/** The way to mend a gap, cut where its command begins and ends, so that it can be shown to be copied. */
export interface Mending {
  readonly before: string;
  readonly command?: string;
  readonly after: string;
}

const MENDING =
  /^([^\n]{0,200}: )?((?:sudo|staunch|systemctl|journalctl|nginx|ls|cat) [^()\n]{1,300}?|timedatectl)( \([^()\n]{1,100}\))?$/;

/** Finds the command in the way to mend a gap; without one all of it is words. */
export function mendingOf({ fix }: Pick<DiagnosisGap, 'fix'>): Mending {
  const match = MENDING.exec(fix);
  if (match?.[2] === undefined) return { before: fix, after: '' };
  return { before: match[1] ?? '', command: match[2], after: match[3] ?? '' };
}
