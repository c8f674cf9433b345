import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import type { HelperState } from '../../src/remediation/helper-state.ts';
import type { Wish } from '../../src/remediation/remedy.ts';
import {
  type ChangeObservation,
  type CountedSpan,
  judgeChange,
  type VerifyingPhase,
} from '../../src/remediation/verification.ts';
import { LIMITS, OOM, PLAIN, planOf, RECYCLING, SET_UPS, TERMS, unitFile, WORKERS } from './host-setups.ts';
import { CONFIG, type HostSetUp, SimulatedHost } from './simulated-host.ts';

const ACTED = Date.parse('2026-11-27T12:00:00Z');
const QUIET: CountedSpan = {
  minutes: 60,
  requests: 36_000,
  http502: 0,
  oomKills: 0,
  restarts: 0,
  workerEnds: 0,
};
const SINCE: CountedSpan = { ...QUIET, minutes: 1, requests: 600 };
const FILE: HostSetUp = { unitFile: unitFile(PLAIN), files: { [CONFIG]: 'workers = 4\n' } };
const terms = { ...TERMS, firstRecycleMs: 600_000 };

/** A change that was made and did what it should. */
function applied(wish: Wish = RECYCLING, setUp: HostSetUp = FILE): ChangeObservation {
  const host = new SimulatedHost(setUp);
  const plan = planOf(planRemedy(host.observe(), wish, terms));
  host.apply(plan);
  const state = host.state();
  // Ten seconds after the action every process is three seconds old.
  const uptimeTicks = 50_000_000;
  const workers = state.workers.map(one => ({ ...one, startTicks: uptimeTicks - 300 }));
  return {
    plan,
    status: { ...state, workers, uptimeTicks },
    actedAtMs: ACTED,
    atMs: ACTED + 10_000,
    before: QUIET,
    after: SINCE,
    health: { ok: true },
  };
}

const withStatus = (about: ChangeObservation, status: Partial<HelperState>): ChangeObservation => ({
  ...about,
  status: { ...about.status, ...status },
});
const judged = (about: ChangeObservation, phase: VerifyingPhase = 'verifying') => judgeChange(about, phase);

describe('a change that was made', () => {
  it.each([
    ['recycling in the file', RECYCLING, FILE],
    ['recycling in Environment', RECYCLING, SET_UPS['in Environment']!],
    ['recycling on ExecStart', RECYCLING, SET_UPS['on ExecStart']!],
    ['recycling over an EnvironmentFile', RECYCLING, SET_UPS['in an EnvironmentFile']!],
    ['OOMPolicy', OOM, FILE],
    ['memory limits', LIMITS, FILE],
  ] as const)('is verified when everything is as promised: %s', (_, wish, setUp) => {
    const { verdict, because } = judged(applied(wish, setUp));
    expect(because).toMatch(/^In force: .* 4 workers run.* 0 of 600 requests ended in a 502\.$/);
    expect(verdict).toBe('verified');
  });

  const file = applied();
  const restarted = applied(RECYCLING, SET_UPS['on ExecStart']!);
  const old = { ...file.status.workers[0]!, startTicks: 50_000_000 - 9_000 };
  const recycledPid = { remedy: 'recycle-worker', pid: 1101, startTicks: 110_100 } as const;
  const leaving = applied(recycledPid);
  const unchanged = withStatus(file, { files: new SimulatedHost(FILE).state().files });

  it.each<[string, ChangeObservation, string, RegExp]>([
    ['the file has other numbers', unchanged, 'not-yet', /max_requests .*8000/],
    [
      'three of four workers run',
      withStatus(file, { workers: file.status.workers.slice(1) }),
      'not-yet',
      /3 of 4 workers run/,
    ],
    [
      'one worker is from before',
      withStatus(file, { workers: [old, ...file.status.workers.slice(1)] }),
      'not-yet',
      /1 worker is older than the change/,
    ],
    [
      'the health address fails',
      { ...file, health: { ok: false, detail: 'HTTP 502' } },
      'not-yet',
      /HTTP 502/,
    ],
    [
      'the worker that was to leave is still there',
      withStatus(leaving, {
        workers: [{ pid: 1101, startTicks: 110_100, rssBytes: 1 }, ...leaving.status.workers.slice(1)],
      }),
      'not-yet',
      /Worker 1101 still runs/,
    ],
    [
      'the unit failed',
      withStatus(file, { unitState: { ...file.status.unitState, ActiveState: 'failed' } }),
      'regressed',
      /The unit is failed/,
    ],
    [
      'the main process was replaced by a reload',
      withStatus(file, { master: { ...file.status.master!, pid: 999 } }),
      'regressed',
      /main process ended/,
    ],
    ['the main process was replaced by a restart', restarted, 'verified', /In force/],
    [
      'there are many 502s',
      { ...file, after: { ...SINCE, http502: 12 } },
      'regressed',
      /12 of 600 requests ended in a 502/,
    ],
    ['there are two 502s', { ...file, after: { ...SINCE, http502: 2 } }, 'verified', /2 of 600/],
    [
      'there are as many 502s as before',
      { ...file, before: { ...QUIET, http502: 720 }, after: { ...SINCE, http502: 14 } },
      'verified',
      /14 of 600/,
    ],
    [
      'workers are killed that were not before',
      { ...file, after: { ...SINCE, oomKills: 3, minutes: 10 }, before: { ...QUIET, oomKills: 0 } },
      'regressed',
      /3 workers were OOM-killed/,
    ],
    [
      'nobody can tell how old the workers are',
      withStatus(file, { uptimeTicks: undefined as never }),
      'verified',
      /workers run\./,
    ],
  ])('when %s', (_, about, verdict, because) => {
    const answer = judged(about);
    expect(answer.because).toMatch(because);
    expect(answer.verdict).toBe(verdict);
  });

  it('is taken back while it is watched when its settings are gone, and not for a worker that is being replaced', () => {
    expect(judged(unchanged, 'watching').verdict).toBe('regressed');
    const oneAway = withStatus(file, { workers: file.status.workers.slice(1) });
    expect(judged({ ...oneAway, after: { ...SINCE, workerEnds: 1 } }, 'watching').verdict).toBe('verified');
  });

  it('is taken back for a bad health address only when requests do not prove the opposite', () => {
    const sick = { ...file, health: { ok: false, detail: 'timed out' } } as const;
    expect(judged(sick, 'watching').verdict).toBe('not-yet');
    expect(judged({ ...sick, after: { ...SINCE, requests: 0 } }, 'watching').verdict).toBe('regressed');
    expect(judged({ ...sick, after: { ...SINCE, http502: 1 } }, 'watching').verdict).toBe('regressed');
  });

  it('proves recycling by the first worker that leaves, and says so while none has', () => {
    expect(judged(file, 'watching')).toMatchObject({
      verdict: 'not-yet',
      because: expect.stringMatching(/not proven yet: the first is expected 10 min after/),
    });
    const late = { ...file, atMs: ACTED + 3_600_000, status: { ...file.status, uptimeTicks: 50_000_000 } };
    expect(judged(late, 'watching')).toMatchObject({
      verdict: 'not-yet',
      because: expect.stringMatching(/No worker has been recycled 60 min after/),
    });
    expect(judged({ ...file, after: { ...SINCE, workerEnds: 3, oomKills: 1 } }, 'watching')).toMatchObject({
      verdict: 'verified',
      because: expect.stringMatching(/2 workers have been recycled as planned/),
    });
  });

  it('has no promise of recycling where workers are only counted', () => {
    const three = applied(WORKERS);
    expect(three.plan.verification).toMatchObject({ expected: { workers: 3 }, workers: 3 });
    expect(judged(three, 'watching').verdict).toBe('verified');
  });
});
