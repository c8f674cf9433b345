import { describe, expect, it } from 'vitest';
import { trustCount } from '../../trust-counts.ts';
import { postgresServer } from './postgres-for-tests.ts';
import type { Race } from './remediation/racing-clicks.ts';
import { race } from './remediation/racing-clicks.ts';

const PROCESSES = 8;
const PLANS = trustCount(8, 100);
const CLICKS = trustCount(40, 200);
const CONTROL_PLANS = trustCount(4, 20);
const LONG_MS = 1_200_000;

describe('eight processes that click on one PostgreSQL', () => {
  const postgres = postgresServer();
  const run = async (variant: Race['variant'], plans: number, clicks = CLICKS) => {
    const place = await postgres.server.address();
    return race({ variant, plans, clicks, processes: PROCESSES, place, home: place });
  };

  it(`apply each of ${PLANS} plans once, clicked ${CLICKS} times`, { timeout: LONG_MS }, async () => {
    expect(await run('asStaunch', PLANS)).toMatchObject({ once: PLANS, several: 0, never: 0 });
  });

  it('never leave one without its approvals when the last of them come at once', {
    timeout: LONG_MS,
  }, async () => {
    expect(await run('asStaunch', PLANS, PROCESSES)).toMatchObject({ once: PLANS });
  });

  it('would be caught if the state were read first and written later', { timeout: LONG_MS }, async () => {
    expect((await run('readThenWrite', CONTROL_PLANS)).several).toBeGreaterThan(0);
  });

  it('would be caught if approvals were counted without holding the plan', { timeout: LONG_MS }, async () => {
    expect((await run('withoutHolding', CONTROL_PLANS, PROCESSES)).never).toBeGreaterThan(0);
  });
});
