import type { SourceLine } from '../signals/signal.ts';
import { compareVersions } from '../signals/version-order.ts';

export type WorkerClass = 'sync' | 'gthread' | 'gevent' | 'eventlet' | 'tornado' | 'uvicorn' | 'other';
/** `repeatable`: NGINX sends every request again by itself when a kept connection was closed: no POST, PATCH or LOCK. */
export type MethodMix = 'repeatable' | 'unrepeatable';

/** What decides whether a worker that leaves by `max_requests` loses requests. Absent: not known. */
export interface RecyclingSituation {
  readonly workerClass?: WorkerClass;
  readonly gunicornVersion?: string;
  /** NGINX keeps connections to the upstream open. */
  readonly keepalive?: boolean;
  readonly methods?: MethodMix;
  /** Each worker has a listening socket of its own. */
  readonly reusePort?: boolean;
  /** A diagnosis tied failed requests to planned restarts on this service. */
  readonly dropsSeen?: { readonly text: string; readonly lines: readonly SourceLine[] };
}

export interface SafetyVerdict {
  readonly verdict: 'safe' | 'loses-requests' | 'unknown';
  /** Why, with the figure that was measured, one sentence each. */
  readonly reasons: readonly string[];
  readonly lines: readonly SourceLine[];
}

/** One measured or reported cell. Versions: `from` included, `below` not. Absent conditions match everything. */
interface Row {
  readonly workerClass: WorkerClass;
  readonly from: string;
  readonly below: string;
  readonly keepalive?: boolean;
  readonly methods?: MethodMix;
  readonly verdict: SafetyVerdict['verdict'];
  readonly why: string;
}

/** Nothing newer was measured, nothing older is told apart. */
const OLDEST = '20.1';
const NEWER_THAN_MEASURED = '26.2';

/**
 * Measured with 2,000 requests through NGINX per cell (max_requests 50, jitter 10) and again with 60 requests a
 * second for some seconds. Where the two series disagree the loss counts: a loss that was seen once can happen.
 */
const MATRIX: readonly Row[] = [
  {
    workerClass: 'sync',
    from: OLDEST,
    below: NEWER_THAN_MEASURED,
    verdict: 'safe',
    why: 'sync workers of Gunicorn 20.1, 23.0 and 26.1 lost 0 of 2,000 requests in 35 recycles, with and without upstream keepalive, GET and POST.',
  },
  {
    workerClass: 'gthread',
    from: OLDEST,
    below: '21.0',
    keepalive: false,
    verdict: 'safe',
    why: 'gthread of Gunicorn 20.1 without upstream keepalive lost 0 of 2,000 requests in 35 recycles.',
  },
  {
    workerClass: 'gthread',
    from: OLDEST,
    below: '21.0',
    keepalive: true,
    methods: 'repeatable',
    verdict: 'safe',
    why: 'gthread of Gunicorn 20.1 with upstream keepalive lost 0 of 2,000 GETs: NGINX repeated the 18 that met a closed connection. It does not repeat POST.',
  },
  {
    workerClass: 'gthread',
    from: OLDEST,
    below: '21.0',
    keepalive: true,
    methods: 'unrepeatable',
    verdict: 'loses-requests',
    why: 'gthread of Gunicorn 20.1 with upstream keepalive lost 22 of 2,000 POSTs in 41 recycles. A shorter series saw 0 of 503; the loss counts, because NGINX cannot repeat a POST.',
  },
  {
    workerClass: 'gthread',
    from: '21.0',
    below: '21.2',
    verdict: 'unknown',
    why: 'gthread of Gunicorn 21.0 and 21.1 was not measured; 21.2 loses requests at every recycle.',
  },
  {
    workerClass: 'gthread',
    from: '21.2',
    below: '24.0',
    keepalive: false,
    verdict: 'loses-requests',
    why: 'gthread of Gunicorn 21.2 to 23.x without upstream keepalive loses about 0.8 requests at every recycle: 29 of 2,000 GETs and 31 of 2,000 POSTs in 35 to 38 recycles of 23.0 (gunicorn#3038).',
  },
  {
    workerClass: 'gthread',
    from: '21.2',
    below: '24.0',
    keepalive: true,
    verdict: 'loses-requests',
    why: 'gthread of Gunicorn 21.2 to 23.x with upstream keepalive loses requests: 4 of 2,000 GETs and 34 of 2,000 POSTs in 39 to 43 recycles of 23.0 (gunicorn#3038).',
  },
  {
    workerClass: 'gthread',
    from: '24.0',
    below: '25.3',
    verdict: 'unknown',
    why: 'gthread was rewritten in Gunicorn 24.0; the first version measured without loss is 25.3.',
  },
  {
    workerClass: 'gthread',
    from: '25.3',
    below: NEWER_THAN_MEASURED,
    keepalive: false,
    verdict: 'safe',
    why: 'gthread of Gunicorn 25.3 and 26.1 without upstream keepalive lost no request: 0 of 2,000 in 35 recycles of 26.1.',
  },
  {
    workerClass: 'gthread',
    from: '25.3',
    below: NEWER_THAN_MEASURED,
    keepalive: true,
    methods: 'repeatable',
    verdict: 'safe',
    why: 'gthread of Gunicorn 26.1 with upstream keepalive lost 0 of 2,000 GETs: NGINX repeated the 9 that met a closed connection. It does not repeat POST.',
  },
  {
    workerClass: 'gthread',
    from: '25.3',
    below: NEWER_THAN_MEASURED,
    keepalive: true,
    methods: 'unrepeatable',
    verdict: 'loses-requests',
    why: 'gthread of Gunicorn 26.1 with upstream keepalive lost 9 of 2,000 POSTs in 35 recycles. A shorter series saw 0 of 584; the loss counts, because NGINX cannot repeat a POST.',
  },
];

/** Classes without a cell that would carry a promise. */
const NOT_MEASURED: Readonly<Record<Exclude<WorkerClass, 'sync' | 'gthread'>, string>> = {
  gevent:
    'gevent was measured once only (23.0 with upstream keepalive, 0 of 601 requests): too little to call it safe, and POST was not tried.',
  eventlet: 'eventlet workers were not measured.',
  tornado: 'tornado workers were not measured.',
  uvicorn: 'uvicorn workers were not measured; losses at max_requests have been reported (gunicorn#2567).',
  other: 'This worker class was not measured.',
};

const WORST_FIRST = ['loses-requests', 'unknown', 'safe'] as const;

/**
 * Whether recycling loses requests here. Everything that is not known is taken at its worst: the verdict is `safe`
 * only when every cell that may apply is, and never for a version that was not measured.
 */
export function judgeRecycling(situation: RecyclingSituation): SafetyVerdict {
  if (situation.dropsSeen !== undefined)
    return {
      verdict: 'loses-requests',
      reasons: [`It has happened here: ${situation.dropsSeen.text}`],
      lines: situation.dropsSeen.lines,
    };
  if (situation.reusePort)
    return {
      verdict: 'loses-requests',
      reasons: [
        'reuse_port gives each worker a queue of its own: connections that wait in it when the worker leaves are reset, whatever the class (gunicorn#3612; reported, not measured).',
      ],
      lines: [],
    };
  return { ...fromMatrix(situation), lines: [] };
}

function fromMatrix(situation: RecyclingSituation): Omit<SafetyVerdict, 'lines'> {
  const { workerClass, gunicornVersion: version } = situation;
  const unknown = (why: string) => ({ verdict: 'unknown' as const, reasons: [why] });
  if (workerClass === undefined) return unknown('The worker class could not be read.');
  if (workerClass !== 'sync' && workerClass !== 'gthread') return unknown(NOT_MEASURED[workerClass]);
  if (version === undefined || !/^\d{1,4}\.\d/.test(version))
    return unknown('The version of Gunicorn could not be read.');
  const rows = MATRIX.filter(row => applies(row, workerClass, version, situation));
  if (rows.length === 0)
    return unknown(
      `Gunicorn ${version} was not measured: ${OLDEST} to 26.1 were. ${
        compareVersions(version, OLDEST) < 0 ? 'Upgrade first.' : 'Try it on one server first.'
      }`,
    );
  const verdict = WORST_FIRST.find(worst => rows.some(row => row.verdict === worst)) ?? 'unknown';
  const reasons = rows.filter(row => row.verdict === verdict).map(row => row.why);
  return { verdict, reasons: [...reasons, ...takenAtWorst(situation, rows)] };
}

function applies(row: Row, workerClass: WorkerClass, version: string, about: RecyclingSituation): boolean {
  if (row.workerClass !== workerClass) return false;
  if (compareVersions(version, row.from) < 0 || compareVersions(version, row.below) >= 0) return false;
  const fits = <T>(wanted: T | undefined, given: T | undefined) =>
    wanted === undefined || given === undefined || wanted === given;
  return fits(row.keepalive, about.keepalive) && fits(row.methods, about.methods);
}

/** Says which unknown made the answer careful, where it did. */
function takenAtWorst(situation: RecyclingSituation, rows: readonly Row[]): readonly string[] {
  if (new Set(rows.map(row => row.verdict)).size < 2) return [];
  return [
    ...(situation.keepalive === undefined
      ? ['Whether NGINX keeps upstream connections open is not known: taken as if it did.']
      : []),
    ...(situation.methods === undefined && situation.keepalive !== false
      ? ['Which methods are used is not known: taken as if there were POSTs.']
      : []),
  ];
}
