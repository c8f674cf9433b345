import type { LeakFollowUp } from '../remediation/leak-follow-up.ts';
import type { MeasureChange, MeasureId, Outcome } from '../remediation/outcome.ts';
import { byteWords } from './byte-words.ts';
import { quantityWords } from './recycling-words.ts';
import { durationWords } from './time-words.ts';

const NAMES: Readonly<Record<MeasureId, string>> = {
  http502: '502s',
  'oom-kills': 'OOM kills',
  restarts: 'restarts of the service',
};

/** One sentence that says whether it helped; a change that did not is called that. */
export function outcomeHeadline({ verdict, decidedBy, measures }: Outcome): string {
  const decisive = measures.find(one => one.id === decidedBy);
  const name = decidedBy === undefined ? '' : NAMES[decidedBy];
  switch (verdict) {
    case 'better':
      return `It helped: fewer ${name} than before.`;
    case 'same':
      return decisive !== undefined && decisive.beforeEvents + decisive.afterEvents === 0
        ? `There were no ${name} before and there are none now: there was nothing for it to mend.`
        : `It did not help: as many ${name} as before.`;
    case 'worse':
      return `It made things worse: more ${name} than before. Take it back.`;
    case 'too-little-traffic':
      return `Too little was counted to say whether it helped: ${decisive === undefined ? 'nothing' : countWords(decisive)}.`;
    case 'not-measured':
      return 'Nobody watched the service before or after, so it cannot be said whether it helped.';
  }
}

/** The same measures before and after, one sentence each. */
export function outcomeWords(outcome: Outcome): readonly string[] {
  const { measures, peak, plannedRecycles } = outcome;
  return [
    ...measures.filter(one => one.afterExposure > 0 || one.beforeExposure > 0).map(measureWords),
    ...(plannedRecycles > 0
      ? [
          `${plannedRecycles} ${plannedRecycles === 1 ? 'worker' : 'workers'} left as planned since the change.`,
        ]
      : []),
    ...(peak === undefined
      ? []
      : [`Largest worker: ${byteWords(peak.beforeBytes)} before, ${byteWords(peak.afterBytes)} since.`]),
  ];
}

function measureWords(change: MeasureChange): string {
  const { id, comparison, verdict } = change;
  const name = NAMES[id];
  const counts = `${name[0]?.toUpperCase()}${name.slice(1)}: ${countWords(change)}`;
  if (comparison?.ratio === undefined || verdict === 'too-little') return `${counts}.`;
  const percent = (share: number) =>
    share > 10 ? `${share.toFixed(0)} times` : `${Math.round(share * 100)} %`;
  return `${counts}: ${percent(comparison.ratio)} of the rate before (95 % sure: ${percent(comparison.from)} to ${percent(comparison.to)}).`;
}

function countWords({ id, beforeEvents, beforeExposure, afterEvents, afterExposure }: MeasureChange): string {
  if (id === 'http502') {
    const perThousand = (events: number, requests: number) =>
      requests === 0
        ? 'no requests'
        : `${events} in ${requests.toLocaleString('en-US')} requests (${figure((events / requests) * 1000)} per 1,000)`;
    return `${perThousand(beforeEvents, beforeExposure)} before, ${perThousand(afterEvents, afterExposure)} since`;
  }
  const within = (events: number, minutes: number) =>
    minutes === 0 ? 'not watched' : `${events} in ${durationWords(minutes * 60_000)}`;
  return `${within(beforeEvents, beforeExposure)} before, ${within(afterEvents, afterExposure)} since`;
}

function figure(value: number): string {
  return value === 0 ? '0' : value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

/** What is still to be done about the leak itself; undefined when there is nothing to say. */
export function leakWords(follow: LeakFollowUp): string | undefined {
  switch (follow.kind) {
    case 'mended':
      return `The leak looks mended: workers grow by ${Math.round(follow.ratio * 100)} % of what they did when the change was made. The recycling may go, or stay as a net.`;
    case 'still-there':
      return `The leak is still there: workers grow by ${quantityWords(follow.bytes, follow.per === 'request' ? 'bytes-per-request' : 'bytes-per-hour')}, ${Math.round(follow.ratio * 100)} % of what they did when the change was made. Recycling hides it; look for what keeps objects alive, such as caches without a bound.`;
    case 'not-known':
      return follow.missing === 'now'
        ? 'Whether the leak is still there is not known: growth is measured once workers have lived for some hours.'
        : undefined;
  }
}
