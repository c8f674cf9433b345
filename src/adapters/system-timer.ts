import type { Timer } from '../workflows/ports.ts';

/** Timers of this process. One that is pending keeps the process alive. */
export const systemTimer: Timer = {
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
