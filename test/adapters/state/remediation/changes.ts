import type { ChangePlan, RemedyId, ServerPlan } from '../../../../src/remediation/plan.ts';
import { changePlanDigest, sha256 } from '../../../../src/remediation/plan-digest.ts';
import type { ConsentAnswer, Proposal } from '../../../../src/workflows/remediation-ports.ts';
import type { State } from '../../../../src/workflows/state-ports.ts';
import { START_MS } from '../sample.ts';

export const MINUTE_MS = 60_000;
/** PostgreSQL goes by its own clock: what is to be past its time there has none. */
export const OVER_MS = -1;

const BEFORE = 'workers = 4\n';

export function aServerPlan(
  server: string,
  maxRequests: number,
  other: Partial<ServerPlan> = {},
): ServerPlan {
  const after = `${BEFORE}# BEGIN staunch\nmax_requests = ${maxRequests}\n# END staunch\n`;
  const file = { mode: 0o644, uid: 0, gid: 33 };
  return {
    schema: 1,
    service: 'checkout',
    server,
    hostKey: 'SHA256:r8LdXCJZ5VfNdVbTtMDRKXwNkKyfS0kFTKL8EyGkfFg',
    unit: 'checkout.service',
    remedy: 'recycling',
    settings: { maxRequests },
    changes: [
      {
        path: '/srv/checkout/gunicorn.conf.py',
        before: { sha256: sha256(BEFORE), ...file },
        after: { sha256: sha256(after), ...file, base64: Buffer.from(after).toString('base64') },
      },
    ],
    precondition: {
      fragmentPath: '/etc/systemd/system/checkout.service',
      dropInPaths: [],
      mainPid: 812,
      mainStartTicks: 4_711,
    },
    activation: { kind: 'reload' },
    verification: {
      expected: { max_requests: maxRequests },
      workers: 4,
      workersMustBeNew: true,
      watchMs: 10 * MINUTE_MS,
    },
    confirmWithinSeconds: 300,
    ...other,
  };
}

export interface PlanWish {
  readonly service?: string;
  readonly remedy?: RemedyId;
  readonly servers?: readonly string[];
  readonly maxRequests?: number;
}

export function aPlan(wish: PlanWish = {}): ChangePlan {
  const {
    service = 'checkout',
    remedy = 'recycling',
    servers = ['web-1', 'web-2'],
    maxRequests = 800,
  } = wish;
  return {
    service,
    tier: 'production',
    remedy,
    servers: servers.map(server => aServerPlan(server, maxRequests, { service, remedy })),
  };
}

/** What people would be shown; nothing in the state depends on it. */
export function aBrief(): Proposal['brief'] {
  return {
    remedy: 'recycling',
    what: 'Recycle the workers of checkout',
    where: 'web-1, web-2',
    why: ['a worker is killed each hour'],
    ticks: [],
    diffs: [],
    effects: [],
    rollback: 'The old bytes are put back.',
    settings: {},
    ask: [],
  };
}

type NewProposal = Omit<Proposal, 'state' | 'version'>;

/** @param lastingMs how long it may be approved */
export function aProposal(
  id: string,
  wish: PlanWish = {},
  other: Partial<NewProposal> & { lastingMs?: number } = {},
): NewProposal {
  const { lastingMs = 15 * MINUTE_MS, ...fields } = other;
  const plan = aPlan(wish);
  const createdAtMs = other.createdAtMs ?? START_MS;
  return {
    id,
    digest: changePlanDigest(plan),
    plan,
    brief: aBrief(),
    incidentId: 'i1',
    channel: 'C1',
    requester: 'U-ASKS',
    reason: 'the leak kills a worker each hour',
    quorum: 1,
    createdAtMs,
    expiresAtMs: createdAtMs + lastingMs,
    ...fields,
  };
}

/** Opens a proposal that must be new. */
export async function proposed(state: Pick<State, 'remediations'>, proposal: NewProposal): Promise<Proposal> {
  const answer = await state.remediations.propose(proposal);
  if (answer?.proposal.id !== proposal.id) throw new Error(`${proposal.id} was not opened`);
  return answer.proposal;
}

export const approve = (
  state: Pick<State, 'remediations'>,
  proposal: Pick<Proposal, 'id' | 'digest'>,
  approver = 'U-ONE',
  other: { digest?: string; ownAllowed?: boolean; atMs?: number } = {},
): Promise<ConsentAnswer> =>
  state.remediations.approve(proposal.id, {
    digest: proposal.digest,
    approver,
    atMs: START_MS,
    ownAllowed: false,
    ...other,
  });

/** Opens a proposal, has it approved and claims its first server. */
export async function begun(state: Pick<State, 'remediations'>, id: string, wish: PlanWish = {}) {
  const proposal = await proposed(state, aProposal(id, wish));
  await approve(state, proposal);
  const step = await state.remediations.claim(id, 'p1', START_MS);
  if (!step) throw new Error(`${id} was not claimed`);
  return step;
}

/** The reason of a refusal; `ok` where there was none. */
export const reasonOf = (answer: ConsentAnswer) => (answer.ok ? 'ok' : answer.refusal.reason);
