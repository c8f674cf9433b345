import { predictRecycling } from '../advice/recycling-prediction.ts';
import type { ServerAdvice } from '../advice/service-advice.ts';
import type { Activation, ChangePlan, ServerPlan } from '../remediation/plan.ts';
import { byteWords } from './byte-words.ts';
import { predictionWords, quantityWords } from './recycling-words.ts';
import { durationWords } from './time-words.ts';

/** What people read of a change before they agree to it. Plain sentences; names of servers and files as they are. */
export interface ChangeText {
  /** One line: what changes, with its numbers. */
  readonly what: string;
  /** One line for each server: which file, and how it takes effect. */
  readonly where: readonly string[];
  readonly why: readonly string[];
  /** What is expected to happen. */
  readonly effects: readonly string[];
  readonly rollback: string;
}

/** Puts a change into words; `advice` by server, as far as it is there. */
export function changeText(
  plan: ChangePlan,
  advice: ReadonlyMap<string, ServerAdvice> = new Map(),
): ChangeText {
  return {
    what: whatWords(plan),
    where: plan.servers.map(server => `${server.server}: ${whereWords(server)}`),
    why: whyWords(plan, advice),
    effects: effectWords(plan, advice),
    rollback: rollbackWords(plan),
  };
}

function whatWords({ service, remedy, servers }: ChangePlan): string {
  const each = [...new Set(servers.map(settingWords))];
  switch (remedy) {
    case 'recycling':
      return `Recycle the workers of ${service} before they fill the memory: ${each.join('; ')}`;
    case 'oom-policy':
      return `Let ${service} go on when the kernel kills one worker: OOMPolicy=continue`;
    case 'memory-limits':
      return `Limit the memory of ${service}: ${each.join('; ')}`;
    case 'worker-count':
      return `Run another number of workers of ${service}: ${each.join('; ')}`;
    case 'recycle-worker':
      return `Replace one worker of ${service} now: ${each.join('; ')}`;
  }
}

function settingWords({ remedy, settings, server }: ServerPlan): string {
  switch (remedy) {
    case 'recycling':
      return `max_requests = ${settings.maxRequests}, max_requests_jitter = ${settings.maxRequestsJitter}`;
    case 'memory-limits': {
      const { memoryMaxBytes: max, memoryHighBytes: high } = settings;
      const slowed = typeof high === 'number' ? `slowed down from ${byteWords(high)} on (MemoryHigh), ` : '';
      return `${slowed}at most ${byteWords(Number(max))} (MemoryMax)`;
    }
    case 'worker-count':
      return `workers = ${settings.workers}`;
    case 'recycle-worker':
      return `process ${settings.pid} on ${server}`;
    case 'oom-policy':
      return 'OOMPolicy=continue';
  }
}

const ACTIVATIONS: Readonly<Record<Activation['kind'], string>> = {
  none: 'in force at the next start',
  'daemon-reload': 'then systemd reads it; nothing is restarted',
  reload: 'then a reload: new workers start, the old ones finish their requests',
  restart: 'then a restart of the service',
  'recycle-worker':
    'no file is touched; the worker finishes its requests and leaves, Gunicorn starts another one',
};

function whereWords({ changes, activation }: ServerPlan): string {
  const files = changes.map(({ path, before }) => `${path}${before === null ? ' (new)' : ''}`);
  return [...files, ACTIVATIONS[activation.kind]].join(', ');
}

function whyWords(
  { remedy, servers }: ChangePlan,
  advice: ReadonlyMap<string, ServerAdvice>,
): readonly string[] {
  switch (remedy) {
    case 'recycling':
      return servers.flatMap(({ server }) => growthWords(server, advice.get(server)));
    case 'oom-policy':
      return [
        'systemd stops the whole service when the kernel kills one of its processes, unless OOMPolicy says otherwise: one lost request becomes an outage for as long as the restart takes. Gunicorn replaces a killed worker by itself.',
      ];
    case 'memory-limits':
      return [
        'With a limit a leak ends in the kill of a worker of this service, and not in whatever else the host runs.',
      ];
    case 'worker-count':
      return servers.flatMap(({ server }) => fitWords(server, advice.get(server)));
    case 'recycle-worker':
      return [
        'It gives back what this worker has filled, before the kernel kills it with a request in its hands.',
      ];
  }
}

function growthWords(server: string, advice: ServerAdvice | undefined): readonly string[] {
  const { bytesPerRequestHi: perRequest, bytesPerHour: perHour } = advice?.measure ?? {};
  const rates = [
    ...(perHour === undefined ? [] : [quantityWords(perHour, 'bytes-per-hour')]),
    ...(perRequest === undefined ? [] : [`at most ${quantityWords(perRequest, 'bytes-per-request')}`]),
  ];
  if (rates.length === 0) return [];
  const limit = advice?.room.limitBytes;
  return [
    `Workers on ${server} grow by ${rates.join(', ')}${limit === undefined ? '' : `; the limit of the service is ${byteWords(limit)}`}.`,
  ];
}

function fitWords(server: string, advice: ServerAdvice | undefined): readonly string[] {
  const found = advice?.review.remarks.find(remark => remark.id === 'workers-exceed-memory');
  return found === undefined
    ? []
    : [
        `On ${server} ${found.facts.workers} workers need ${byteWords(found.facts.sumBytes)}, and the limit is ${byteWords(found.facts.limitBytes)}: ${found.facts.workersThatFit} fit.`,
      ];
}

function effectWords(plan: ChangePlan, advice: ReadonlyMap<string, ServerAdvice>): readonly string[] {
  switch (plan.remedy) {
    case 'recycling':
      return plan.servers.flatMap(server => recyclingEffects(server, plan, advice.get(server.server)));
    case 'oom-policy':
      return [
        'A worker that is killed costs the requests it was serving, and the service stays up. The kills themselves go on.',
      ];
    case 'memory-limits':
      return ['A worker is killed when the limit is reached. The requests it serves then end in a 502.'];
    case 'worker-count':
      return ['Fewer or more requests are served at a time. Nothing else changes.'];
    case 'recycle-worker':
      return ['Capacity is one worker short until the new one has started. It grows again: this buys time.'];
  }
}

/** The prediction is of the numbers in the plan, also where a person chose them. */
function recyclingEffects(
  { server, settings }: ServerPlan,
  { servers }: ChangePlan,
  advice: ServerAdvice | undefined,
): readonly string[] {
  const { maxRequests, maxRequestsJitter } = settings;
  if (advice === undefined || typeof maxRequests !== 'number' || typeof maxRequestsJitter !== 'number')
    return [];
  const prediction = predictRecycling({ maxRequests, maxRequestsJitter }, advice.measure, advice.room);
  if (prediction === undefined)
    return [`What it comes to on ${server} cannot be predicted: growth or traffic was not measured.`];
  const { recycling } = advice;
  const isAdvised =
    recycling.kind === 'settings' &&
    recycling.maxRequests === maxRequests &&
    recycling.maxRequestsJitter === maxRequestsJitter;
  const words = predictionWords({
    kind: 'settings',
    maxRequests,
    maxRequestsJitter,
    prediction: isAdvised ? recycling.prediction : prediction,
    assumed: isAdvised ? recycling.assumed : [],
    steps: [],
  });
  return servers.length === 1 ? words : words.map(text => `${server}: ${text}`);
}

function rollbackWords({ remedy, servers }: ChangePlan): string {
  if (remedy === 'recycle-worker')
    return 'There is nothing to take back: Gunicorn starts a new worker at once.';
  const seconds = Math.max(...servers.map(server => server.confirmWithinSeconds));
  const again = servers.some(({ activation }) => activation.kind === 'restart') ? 'restarted' : 'loaded';
  return `When it does not work out, the exact bytes, mode and owner of before come back and are ${again} again; the server does that by itself after ${durationWords(seconds * 1000)} without a confirmation, also when Staunch is gone.${servers.length > 1 ? ' One server first, then the others; the first regression stops the rest.' : ''}`;
}
