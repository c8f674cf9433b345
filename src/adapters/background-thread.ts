import { constants, setPriority } from 'node:os';

/**
 * Lets the calling worker thread step back when the machine has more to do than cores: an acknowledgement to Slack is
 * due within seconds, an investigation is not. Linux takes this per thread; elsewhere it would slow the whole process
 * down, so there nothing is done.
 */
export function stepBack(): void {
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
}
