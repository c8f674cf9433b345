import type { HelperState } from '../../../src/remediation/helper-state.ts';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { serverPlanDigest, serverPlanText, sha256 } from '../../../src/remediation/plan-digest.ts';
import { CONFIG, DROP_IN, type HelperRig, type Said, UNIT } from './helper-rig.ts';

export const BLOCK = '# BEGIN staunch\nmax_requests = 8000\nmax_requests_jitter = 1200\n# END staunch\n';

/** The request that applies a plan. */
export function applyRequest(plan: ServerPlan, planId: string): Record<string, unknown> {
  return {
    schema: 1,
    verb: plan.activation.kind === 'recycle-worker' ? 'recycle-worker' : 'apply',
    unit: plan.unit,
    planId,
    digest: serverPlanDigest(plan),
    plan: serverPlanText(plan),
    ...(plan.activation.kind !== 'recycle-worker' && { confirmWithinSeconds: plan.confirmWithinSeconds }),
  };
}

/** A plan that adds Staunch's block to the configuration file that a state shows. */
export function configPlanOf(
  state: HelperState,
  change: Partial<ServerPlan> = {},
  block: string = BLOCK,
): ServerPlan {
  const file = state.files.find(one => one.path === CONFIG);
  if (file?.base64 === undefined || state.master === undefined)
    throw new Error(`no plan can be made of ${JSON.stringify(state)}`);
  const { sha256: before = '', mode = 0, uid = 0, gid = 0 } = file;
  const bytes = Buffer.from(Buffer.from(file.base64, 'base64').toString('utf8') + block);
  return {
    schema: 1,
    service: 'checkout',
    server: 'web-1',
    hostKey: 'SHA256:r8LdXCJZ5VfNdVbTtMDRKXwNkKyfS0kFTKL8EyGkfFg',
    unit: UNIT,
    remedy: 'recycling',
    settings: { maxRequests: 8000 },
    changes: [
      {
        path: CONFIG,
        before: { sha256: before, mode, uid, gid },
        after: { sha256: sha256(bytes), mode, uid, gid, base64: bytes.toString('base64') },
      },
    ],
    precondition: {
      fragmentPath: state.unitState.FragmentPath ?? '',
      dropInPaths: (state.unitState.DropInPaths ?? '').split(' ').filter(Boolean),
      mainPid: state.master.pid,
      mainStartTicks: state.master.startTicks,
    },
    activation: { kind: 'reload' },
    verification: { expected: { max_requests: 8000 }, workers: 2, workersMustBeNew: true, watchMs: 1000 },
    confirmWithinSeconds: 300,
    ...change,
  };
}

/** A plan of what is on the rig now. */
export async function configPlan(
  rig: HelperRig,
  change: Partial<ServerPlan> = {},
  block: string = BLOCK,
): Promise<ServerPlan> {
  const { answer } = await rig.verb('state');
  if (answer.ok !== true) throw new Error(`no state: ${JSON.stringify(answer)}`);
  return configPlanOf(answer as unknown as HelperState, change, block);
}

/** A new drop-in as a change. */
export function dropInChange(text: string, owner: { uid: number; gid: number }): Partial<ServerPlan> {
  const { uid, gid } = owner;
  const base64 = Buffer.from(text).toString('base64');
  return {
    remedy: 'oom-policy',
    changes: [
      { path: DROP_IN, before: null, after: { sha256: sha256(text), mode: 0o644, uid, gid, base64 } },
    ],
  };
}

/** A plan with a drop-in instead. */
export function dropInPlan(
  rig: HelperRig,
  text: string,
  kind: 'daemon-reload' | 'restart' = 'restart',
): Promise<ServerPlan> {
  return configPlan(rig, { ...dropInChange(text, rig), activation: { kind } });
}

/** Applies a plan and gives what the helper answered. */
export async function applyPlan(rig: HelperRig, planId: string, plan: ServerPlan): Promise<Said['answer']> {
  return (await rig.ask(applyRequest(plan, planId))).answer;
}
