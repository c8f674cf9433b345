import type { Window } from '../collectors/question.ts';

/** A window that ended this close to the moment of asking was meant as "up to now". */
const NOW_WITHIN_MS = 2 * 60_000;

/** The window of a re-run: of the same length up to now if the first one ended "now", else the very same one. */
export function windowAgain(
  first: { readonly window: Window; readonly askedAtMs: number },
  nowMs: number,
): Window {
  const { fromMs, toMs } = first.window;
  if (Math.abs(first.askedAtMs - toMs) > NOW_WITHIN_MS) return first.window;
  return { fromMs: nowMs - (toMs - fromMs), toMs: nowMs };
}
