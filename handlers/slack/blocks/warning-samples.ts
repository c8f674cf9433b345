import type { ServiceGrowth, WorkerGrowth } from '../../../src/growth/growth-finding.ts';
import type { Warning, WarningView } from '../../../src/workflows/warning-ports.ts';
import type { WatchOverview } from '../../../src/workflows/watch-overview.ts';

const MEGABYTE = 1_048_576;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AT_MS = Date.UTC(2026, 10, 22, 13, 20);

/** Views of a warning in every state of its life: to be validated, or looked at. */
export function sampleWarnings(person: string): readonly (readonly [name: string, view: WarningView])[] {
  const warned = aWarning(GROWING);
  const critical = aWarning(CRITICAL);
  const kills = [
    { server: 'web-1', atMs: AT_MS - 12 * MINUTE_MS, kills: 2 },
    { server: 'web-2', atMs: AT_MS - 4 * MINUTE_MS, kills: 1 },
  ];
  const snooze = {
    severity: 'warning' as const,
    untilMs: AT_MS + 4 * HOUR_MS,
    untilLeftMs: HOUR_MS,
    by: person,
    reason: 'The release at 15:00 replaces the workers.',
  };
  const because = 'nothing would reach its limit within 12 hours, for 2 hours now';
  return [
    ['a warning', { warning: warned, telling: { kind: 'warn', because: 'new' }, kills: [] }],
    ['a critical warning', { warning: critical, telling: { kind: 'raise', because: 'worse' }, kills }],
    ['a warning of one worker', { warning: aWarning(ONE), kills: [] }],
    ['a warning at the limit', { warning: aWarning(FULL), kills: [] }],
    ['a warning of many workers', { warning: aWarning(MANY), kills: [], silent: SILENT, gaps: GAPS }],
    ['a snoozed warning', { warning: { ...warned, snooze }, kills: [] }],
    ['a warning that settles', { warning: aWarning(CALM, { settledSinceMs: AT_MS - HOUR_MS }), kills: [] }],
    ['a warning that is slower', { warning: aWarning(aGrowth(HOST, { limit: 'host' })), kills: [] }],
    ['a warning of nobody', { warning: aWarning(aGrowth([])), kills: [], silent: SILENT }],
    ['a warning after a restart', { warning: aWarning(YOUNG, { restartedAtMs: AT_MS - HOUR_MS }), kills }],
    [
      'a warning that is over',
      {
        warning: aWarning(CALM, { resolvedAtMs: AT_MS }),
        telling: { kind: 'resolve', because },
        kills: [],
      },
    ],
  ];
}

/** A service of the App Home in each state of its watch, the least urgent first. */
export function sampleWatches(): readonly WatchOverview[] {
  const seen = { workers: 4, growing: 0, gaps: [], silent: [], asOfMs: AT_MS };
  const near = { limit: 'memory-max' as const, limitBytes: GROWING.limitBytes ?? 0 };
  return [
    { ...seen, state: 'not-watched', workers: 0 },
    { ...seen, state: 'calm' },
    { ...seen, state: 'blind', blindUntilMs: AT_MS + 2 * HOUR_MS, gaps: GAPS, silent: SILENT },
    {
      ...seen,
      ...near,
      state: 'warning',
      growing: 2,
      eta: { fromMs: AT_MS + 2.5 * HOUR_MS, toMs: AT_MS + 6 * HOUR_MS },
      snoozedUntilMs: AT_MS + 4 * HOUR_MS,
    },
    { ...seen, ...near, state: 'critical', growing: 3, eta: { fromMs: AT_MS, toMs: AT_MS + HOUR_MS } },
    { ...seen, ...near, state: 'critical', gaps: [...GAPS, ...GAPS, ...GAPS], silent: SILENT },
  ];
}

function aWarning(growth: ServiceGrowth, episode: Partial<Warning['episode']> = {}): Warning {
  return {
    id: '5d2f0a4c9b7e41d8a3c6f1e08b97d254',
    service: growth.service,
    channel: 'C0SAMPLE',
    episode: {
      openedAtMs: AT_MS - 3 * HOUR_MS,
      severity: growth.severity,
      posted: true,
      lives: [],
      growing: growth.growing,
      pinged: { atMs: AT_MS - 3 * HOUR_MS, severity: 'warning' },
      ...episode,
    },
    growth,
    version: 3,
    changedAtMs: AT_MS,
  };
}

function aWorker(pid: number, megabytes: number, more: Partial<WorkerGrowth> = {}): WorkerGrowth {
  const nowBytes = megabytes * MEGABYTE;
  return {
    server: 'web-1',
    pid,
    startTicks: pid,
    severity: 'calm',
    rule: 'none',
    nowBytes,
    limitBytes: 390 * MEGABYTE,
    ageMs: 9 * HOUR_MS,
    reason: `Worker ${pid} (up 9 h) holds ${megabytes} MB and does not grow in a way that would reach its limit of 390 MB.`,
    ...more,
  };
}

const grown = (pid: number, megabytes: number, hours: readonly [number, number]) =>
  aWorker(pid, megabytes, {
    severity: 'warning',
    rule: 'steady-growth',
    bytesPerHour: 14 * MEGABYTE,
    eta: { fromMs: AT_MS + hours[0] * HOUR_MS, toMs: AT_MS + hours[1] * HOUR_MS },
    reason: `Worker ${pid} (up 9 h) grew from 212 MB to ${megabytes} MB in 8 h, steadily, 14 MB per hour, and does not level off as a cache does. At this rate it reaches its limit of 390 MB in 2 to 6 hours.`,
  });

function aGrowth(workers: readonly WorkerGrowth[], more: Partial<ServiceGrowth> = {}): ServiceGrowth {
  const [worst] = workers;
  return {
    service: 'checkout',
    atMs: AT_MS,
    severity: worst?.severity ?? 'calm',
    workers,
    growing: workers.filter(({ bytesPerHour }) => bytesPerHour !== undefined).length,
    ...(worst?.eta && { eta: worst.eta }),
    limit: 'memory-max',
    limitBytes: 1_536 * MEGABYTE,
    ...more,
  };
}

const steady = [aWorker(4_712, 128), aWorker(4_713, 127)];
const GROWING = aGrowth([grown(4_711, 341, [2.5, 6]), grown(4_714, 322, [3, 8]), ...steady]);
const CRITICAL = aGrowth([
  { ...grown(4_711, 384, [0, 0.9]), severity: 'critical', rule: 'near-limit' },
  { ...grown(4_714, 376, [0.4, 2]), severity: 'critical' },
  ...steady,
]);
const ONE = aGrowth([grown(4_711, 341, [2.5, 14]), ...steady, aWorker(4_714, 129)], {
  limit: 'memory-high',
});
const FULL = aGrowth([
  aWorker(4_711, 381, {
    severity: 'critical',
    rule: 'pressure',
    reason:
      'Worker 4711 (up 9 h) holds 381 MB: 93 % of the limit is in use, and the kernel has begun to hold the unit back (memory.events rose).',
  }),
  ...steady,
]);
const MANY = aGrowth(
  Array.from({ length: 16 }, (_, at) => ({
    ...grown(4_711 + at, 341 - at * 3, [2 + at, 6 + at * 2]),
    server: at % 2 === 0 ? 'web-1' : 'web-2',
    ...(at > 5 && { severity: 'calm' as const }),
  })),
);
const CALM = aGrowth([aWorker(4_711, 343, { bytesPerHour: MEGABYTE / 2, settled: true }), ...steady], {
  growing: 1,
});
const YOUNG = aGrowth(
  [5_811, 5_812, 5_813].map(pid =>
    aWorker(pid, 140, {
      rule: 'not-enough-data',
      ageMs: HOUR_MS,
      reason: `Worker ${pid} (up 60 min) is too young to be judged for another 2 h.`,
    }),
  ),
  { blindUntilMs: AT_MS + 2 * HOUR_MS },
);
const HOST = [
  aWorker(4_711, 343, {
    bytesPerHour: 5 * MEGABYTE,
    eta: { fromMs: AT_MS + 7 * HOUR_MS, toMs: AT_MS + 20 * HOUR_MS },
  }),
  ...steady,
];
const SILENT = [{ server: 'web-3', sinceMs: AT_MS - 40 * MINUTE_MS }];
const GAPS = [
  'On web-2 the access log cannot be read, so that 502s are not counted there: add the user to the group adm.',
];
