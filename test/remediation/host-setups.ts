import { planRemedy, type RemedyAnswer } from '../../src/remediation/catalogue.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import type { PlanTerms, Wish } from '../../src/remediation/remedy.ts';
import { CONFIG, type HostSetUp, SimulatedHost } from './simulated-host.ts';

const MB = 1_048_576;
export const TERMS: PlanTerms = { watchMs: 600_000, confirmWithinSeconds: 300 };
export const RECYCLING = { remedy: 'recycling', maxRequests: 8_000, maxRequestsJitter: 1_200 } as const;
export const WORKERS = { remedy: 'worker-count', workers: 3 } as const;
export const OOM = { remedy: 'oom-policy' } as const;
export const LIMITS = {
  remedy: 'memory-limits',
  memoryMaxBytes: 1_024 * MB,
  memoryHighBytes: 900 * MB,
} as const;

/** A unit file with these lines. */
export const unitFile = (...lines: readonly string[]): string =>
  ['[Service]', 'Type=notify', 'WorkingDirectory=/srv/checkout', ...lines, ''].join('\n');
export const PLAIN = 'ExecStart=/usr/bin/gunicorn --bind unix:/run/checkout.sock app:app';

/** Where Gunicorn's options may stand, and what that makes of a plan. */
export const SET_UPS: Readonly<Record<string, HostSetUp & { readonly takesEffect: 'reload' | 'restart' }>> = {
  'nowhere, and no file': { unitFile: unitFile(PLAIN), takesEffect: 'reload' },
  'in the file': {
    unitFile: unitFile(PLAIN),
    files: { [CONFIG]: 'workers = 4\nmax_requests = 1000\n' },
    takesEffect: 'reload',
  },
  'in the file, without a newline at its end': {
    unitFile: unitFile(PLAIN),
    files: { [CONFIG]: 'workers = 4\r\nname = "größer"' },
    takesEffect: 'reload',
  },
  'in Environment': {
    unitFile: unitFile(
      'Environment="GUNICORN_CMD_ARGS=--workers 4 --timeout 60 --max-requests=1000 --name \'a b\'"',
      PLAIN,
    ),
    takesEffect: 'restart',
  },
  'in an EnvironmentFile': {
    unitFile: unitFile(PLAIN),
    environmentFile: { GUNICORN_CMD_ARGS: '-w 4 --max-requests 1000' },
    takesEffect: 'restart',
  },
  'on ExecStart': {
    unitFile: unitFile(
      'ExecStart=/usr/bin/gunicorn -w4 --max-requests 1000 --access-logformat "%%(h)s \\"%%(r)s\\" $$" app:app',
    ),
    takesEffect: 'restart',
  },
};

/** The plan of an answer that has one. */
export function planOf(answer: RemedyAnswer): ServerPlan {
  if (answer.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(answer)}`);
  return answer.plan;
}

/** One wish for each remedy. */
export function wishesFor(host: SimulatedHost): readonly Wish[] {
  const { pid, startTicks } = host.observe().workers[0]!;
  return [RECYCLING, WORKERS, OOM, LIMITS, { remedy: 'recycle-worker', pid, startTicks }];
}

/** A host to which the wish was applied. */
export function appliedTo(setUp: HostSetUp, wish: Wish = RECYCLING): SimulatedHost {
  const host = new SimulatedHost(setUp);
  host.apply(planOf(planRemedy(host.observe(), wish, TERMS)));
  return host;
}
