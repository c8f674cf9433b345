import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { isFault } from '../diagnosis/worker-deaths.ts';

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Left before and after, so that one sees it begin and end. */
const AROUND_MS = 90_000;
/** A part that is no smaller than this share of the window is not worth leaving the rest out. */
const WORTH_IT = 0.5;

/**
 * The part of the window in which errors, deaths and restarts lie: a minute of 502s within two hours would be one
 * thin line. Undefined where the whole window is as good: nothing happened, it is spread out, memory samples tell
 * what came before, or the log was too large for every line to be known.
 */
export function focusOf({ analysis }: Diagnosis): Window | undefined {
  const { caseFile, deaths, outages, failures } = analysis;
  const { hosts, window } = caseFile;
  if (hosts.some(({ samples, coverage }) => samples.length > 0 || coverage.some(c => c.state === 'cut')))
    return undefined;
  const instants = [
    ...failures.filter(f => f.effect === 'client' && (f.status === 502 || f.status === 504)).map(f => f.atMs),
    ...deaths.filter(isFault).map(d => d.at.epochMs),
    ...outages.flatMap(o => [o.fromMs, o.toMs ?? o.fromMs]),
  ].filter(atMs => atMs >= window.fromMs && atMs <= window.toMs);
  if (instants.length === 0) return undefined;
  const [first, last] = instants.reduce(
    ([least, most], atMs) => [Math.min(least, atMs), Math.max(most, atMs)],
    [window.toMs, window.fromMs],
  );
  const around = Math.max(AROUND_MS, (last - first) / 4);
  const part = {
    fromMs: Math.max(window.fromMs, Math.floor((first - around) / 1000) * 1000),
    toMs: Math.min(window.toMs, Math.ceil((last + around) / 1000) * 1000),
  };
  return part.toMs - part.fromMs < (window.toMs - window.fromMs) * WORTH_IT ? part : undefined;
}
