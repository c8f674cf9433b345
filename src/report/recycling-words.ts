import { ASSUMED_BOOT_SECONDS, quantityName, type RecyclingQuantity } from '../advice/arithmetic.ts';
import type { Unit } from '../advice/quantity.ts';
import type { RecyclingAdvice, RecyclingPrediction } from '../advice/recycling.ts';
import { byteWords } from './byte-words.ts';
import { percentWords } from './headline.ts';
import { durationWords } from './time-words.ts';

/** A number with its unit. */
export function quantityWords(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return 'not known';
  switch (unit) {
    case 'bytes':
      return byteWords(value);
    case 'bytes-per-request':
      return `${preciseBytes(value)} a request`;
    case 'bytes-per-hour':
      return `${preciseBytes(value)} an hour`;
    case 'requests-per-second':
      return `${figures(value)} a second`;
    case 'restarts-per-hour':
      return `${figures(value)} an hour`;
    case 'requests':
    case 'workers':
      return figures(value);
    case 'seconds':
      return value < 120 ? `${figures(value)} s` : durationWords(value * 1000);
    case 'share':
      return `${figures(value * 100)} %`;
  }
}

/** Growth per request is small: whole kilobytes would hide it. */
function preciseBytes(bytes: number): string {
  return bytes < 10_240 && bytes >= 1_000 ? `${(bytes / 1_024).toFixed(1)} kB` : byteWords(bytes);
}

function figures(value: number): string {
  if (Number.isInteger(value) || value >= 1_000) return String(Math.round(value));
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

/** The answer in one or two sentences. */
export function recyclingWords(advice: RecyclingAdvice): string {
  if (advice.kind === 'settings')
    return `max_requests = ${advice.maxRequests}, max_requests_jitter = ${advice.maxRequestsJitter}`;
  if (advice.kind === 'not-yet')
    return `Not yet: ${listed(advice.missing.map(quantityName))} ${advice.missing.length === 1 ? 'is' : 'are'} not known.`;
  return refusalWords(advice);
}

function refusalWords(advice: Extract<RecyclingAdvice, { kind: 'refused' }>): string {
  switch (advice.reason) {
    case 'memory-too-small':
      return `No setting: memory does not hold ${advice.workers} workers even without growth. A fresh one has ${byteWords(advice.freshBytes)}, its share is ${byteWords(Math.max(0, advice.budgetBytes))}. ${advice.workersThatFit === 0 ? 'Not even one fits' : `${advice.workersThatFit} ${advice.workersThatFit === 1 ? 'worker' : 'workers'} would fit`}: fewer workers, or more memory.`;
    case 'one-worker':
      return 'No setting: there is one worker, and while it restarts nobody answers. Run at least two first.';
    case 'no-growth':
      return 'No setting: recycling would not help, no growth was measured.';
    case 'growth-too-fast': {
      const why = {
        'half-an-hour': 'below half an hour recycling costs more than it saves',
        boot: 'more than 2 % of the time would go into booting',
        'warm-up': 'the caches would hardly be warm before they are thrown away',
      }[advice.because];
      const life = durationWords(advice.lifeSeconds * 1000);
      const few = advice.maxRequests < advice.leastRequests;
      const tooShort = advice.lifeSeconds < advice.leastLifeSeconds;
      const needed = `every worker would have to be recycled after ${Math.max(0, advice.maxRequests)} requests (${life})`;
      const least = [
        ...(tooShort ? [`at least ${durationWords(advice.leastLifeSeconds * 1000)} are needed: ${why}`] : []),
        ...(few ? [`${advice.leastRequests} requests are the least that is sensible`] : []),
      ].join('; ');
      return `No setting: growth is too fast, ${needed}; ${least}. More memory, fewer workers, or mend the leak first.`;
    }
  }
}

/** What will happen with the settings; empty when there are none. */
export function predictionWords(advice: RecyclingAdvice): readonly string[] {
  if (advice.kind !== 'settings') return [];
  const p = advice.prediction;
  return [
    `At peak traffic a worker lives ${durationWords(p.shortestLifeSeconds * 1000)} or longer, ${durationWords(p.meanLifeSeconds * 1000)} on average: ${quantityWords(p.restartsPerHourPerWorker, 'restarts-per-hour')} per worker, ${quantityWords(p.restartsPerHourOfService, 'restarts-per-hour')} on this server.`,
    `With every worker at its largest at once: ${byteWords(p.peakBytes)}, ${Math.round(p.peakShareOfLimit * 100)} % of the limit.`,
    awayWords(p),
    ...(p.jitterWasCut
      ? ['Memory leaves no room for as much jitter as it takes to keep that below 5 %.']
      : []),
    ...assumedWords(advice.assumed),
    'Compute again after each release: growth per request is a property of one release.',
  ];
}

function awayWords(p: RecyclingPrediction): string {
  const two = `Chance that two are away at once in the first round after a start: ${percentWords(p.chanceTwoAway)}`;
  return p.spareWorkers === 1
    ? `${two}.`
    : `${two}; that more than ${p.spareWorkers} are, which is what can be spared: at most ${percentWords(p.chanceMoreThanSpareAway)}.`;
}

function assumedWords(assumed: readonly RecyclingQuantity[]): readonly string[] {
  const words: Partial<Record<RecyclingQuantity, string>> = {
    bootSeconds: `boot time ${ASSUMED_BOOT_SECONDS} s (say it with --boot-seconds)`,
    peakUtilisation: 'only one worker can be spared',
    warmSeconds: 'caches need no long warm-up',
  };
  const said = assumed.flatMap(name => words[name] ?? []);
  return said.length === 0 ? [] : [`Assumed, because nobody measured it: ${said.join('; ')}.`];
}

/** `a`, `a and b`, `a, b and c`. */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
