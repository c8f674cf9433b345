import { REMEDIES, type RemedyId } from '../../src/remediation/plan.ts';
import { plainText } from './plain-text.ts';

/** What somebody asks about changes, in words. */
export type ChangeRequest =
  | {
      readonly kind: 'plan';
      /** As typed; absent when none was named. */
      readonly target?: string;
      readonly remedy?: RemedyId;
      /** `max_requests=1800 jitter=400`: numbers in place of the computed ones. */
      readonly settings: Readonly<Record<string, number>>;
      readonly reason: string;
    }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'allow'; readonly reason: string };

const PLAN = /^(?:plan|fix|propose)(?:\s+(?<rest>.*))?$/is;
const SWITCH = /^(?<what>stop|allow)\s+changes\b[\s:,]*(?<reason>.*)$/is;
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;
const LONGEST_REASON = 500;
/** Words for a remedy besides its own name. */
const ALSO: Readonly<Record<string, RemedyId>> = {
  recycle: 'recycling',
  'max-requests': 'recycling',
  oompolicy: 'oom-policy',
  memory: 'memory-limits',
  workers: 'worker-count',
};

/**
 * Reads `plan checkout`, `plan checkout oom-policy because …`, `stop changes …` and `allow changes …`; undefined for
 * everything else, which is a request for a diagnosis.
 */
export function readChangeRequest(text: string): ChangeRequest | undefined {
  const said = plainText(text).trim();
  const flipped = SWITCH.exec(said)?.groups;
  if (flipped)
    return {
      kind: flipped.what?.toLowerCase() === 'stop' ? 'stop' : 'allow',
      reason: (flipped.reason ?? '').trim().slice(0, LONGEST_REASON),
    };
  const planned = PLAN.exec(said);
  if (!planned) return undefined;
  const all = (planned.groups?.rest ?? '').split(/\s+/).filter(word => word !== '');
  const settings = Object.fromEntries(all.flatMap(word => settingOf(word) ?? []));
  const words = all.filter(word => settingOf(word) === undefined);
  const [first = ''] = words;
  const isTarget = NAME.test(first) && remedyOf(first) === undefined && !/^because$/i.test(first);
  const rest = isTarget ? words.slice(1) : words;
  const remedy = remedyOf(rest[0] ?? '');
  const reason = (remedy === undefined ? rest : rest.slice(1)).join(' ').replace(/^because[:,]?\s*/i, '');
  return {
    kind: 'plan',
    ...(isTarget && { target: first }),
    ...(remedy && { remedy }),
    settings,
    reason: reason.slice(0, LONGEST_REASON),
  };
}

/** What a number is called when it is typed. */
const NUMBERS: Readonly<Record<string, string>> = {
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
  jitter: 'maxRequestsJitter',
  workers: 'workers',
  memory_max: 'memoryMaxBytes',
  memory_high: 'memoryHighBytes',
};

function settingOf(word: string): readonly (readonly [string, number])[] | undefined {
  const found = /^(?<name>[a-z_-]{1,30})=(?<value>\d{1,15})$/i.exec(word)?.groups;
  const name = NUMBERS[(found?.name ?? '').toLowerCase().replaceAll('-', '_')];
  return name === undefined ? undefined : [[name, Number(found?.value)]];
}

function remedyOf(word: string): RemedyId | undefined {
  const name = word.toLowerCase();
  return REMEDIES.find(each => each === name) ?? ALSO[name];
}
