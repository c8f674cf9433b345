import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets the calling worker thread step back when the machine has more to do than cores: an acknowledgement to Slack is
 * due within seconds, an investigation is not. Linux takes this per thread; elsewhere it would slow the whole process
 * down, so there nothing is done.
 */
export function stepBack(): void {
  if (process.platform === 'linux') lower(0);
}

/** The same for V8's helper threads, most of whose work is to clean the heap of an investigation. */
export function stepBackHelpers(): void {
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task'))
    if (nameOf(thread) === 'V8Worker') lower(Number(thread));
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
  } catch {
    // It has ended since.
    return '';
  }
}

function lower(thread: number): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  try {
    if (getPriority(thread) < PRIORITY_BELOW_NORMAL) setPriority(thread, PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it: then all works on at the level it has.
  }
}
