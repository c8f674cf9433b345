import type { HostClock } from './host-state.ts';
import { type LinePattern, matchLine } from './line-pattern.ts';
import { ctimeMoment, epochSecondsMoment, errorLogMoment, isoMoment } from './moments.ts';
import type { Moment, PatternHit, SourceLine } from './signal.ts';

/** The sources whose lines patterns can be laid over. */
export const PATTERN_SOURCES = ['unit-journal', 'kernel-log', 'nginx-error-log'] as const;
export type PatternSource = (typeof PATTERN_SOURCES)[number];

/** What a group of a pattern is called, by what it holds. Other names are for people. */
export const PATTERN_GROUPS = ['pid', 'time', 'unit', 'signal'] as const;

/** A pattern of a cause, laid over the lines of one source. */
export interface CausePattern {
  readonly cause: string;
  readonly source: PatternSource;
  readonly pattern: LinePattern;
}

/** Lays the patterns of one source over its lines. */
export interface PatternReader {
  /** One hit for each cause that the line fits, by the first of the cause's patterns. */
  hitsOf(text: string, line: SourceLine, at: Moment): readonly PatternHit[];
}

/** A reader for one source; undefined where no pattern is about it, so that nothing needs to be tried. */
export function patternReader(
  patterns: readonly CausePattern[],
  source: PatternSource,
  clock: HostClock,
): PatternReader | undefined {
  const own = patterns.filter(pattern => pattern.source === source);
  if (own.length === 0) return undefined;
  return {
    hitsOf(text, line, at) {
      const hits: PatternHit[] = [];
      for (const { cause, pattern } of own) {
        if (hits.some(hit => hit.cause === cause)) continue;
        const groups = matchLine(pattern, text);
        if (groups) hits.push(hitOf(cause, groups, line, at, clock));
      }
      return hits;
    },
  };
}

function hitOf(
  cause: string,
  groups: Readonly<Record<string, string>>,
  line: SourceLine,
  at: Moment,
  clock: HostClock,
): PatternHit {
  const pid = numberOf(groups.pid);
  const signal = numberOf(groups.signal);
  return {
    kind: 'pattern-hit',
    at: (groups.time === undefined ? undefined : printedMoment(groups.time, clock)) ?? at,
    line,
    cause,
    ...(pid !== undefined && pid > 0 && { pid }),
    ...(groups.unit !== undefined && { unit: groups.unit }),
    ...(signal !== undefined && { signal }),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** ISO, `ctime` (`Fri Nov 27 22:24:46 2026`), NGINX's or epoch seconds; undefined for any other form. */
function printedMoment(text: string, clock: HostClock): Moment | undefined {
  return (
    isoMoment(text, 0, clock) ??
    errorLogMoment(text, 0, clock) ??
    (/^[A-Z][a-z]{2} /.test(text) ? ctimeMoment(text, 0, clock) : undefined) ??
    (/^\d{9,11}(\.\d{1,9})?$/.test(text) ? epochSecondsMoment(text) : undefined)
  );
}
