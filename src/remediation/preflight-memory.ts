import { HEADROOM_SHARE } from '../advice/arithmetic.ts';
import { type PreflightMaterial, type Tick, tick } from './preflight-tick.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;

/** Whether the memory holds what the change starts, and what it settles to. */
export function memoryTicks(material: PreflightMaterial): readonly Tick[] {
  const { remedy, activation } = material.plan;
  return [
    ...(activation.kind === 'reload' ? [reloadRoom(material)] : []),
    ...(remedy === 'worker-count' || remedy === 'recycling' ? memorySum(material) : []),
  ];
}

/** A reload forks the new generation before the old one has left: for a moment there are two. */
function reloadRoom({ unit, plan, advice, preload }: PreflightMaterial): Tick {
  if (preload === true)
    return tick(
      'reload-room',
      'ok',
      'preload_app is on: new workers share most of their memory with the master.',
    );
  const { memoryMaxBytes, memoryHighBytes, memoryCurrentBytes: used, hostAvailableBytes } = unit;
  const fresh = freshBytesOf(advice);
  const lefts = [
    hostAvailableBytes,
    ...(used === undefined ? [] : [memoryMaxBytes, memoryHighBytes].map(limit => limit && limit - used)),
  ].filter(left => left !== undefined);
  const knowsLimit = hostAvailableBytes !== undefined && (memoryMaxBytes === undefined || used !== undefined);
  if (fresh === undefined || !knowsLimit || lefts.length === 0)
    return tick(
      'reload-room',
      'warn',
      'A reload runs two generations of workers for a moment; whether the memory holds both could not be computed.',
    );
  const free = Math.max(0, Math.min(...lefts));
  const needed = plan.verification.workers * fresh.bytes;
  const sum = `${plan.verification.workers} fresh workers need ${megabytes(needed)} beside the old ones, ${megabytes(free)} are free`;
  if (free >= needed) return tick('reload-room', 'ok', `A reload runs two generations for a moment: ${sum}.`);
  return fresh.isGuess
    ? tick(
        'reload-room',
        'warn',
        `A reload may run out of memory: ${sum}, if a fresh worker is as large as the smallest now.`,
      )
    : tick(
        'reload-room',
        'block',
        `The reload itself would run out of memory: ${sum}. Recycle the largest workers one by one first, or raise the limit.`,
      );
}

function memorySum({ plan, advice, unit }: PreflightMaterial): readonly Tick[] {
  const fresh = freshBytesOf(advice);
  const limit = advice?.room.limitBytes ?? unit.memoryMaxBytes;
  const master = advice?.room.masterBytes ?? unit.master?.rssBytes;
  if (fresh === undefined || limit === undefined || master === undefined)
    return [
      tick(
        'memory-sum',
        'warn',
        'Whether the memory holds all workers could not be computed: nobody has watched them, or no limit is known.',
      ),
    ];
  const { workers } = plan.verification;
  const growth = grownBytes(plan, advice);
  const peak = master + workers * (fresh.bytes + growth);
  const sum = `${workers} workers${growth > 0 ? ' at their largest' : ''} and the master take ${megabytes(peak)} of ${megabytes(limit)}`;
  if (peak > limit)
    return [
      growth > 0 || !fresh.isGuess
        ? tick(
            'memory-sum',
            'block',
            `The memory does not hold it: ${sum}. Choose smaller numbers, or raise the limit.`,
          )
        : tick(
            'memory-sum',
            'warn',
            `The memory may not hold it: ${sum}, if all are as large as the smallest now.`,
          ),
    ];
  return [
    peak > limit * (1 - HEADROOM_SHARE)
      ? tick('memory-sum', 'warn', `It is tight: ${sum}, more than ${100 - HEADROOM_SHARE * 100} %.`)
      : tick('memory-sum', 'ok', `The memory holds it: ${sum}.`),
  ];
}

/** What a worker has grown by at its last request; 0 where nothing was measured or nothing is recycled. */
function grownBytes(plan: PreflightMaterial['plan'], advice: PreflightMaterial['advice']): number {
  const { maxRequests, maxRequestsJitter } = plan.settings;
  if (typeof maxRequests !== 'number' || typeof maxRequestsJitter !== 'number') return 0;
  return (maxRequests + maxRequestsJitter) * (advice?.measure.bytesPerRequestHi ?? 0);
}

function freshBytesOf(advice: PreflightMaterial['advice']): { bytes: number; isGuess: boolean } | undefined {
  const bytes = advice?.measure.freshBytes;
  return bytes === undefined ? undefined : { bytes, isGuess: advice?.measure.freshIsAtMost ?? false };
}
