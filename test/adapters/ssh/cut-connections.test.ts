import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SshOperator } from '../../../src/adapters/ssh/ssh-operator.ts';
import { serverPlanDigest } from '../../../src/remediation/plan-digest.ts';
import type { HelperAnswer, HelperStatus } from '../../../src/workflows/remediation-ports.ts';
import { CONFIG, CONFIG_TEXT, UNIT } from '../../target/apply/helper-rig.ts';
import { BLOCK } from '../../target/apply/plans.ts';
import { trustCount } from '../../trust-counts.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { HelperSshd } from './helper-sshd.ts';

const DEADLINE_MS = 5000;
const cuts = trustCount(24, 500);
/** The promise is 1 s; a machine that runs much else may be late, so only the full count is held to it. */
const LATEST_MS = DEADLINE_MS + trustCount(5000, 1000);

let target: HelperSshd;
let proxy: CuttingProxy;
let port: number;
const direct = new SshOperator();
const hasty = new SshOperator({ changeTimeoutMs: DEADLINE_MS });
beforeAll(async () => {
  target = new HelperSshd();
  await target.start();
  proxy = new CuttingProxy(target.sshd.port);
  port = await proxy.listen();
});
afterAll(async () => {
  await Promise.all([direct.close(), hasty.close()]);
  await proxy.close();
  await target.stop();
});

const kindOf = (answer: HelperAnswer<HelperStatus>) =>
  answer.ok ? answer.state : answer.kind === 'refused' ? answer.refusal : answer.kind;

/** Applies over a connection that is cut, asks over one that is not, and takes back. */
async function applyThrough(planId: string): Promise<{ first: string; truth: string; tookMs: number }> {
  target.files.write(CONFIG, CONFIG_TEXT);
  const plan = await target.plan();
  const began = performance.now();
  const answer = await hasty.apply(target.server({ port }), { planId, digest: serverPlanDigest(plan), plan });
  const tookMs = performance.now() - began;
  proxy.drop();
  // A helper that has begun holds the lock: asking waits for its end.
  const asked = await direct.status(target.server(), UNIT, planId);
  const truth = kindOf(asked);
  const text = target.files.read(CONFIG);
  expect(text).toBe(truth === 'activated' ? CONFIG_TEXT + BLOCK : CONFIG_TEXT);
  if (truth === 'activated') await direct.rollback(target.server(), UNIT, planId, 'next');
  return { first: kindOf(answer), truth, tookMs };
}

describe('a connection that breaks during an apply', () => {
  it.each(['close', 'silence'] as const)(
    'by %s at any byte ends in time with what is known, and what is unknown is known after asking',
    async how => {
      proxy.cut = undefined;
      expect(await applyThrough(`whole-${how}`)).toMatchObject({ first: 'activated', truth: 'activated' });
      const whole = proxy.passed;
      // Silence lasts the whole deadline each time, so it is tried less often.
      const count = how === 'close' ? cuts : Math.max(6, Math.floor(cuts / 10));
      const seen: Record<string, number> = {};
      let longestMs = 0;
      for (let at = 0; at < count; at++) {
        proxy.cut = { afterBytes: Math.floor(((at + 0.5) * whole) / count), how };
        const { first, truth, tookMs } = await applyThrough(`${how}-${at}`);
        seen[`${first}, in truth ${truth}`] = (seen[`${first}, in truth ${truth}`] ?? 0) + 1;
        longestMs = Math.max(longestMs, tookMs);
        if (first === 'not-reached') expect(truth).toBe('unknown-plan');
        else if (first === 'activated') expect(truth).toBe('activated');
        else {
          expect(first).toBe('unknown');
          expect(['activated', 'unknown-plan', 'rolled-back']).toContain(truth);
        }
      }
      console.log(
        `trust: ${count} cuts by ${how} over ${whole} bytes, longest ${Math.round(longestMs)} ms: ${JSON.stringify(seen)}`,
      );
      expect(longestMs).toBeLessThan(LATEST_MS);
      // An operator that took a broken connection for "nothing happened" would have lied in these:
      expect(seen['unknown, in truth activated'] ?? 0).toBeGreaterThan(0);
      expect(seen['unknown, in truth unknown-plan'] ?? 0).toBeGreaterThan(0);
      expect(Object.keys(seen).some(key => key.startsWith('not-reached'))).toBe(true);
    },
    7_200_000,
  );
});
