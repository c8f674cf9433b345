import { localOffset } from '../signals/zone-rules.ts';
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

/**
 * Reads a wish into a window; two hours up to now when nothing is said.
 *
 * @param timeZone IANA name of the person's zone: times without a zone are meant there
 */
export function windowOf(wish: WindowWish, nowMs: number, timeZone: string): WindowAnswer {
  if (wish.since !== undefined && wish.from !== undefined)
    return { ok: false, problem: '--since and --from say two different things; give one of them.' };
  if (wish.from === undefined && wish.to !== undefined)
    return {
      ok: false,
      problem: '--to needs a --from, for example: --from "yesterday 02:05" --to "yesterday 02:20".',
    };
  if (wish.from === undefined) return sinceWindow(wish.since ?? DEFAULT_SINCE, nowMs);
  const from = instantOf(wish.from, nowMs, timeZone);
  if (from === undefined) return unreadable('--from', wish.from);
  const to = wish.to === undefined ? nowMs : instantOf(wish.to, nowMs, timeZone);
  if (to === undefined) return unreadable('--to', wish.to ?? '');
  if (to <= from)
    return {
      ok: false,
      problem: `The window ends (${new Date(to).toISOString()}) before it begins (${new Date(from).toISOString()}).`,
    };
  if (from > nowMs)
    return {
      ok: false,
      problem: `--from ${wish.from} lies in the future (now is ${new Date(nowMs).toISOString()}). Is the zone right?`,
    };
  if (to - from > LONGEST_MS) return { ok: false, problem: 'A window may be 31 days long at most.' };
  return { ok: true, window: { fromMs: from, toMs: Math.min(to, nowMs) } };
}

function sinceWindow(since: string, nowMs: number): WindowAnswer {
  const match = /^(\d{1,6})\s?(s|m|min|h|d)$/.exec(since.trim());
  const unit = UNIT_MS[match?.[2] === 'min' ? 'm' : (match?.[2] ?? '')];
  const length = match && unit ? Number(match[1]) * unit : 0;
  if (length < 60_000 || length > LONGEST_MS)
    return {
      ok: false,
      problem: `--since ${since}: expected a length from 1m to 31d, such as 30m, 2h or 3d.`,
    };
  return { ok: true, window: { fromMs: nowMs - length, toMs: nowMs } };
}

function unreadable(flag: string, value: string): WindowAnswer {
  return {
    ok: false,
    problem: `${flag} ${value}: expected a date and time such as "2026-11-22 02:05", "2026-11-22T02:05+01:00", "yesterday 02:05" or "02:05".`,
  };
}

function instantOf(text: string, nowMs: number, timeZone: string): number | undefined {
  const wish = text.trim();
  const clock = { errorMs: 0, timeZone, assumed: false };
  const zoned = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|UTC|[+-]\d\d:?\d\d)$/.exec(
    wish,
  );
  if (zoned) {
    const zone = zoned[3] === 'UTC' ? 'Z' : (zoned[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
    return finite(Date.parse(`${zoned[1]}T${zoned[2]}${zone}`));
  }
  const local = /^(?:(\d{4}-\d\d-\d\d)[T ]|(today|yesterday)\s)?(\d\d?):(\d\d)(?::(\d\d))?$/.exec(wish);
  if (!local) return undefined;
  const localNow = nowMs + localOffset(nowMs, clock).offsetMs;
  const day =
    local[1] ?? new Date(localNow - (local[2] === 'yesterday' ? 86_400_000 : 0)).toISOString().slice(0, 10);
  const wall = finite(Date.parse(`${day}T${local[3]?.padStart(2, '0')}:${local[4]}:${local[5] ?? '00'}Z`));
  return wall === undefined ? undefined : wall - localOffset(wall, clock).offsetMs;
}

const finite = (n: number) => (Number.isFinite(n) ? n : undefined);
