import { describe, expect, it } from 'vitest';
import { trustCount } from '../../../trust-counts.ts';
import { temporaryState } from '../temporary-state.ts';
import { race } from './racing-clicks.ts';

const PLANS = trustCount(8, 100);
const CLICKS = trustCount(40, 200);
const CONTROL_PLANS = trustCount(4, 20);
const LONG_MS = 1_200_000;

describe('two processes that click on one file', () => {
  const temporary = temporaryState();
  const run = (variant: 'asStaunch' | 'readThenWrite', plans: number) =>
    race({
      ...{ variant, plans, processes: 2, clicks: CLICKS },
      ...{ home: temporary.folder, place: temporary.file },
    });

  it(`apply each of ${PLANS} plans once, clicked ${CLICKS} times`, { timeout: LONG_MS }, async () => {
    expect(await run('asStaunch', PLANS)).toMatchObject({ once: PLANS, several: 0, never: 0 });
  });

  it('would be caught if the state were read first and written later', { timeout: LONG_MS }, async () => {
    expect((await run('readThenWrite', CONTROL_PLANS)).several).toBeGreaterThan(0);
  });
});
