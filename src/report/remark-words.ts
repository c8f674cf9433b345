import type { GrowthShape, ServiceShape } from '../advice/growth-shape.ts';
import type { CheckId, Remark, RemarkId, ReviewGap } from '../advice/remark.ts';
import { byteWords } from './byte-words.ts';
import { GUNICORN_REMARKS } from './gunicorn-remarks.ts';
import type { RemarkWords, Wording } from './remark-wording.ts';
import { SYSTEMD_REMARKS } from './systemd-remarks.ts';
import { durationWords } from './time-words.ts';

const utc = (atMs: number) => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const fitWords = (workers: number) =>
  workers === 0 ? 'not even one fits' : workers === 1 ? 'only 1 fits' : `only ${workers} fit`;

const MEMORY_REMARKS: Wording<
  | 'workers-exceed-memory'
  | 'close-to-limit'
  | 'kills-counted'
  | 'throttled'
  | 'reload-needs-room'
  | 'preload-shares'
  | 'no-memory-limit'
  | 'high-without-max'
  | 'max-without-high'
  | 'more-workers-than-cores'
  | 'growth-now'
  | 'growth-shape'
> = {
  'workers-exceed-memory': f => ({
    text: `${f.workers} workers of ${byteWords(f.freshBytes)} (${f.freshIsGuessed ? 'the smallest seen' : 'fresh'}) and the master need ${byteWords(f.sumBytes)}; the limit is ${byteWords(f.limitBytes)}.${f.mayShare ? ' RSS counts pages that they share once for each.' : ''}`,
    fix: f.freshIsGuessed
      ? `If that is their fresh size, ${fitWords(f.workersThatFit)}. If they grew to it, it is a matter of growth: a watch of 4 hours tells.`
      : `With 15 % to spare ${fitWords(f.workersThatFit)}: run fewer, or raise the limit. Recycling does not help here.`,
  }),
  'close-to-limit': f => ({
    text: `The unit uses ${byteWords(f.usedBytes)} of ${byteWords(f.limitBytes)} now.`,
    fix: 'Raise the limit or run fewer workers before the kernel chooses one to kill.',
  }),
  'kills-counted': f => ({
    text: `The kernel killed ${f.kills} ${f.kills === 1 ? 'process' : 'processes'} of this unit for memory${f.sinceMs === undefined ? '' : ` since it started (${utc(f.sinceMs)})`}.`,
    fix: 'Look at when and with which 502s: staunch diagnose.',
  }),
  throttled: f => ({
    text: `MemoryHigh${f.highBytes === undefined ? '' : ` (${byteWords(f.highBytes)})`} slowed the unit down ${f.times} times: requests wait while memory is reclaimed, and nothing is logged.`,
    fix: 'Treat it as the limit: raise it, or keep the workers below it.',
  }),
  'reload-needs-room': f => ({
    text: `A reload runs old and new workers side by side: ${f.workers} fresh ones need ${f.freshIsGuessed ? 'up to ' : ''}${byteWords(f.neededBytes)}, and ${byteWords(f.freeBytes)} are free below the limit. The reload itself ${f.freshIsGuessed ? 'may' : 'can'} cause an OOM kill.`,
    fix: 'Reload when the workers are small, after a restart, or raise the limit first.',
  }),
  'preload-shares': f => ({
    text: `preload_app: workers share pages with the master, so their RSS adds up to ${byteWords(f.rssSumBytes)} while the unit uses ${byteWords(f.usedBytes)}.`,
    fix: "Judge memory by the unit's own counter or by USS, never by the sum of RSS. A reload does not load new application code under preload: it takes a restart.",
  }),
  'no-memory-limit': f => ({
    text: `The unit has no memory limit: a leak takes the host${f.totalBytes === undefined ? '' : ` (${byteWords(f.totalBytes)})`} with it, sshd and databases included, and the kernel picks the victim.`,
    fix: 'Set MemoryMax= to what the host can spare and MemoryHigh= to 85-90 % of it.',
  }),
  'high-without-max': f => ({
    text: `MemoryHigh=${byteWords(f.highBytes)} without MemoryMax: a leak makes the service slower and slower instead of losing one worker, without a line in any log.`,
    fix: 'Set MemoryMax= a little above it, and watch memory.events high.',
  }),
  'max-without-high': f => ({
    text: `MemoryMax=${byteWords(f.maxBytes)} without MemoryHigh: the first sign of too much memory is a kill.`,
    fix: `MemoryHigh=${Math.floor((f.maxBytes * 0.875) / 1_048_576)}M (85-90 % of the limit) makes the kernel reclaim first.`,
  }),
  'more-workers-than-cores': f => ({
    text: `${f.workers} workers on ${f.cores} ${f.cores === 1 ? 'CPU' : 'CPUs'}: each of them holds memory, and only ${f.cores} can compute at a time.`,
    fix: `Unless they mostly wait for others, try ${2 * f.cores + 1} (2 × CPUs + 1): fewer workers leave more memory for each.`,
  }),
  'growth-now': f => ({
    text: `${f.growing} of ${f.workers} watched workers ${f.critical ? 'are about to reach' : 'grow towards'} their limit${f.fromMs === undefined || f.toMs === undefined ? '' : `, the first between ${utc(f.fromMs)} and ${utc(f.toMs)}`}.`,
    fix: 'Recycle them one at a time before the kernel does: systemctl reload, if it has room for it.',
  }),
  'growth-shape': shapeWords,
};

const SHAPE_WORDS: Readonly<Record<GrowthShape, RemarkWords>> = {
  'with-requests': {
    text: 'memory follows the requests: something is kept for each of them',
    fix: 'Ask: which cache has no bound (a dict at module level, lru_cache(maxsize=None), memoised methods)? What holds request objects (signals, closures, lists of callbacks, tracing, SQL echo)? Compare two tracemalloc snapshots 1,000 requests apart.',
  },
  'with-time': {
    text: 'memory grows with time, also while few requests come',
    fix: 'Ask: where do sessions live, and what ends them? Which timers, background threads or metrics keep a list? Does a client library keep connections that nobody closes?',
  },
  'with-either': {
    text: 'memory grows; traffic was too even, or not counted, to tell whether with requests or with time',
    fix: 'Ask both: which cache has no bound or holds request objects, and where do sessions live and what ends them? A quiet night under watch tells them apart.',
  },
  'in-steps': {
    text: 'most of the growth came in single steps',
    fix: 'Ask: which requests load much at once (uploads, exports, reports)? Python seldom gives such memory back. Look at the access log at the minute of the step; stream instead of loading.',
  },
  'levels-off': {
    text: 'memory rose and stays: a cache that is bounded, or warm-up',
    fix: 'Nothing to mend. Count with the level it ends at, not with the fresh size, when workers are planned.',
  },
  flat: {
    text: 'memory is flat',
    fix: 'Nothing to mend in caches or sessions. If workers are killed all the same, look for single big requests and at other processes of the host.',
  },
};

function shapeWords(f: ServiceShape): RemarkWords {
  const { text, fix } = SHAPE_WORDS[f.shape];
  const rise =
    f.shape === 'flat'
      ? ''
      : ` (${byteWords(Math.max(0, f.riseBytes))} in ${durationWords(f.hours * 3_600_000, 1)})`;
  return { text: `In ${f.lives} of ${f.ofLives} watched lives ${text}${rise}.`, fix };
}

const REMARKS: Wording<RemarkId> = { ...MEMORY_REMARKS, ...SYSTEMD_REMARKS, ...GUNICORN_REMARKS };

/** A remark in words. */
export function remarkWords(remark: Remark): RemarkWords {
  const words = REMARKS[remark.id] as (facts: Remark['facts']) => RemarkWords;
  return words(remark.facts);
}

const CHECKS: Readonly<Record<CheckId, string>> = {
  'memory-for-workers': 'workers against memory',
  'memory-now': 'memory now',
  'memory-limits': 'MemoryMax and MemoryHigh',
  'reload-room': 'room for a reload',
  cores: 'workers against CPUs',
  'oom-policy': 'OOMPolicy',
  restart: 'Restart and StartLimit',
  'socket-activation': 'socket activation',
  stop: 'TimeoutStopSec and KillMode',
  reload: 'ExecReload and Type',
  timeouts: "Gunicorn's timeout against NGINX's",
  'boot-time': 'boot time',
  'recycling-settings': 'max_requests and jitter',
  'settings-in-force': 'settings in force',
  growth: 'growth, caches, sessions',
};

const NEEDS: Readonly<Record<ReviewGap['needs'], string>> = {
  'unit-state': "the unit's state (systemctl show) was not read or does not say it",
  'gunicorn-settings':
    "Gunicorn's settings could not be read whole: its environment or its configuration file is missing or computes them",
  'worker-table': 'the process table tells of no worker of this unit',
  limit: 'no limit is known: neither of the unit nor of the host',
  cores: 'the number of CPUs is not among what is read; the unit has no CPU quota',
  'nginx-config': "NGINX's configuration was not read",
  'boot-time': 'nobody measured it: say it with --boot-seconds',
  watch: 'no worker has been watched for long enough (4 hours)',
};

/** What a check looks at. */
export const checkWords = (check: CheckId): string => CHECKS[check];

/** Why a check was not made. */
export const needWords = (needs: ReviewGap['needs']): string => NEEDS[needs];
