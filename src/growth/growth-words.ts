import { BUCKET_MS } from './envelope.ts';
import type { Judgement } from './judgement.ts';

const MEGABYTE = 1_048_576;
const HOUR_MS = 3_600_000;

/** What a reason is made of. All bytes are RSS. */
export interface ReasonFacts {
  readonly pid: number;
  readonly ageMs: number;
  readonly nowBytes: number;
  readonly limitBytes?: number;
  /** What has to be added to the envelope's bytes to get RSS. */
  readonly sharedBytes: number;
  readonly judgement: Judgement;
  /** The time left, from and to. */
  readonly leftMs?: { readonly from: number; readonly to: number };
  /** When a young worker can be judged, from now. */
  readonly blindMs?: number;
  /** Set when forerunners of the same release lend their speed: how many. */
  readonly forerunners?: number;
  /** Set when lives of the unit end by recycling. */
  readonly recycling?: { readonly lifeMs: number; readonly peakBytes: number };
}

/** The sentence that a person reads at 03:00, with the figures that the judgement rests on. */
export function growthReason(facts: ReasonFacts): string {
  const { judgement, pid, ageMs, nowBytes } = facts;
  const worker = `Worker ${pid} (up ${hourWords(ageMs)})`;
  const limit =
    facts.limitBytes === undefined ? 'its limit' : `its limit of ${memoryWords(facts.limitBytes)}`;
  const arrival =
    facts.leftMs === undefined ? '' : ` At this rate it reaches ${limit} ${rangeWords(facts.leftMs)}.`;
  const perHour = judgement.speed === undefined ? '' : speedWords(judgement.speed);
  if (facts.forerunners !== undefined)
    return (
      `${worker} is too young to be judged, but ${facts.forerunners} earlier lives of the same release grew steadily, ` +
      `about ${perHour}; it holds ${memoryWords(nowBytes)} now.${arrival}`
    );
  switch (judgement.rule) {
    case 'steady-growth':
      return `${worker} grew ${riseWords(facts)}, steadily, ${perHour}, and does not level off as a cache does.${arrival}`;
    case 'fast-growth':
      return `${worker} grew ${riseWords(facts)}, lately ${perHour} even without its largest step.${arrival}`;
    case 'near-limit':
      return `${worker} holds ${memoryWords(nowBytes)}: ${shareWords(judgement.level)} of the limit has been in use for 40 minutes.${perHour === '' ? '' : ` It grows by ${perHour}.`}`;
    case 'pressure':
      return `${worker} holds ${memoryWords(nowBytes)}: ${shareWords(judgement.level)} of the limit is in use, and the kernel has begun to hold the unit back (memory.events rose).`;
    case 'rising-peaks':
      return `${worker} is recycled after about ${hourWords(facts.recycling?.lifeMs ?? 0)}, but its forerunners reached ${memoryWords(facts.recycling?.peakBytes ?? 0)} before they left: too close to ${limit}, or on the way there (${rangeWords(facts.leftMs ?? { from: 0, to: 0 })}).`;
    case 'not-enough-data':
      return shortageReason(worker, facts);
    case 'none':
      return calmReason(worker, limit, facts, perHour);
  }
}

function shortageReason(worker: string, { judgement, blindMs }: ReasonFacts): string {
  if (judgement.shortage === 'silent')
    return `${worker}: no samples for over an hour, so nothing can be said.`;
  if (judgement.shortage === 'gaps')
    return `${worker}: too many samples of the last hours are missing, so nothing can be said.`;
  return `${worker} is too young to be judged${blindMs === undefined ? '' : ` for another ${hourWords(blindMs)}`}.`;
}

function calmReason(worker: string, limit: string, facts: ReasonFacts, perHour: string): string {
  const holds = `${worker} holds ${memoryWords(facts.nowBytes)}`;
  if (facts.recycling !== undefined)
    return `${holds} and is recycled after about ${hourWords(facts.recycling.lifeMs)}; its forerunners reached ${memoryWords(facts.recycling.peakBytes)}.`;
  if (perHour === '') return `${holds} and does not grow in a way that would reach ${limit}.`;
  const arrival =
    facts.leftMs === undefined ? 'no limit is known' : `it would reach ${limit} ${rangeWords(facts.leftMs)}`;
  return `${holds} and grows by ${perHour}; ${arrival}.`;
}

function riseWords({ judgement, sharedBytes }: ReasonFacts): string {
  const { trend } = judgement;
  if (trend === undefined) return '';
  const [from, to] = [memoryWords(trend.beganBytes + sharedBytes), memoryWords(trend.nowBytes + sharedBytes)];
  return `from ${from} to ${to} in ${hourWords(trend.buckets * BUCKET_MS)}`;
}

function speedWords(bytesPerBucket: number): string {
  return `${memoryWords((bytesPerBucket * HOUR_MS) / BUCKET_MS)} per hour`;
}

function shareWords(level: number | undefined): string {
  return level === undefined ? 'most' : `${Math.round(level * 100)} %`;
}

/** Two figures say how sure it is; minutes would pretend. */
function rangeWords({ from, to }: { readonly from: number; readonly to: number }): string {
  if (to < HOUR_MS) return 'within the hour';
  const first = from < HOUR_MS ? 0 : Math.round(from / HOUR_MS);
  if (first >= 72) return `in ${Math.floor(first / 24)} days or more`;
  const last = Math.max(first + 1, Math.round(to / HOUR_MS));
  return first === 0 ? `within ${last} ${last === 1 ? 'hour' : 'hours'}` : `in ${first} to ${last} hours`;
}

/** `35 min`, `9 h`, `3 d`. */
export function hourWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 100) return `${minutes} min`;
  return minutes < 100 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} d`;
}

/** Growth is told in MB with one digit where MB are few: `0.4 MB`, `14 MB`, `2.1 GB`. */
function memoryWords(bytes: number): string {
  const megabytes = bytes / MEGABYTE;
  if (megabytes >= 1_000) return `${(megabytes / 1_024).toFixed(1)} GB`;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`;
}
