import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late this thread comes to what is due: told to the parent when it asks, and counted anew. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RESOLUTION_MS = 1;

export function answerWithLoopDelay(): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', () => {
    const late = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    process.send?.({ p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) } satisfies LoopDelay);
    delay.reset();
  });
  process.once('disconnect', () => process.exit(0));
}
