import { withDirectives } from '../drop-in.ts';
import type { ObservedUnit } from '../observed-unit.ts';
import { isRefusal, targetDropIn } from '../planned-file.ts';
import { type Remedy, type RemedyRefusal, rangeRefusal, refused, type WishOf } from '../remedy.ts';

const LEAST_BYTES = 64 * 1_048_576;
const MOST_BYTES = 2 ** 46;
/** The kernel counts a limit in pages and rounds down. */
const PAGE = 4_096;
/** A limit this close above what is used would be hit in minutes. */
const ABOVE_USE = 1.1;

/** `MemoryMax`, and `MemoryHigh` below it where somebody wants to be slowed down first. */
export const memoryLimits: Remedy<'memory-limits'> = {
  id: 'memory-limits',
  lowRisk: false,
  draft(unit, wish) {
    const max = pages(wish.memoryMaxBytes);
    const high = wish.memoryHighBytes === undefined ? undefined : pages(wish.memoryHighBytes);
    const refusal = limitRefusal(unit, {
      memoryMaxBytes: max,
      ...(high !== undefined && { memoryHighBytes: high }),
    });
    if (refusal !== undefined) return refused(refusal);
    const file = targetDropIn(unit);
    if (isRefusal(file)) return refused(file);
    const values = { MemoryMax: String(max), ...(high !== undefined && { MemoryHigh: String(high) }) };
    const written = withDirectives(file.path, file.content, values);
    if (!written.ok) return refused(written.refusal);
    return {
      ok: true,
      draft: {
        files: [{ path: file.path, content: written.content }],
        activation: { kind: 'daemon-reload' },
        settings: { memoryMaxBytes: max, ...(high !== undefined && { memoryHighBytes: high }) },
        expected: { MemoryMax: max, ...(high !== undefined && { MemoryHigh: high }) },
        inForce: unit.memoryMaxBytes === max && (high === undefined || unit.memoryHighBytes === high),
      },
    };
  },
};

function limitRefusal(
  unit: ObservedUnit,
  { memoryMaxBytes: max, memoryHighBytes: high }: Omit<WishOf<'memory-limits'>, 'remedy'>,
): RemedyRefusal | undefined {
  const outside = rangeRefusal([
    ['MemoryMax', max, LEAST_BYTES, MOST_BYTES],
    ...(high === undefined ? [] : [['MemoryHigh', high, LEAST_BYTES, max - PAGE] as const]),
  ]);
  if (outside !== undefined) return outside;
  const { memoryCurrentBytes: usedBytes, hostAvailableBytes } = unit;
  if (usedBytes === undefined || hostAvailableBytes === undefined) return { reason: 'use-unknown' };
  const leastBytes = Math.ceil(usedBytes * ABOVE_USE);
  for (const [setting, bytes] of [['MemoryMax', max] as const, ['MemoryHigh', high] as const])
    if (bytes !== undefined && bytes < leastBytes)
      return { reason: 'below-use', setting, bytes, usedBytes, leastBytes };
  const mostBytes = usedBytes + hostAvailableBytes;
  return max > mostBytes ? { reason: 'more-than-host', bytes: max, mostBytes } : undefined;
}

function pages(bytes: number): number {
  return Math.floor(bytes / PAGE) * PAGE;
}
