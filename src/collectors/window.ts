import { localOffset, offsetAt } from '../signals/zone-rules.ts';
import type { Window } from './question.ts';

/** How a person says which stretch of time to look at. */
export interface WindowWish {
  /** `2h`, `30m`, `45s`, `3d`: up to now. */
  readonly since?: string;
  /** Date and time, with or without a zone: `2026-11-22T02:05+01:00`, `2026-11-22 02:05`, `yesterday 02:05`, `02:05`. */
  readonly from?: string;
  readonly to?: string;
}

export type WindowAnswer =
  | { readonly ok: true; readonly window: Window }
  | { readonly ok: false; readonly problem: string };

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 31 * 86_400_000;
const DEFAULT_SINCE = '2h';

/** How messages call what the person gave, and how they show a moment. */
export interface WindowWords {
  readonly since: string;
  readonly from: string;
  readonly to: string;
  /** An instant (epoch ms) for people. */
  stamp(ms: number): string;
}

const FLAG_WORDS: WindowWords = {
  since: '--since',
  from: '--from',
  to: '--to',
  stamp: ms => new Date(ms).toISOString(),
};

/**
 * Reads a wish into a window; two hours up to now when nothing is said. Where a change of the clocks makes a
 * time exist twice or not at all, the window is the wider one of those that may be meant.
 *
 * @param timeZone IANA name of the person's zone: times without a zone are meant there
 * @param words the terminal's flags when not said
 */
export function windowOf(
  wish: WindowWish,
  nowMs: number,
  timeZone: string,
  words: WindowWords = FLAG_WORDS,
): WindowAnswer {
  const no = (problem: string): WindowAnswer => ({ ok: false, problem });
  if (wish.since !== undefined && wish.from !== undefined)
    return no(`${words.since} and ${words.from} say two different things; give one of them.`);
  if (wish.from === undefined && wish.to !== undefined)
    return no(
      `${words.to} needs a ${words.from}, for example: ${words.from} "yesterday 02:05" ${words.to} "yesterday 02:20".`,
    );
  if (wish.from === undefined) return sinceWindow(wish.since ?? DEFAULT_SINCE, nowMs, words);
  const from = instantOf(wish.from, 'earliest', nowMs, timeZone);
  if (from === undefined) return no(unreadable(words.from, wish.from));
  const to = wish.to === undefined ? nowMs : instantOf(wish.to, 'latest', nowMs, timeZone);
  if (to === undefined) return no(unreadable(words.to, wish.to ?? ''));
  if (from > nowMs)
    return no(
      `${words.from} ${wish.from} lies in the future (now is ${words.stamp(nowMs)}). Is the zone right?`,
    );
  if (to <= from)
    return no(
      `The window ends (${words.stamp(to)}) ${to === from ? 'when' : 'before'} it begins (${words.stamp(from)}).`,
    );
  if (to - from > LONGEST_MS) return no('A window may be 31 days long at most.');
  return { ok: true, window: { fromMs: from, toMs: Math.min(to, nowMs) } };
}

function sinceWindow(since: string, nowMs: number, words: WindowWords): WindowAnswer {
  const match = /^(\d{1,6})\s?(s|m|min|h|d)$/.exec(since.trim());
  const unit = UNIT_MS[match?.[2] === 'min' ? 'm' : (match?.[2] ?? '')];
  const length = match && unit ? Number(match[1]) * unit : 0;
  if (length < 60_000 || length > LONGEST_MS)
    return {
      ok: false,
      problem: `${words.since} ${since}: expected a length from 1m to 31d, such as 30m, 2h or 3d.`,
    };
  return { ok: true, window: { fromMs: nowMs - length, toMs: nowMs } };
}

function unreadable(name: string, value: string): string {
  return `${name} ${value}: expected a date and time such as "2026-11-22 02:05", "2026-11-22T02:05+01:00", "yesterday 02:05" or "02:05".`;
}

function instantOf(
  text: string,
  which: 'earliest' | 'latest',
  nowMs: number,
  timeZone: string,
): number | undefined {
  const wish = text.trim();
  const zoned = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|UTC|[+-]\d\d:?\d\d)$/.exec(
    wish,
  );
  if (zoned) {
    const zone = zoned[3] === 'UTC' ? 'Z' : (zoned[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
    return finite(Date.parse(`${zoned[1]}T${zoned[2]}${zone}`));
  }
  const local = /^(?:(\d{4}-\d\d-\d\d)[T ]|(today|yesterday)\s)?(\d\d?):(\d\d)(?::(\d\d))?$/.exec(wish);
  if (!local) return undefined;
  const localNow = nowMs + offsetAt(nowMs, { errorMs: 0, timeZone, assumed: false });
  const day =
    local[1] ?? new Date(localNow - (local[2] === 'yesterday' ? 86_400_000 : 0)).toISOString().slice(0, 10);
  const wall = finite(Date.parse(`${day}T${local[3]?.padStart(2, '0')}:${local[4]}:${local[5] ?? '00'}Z`));
  return wall === undefined ? undefined : wallInstant(wall, which, timeZone);
}

/** The instant at which the clock on the wall shows `wall` (as if it were UTC). */
function wallInstant(wall: number, which: 'earliest' | 'latest', timeZone: string): number {
  const clock = { errorMs: 0, timeZone, assumed: false };
  const { offsetMs, toleranceMs } = localOffset(wall, clock);
  const first = wall - offsetMs;
  if (which === 'latest') return first + toleranceMs;
  // In a skipped stretch the offset is the one before it; the one after it leads to an earlier instant.
  return Math.min(first, wall - offsetAt(first, clock));
}

const finite = (n: number) => (Number.isFinite(n) ? n : undefined);
