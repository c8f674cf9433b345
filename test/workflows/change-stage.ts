import type { Server } from '../../src/inventory/registry.ts';
import type { ChangePlan } from '../../src/remediation/plan.ts';
import { ApplyRuns } from '../../src/workflows/apply-runs.ts';
import { ChangeApprovals } from '../../src/workflows/change-approvals.ts';
import type {
  ChangeObserver,
  ChangeView,
  ChangeWords,
  JudgeChange,
  MeasuredSpan,
} from '../../src/workflows/change-ports.ts';
import { ChangeProposals } from '../../src/workflows/change-proposals.ts';
import { Delivery } from '../../src/workflows/delivery.ts';
import type { Operator } from '../../src/workflows/remediation-ports.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import type { Surface } from '../../src/workflows/surface-ports.ts';
import { aBrief, aPlan, type PlanWish } from '../adapters/state/remediation/changes.ts';
import type { FakeTime } from './fake-time.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const said = (text: string) => ({ text, blocks: [] });
const stateOf = ({ proposal, steps, approvals }: ChangeView) =>
  `${proposal.state} ${approvals.length}/${proposal.quorum} ${steps.map(s => `${s.server} ${s.state}`).join(', ')}`;

/** Words short enough to compare. */
export const plainChangeWords: ChangeWords = {
  card: view => said(`card ${stateOf(view)}`),
  files: () => [],
  progress: view => said(`progress ${stateOf(view)}`),
  ended: view => said(`ended ${view.proposal.state}: ${view.proposal.detail}`),
  reminder: (_, round, ask) => said(`reminder ${round} ${ask.join(' ')}`),
  brokenGlass: ({ proposal }) => said(`glass ${proposal.breakGlass?.person} ${proposal.breakGlass?.reason}`),
  outcome: (_, report) => said(`outcome ${report.verdict} ${report.measures.join(' | ')}`),
  drift: (_, server, what) => said(`drift ${server} ${what}`),
};

const NOTHING: Omit<MeasuredSpan, 'fromMs' | 'toMs'> = {
  minutes: 0,
  requests: 0,
  http502: 0,
  oomKills: 0,
  restarts: 0,
  workerEnds: 0,
};

/** One life of the process: the workflows of changes over a state and servers that outlive it. */
export class ChangeStage {
  readonly proposals: ChangeProposals;
  readonly approvals: ChangeApprovals;
  readonly runs: ApplyRuns;
  readonly delivery: Delivery;
  readonly logged: string[] = [];
  /** What the judge says; the test may say otherwise. */
  judge: JudgeChange = () => ({ verdict: 'verified', because: 'all is well' });
  readonly #time: FakeTime;
  readonly #state: State;
  #takeBack: () => void = () => {};
  #following: Promise<number | undefined> | undefined;
  #dead = false;

  constructor(
    state: State,
    time: FakeTime,
    world: { readonly chat: Surface; readonly operator: Operator; readonly observer?: ChangeObserver },
    life = 1,
  ) {
    this.#time = time;
    this.#state = state;
    let id = 0;
    const wakeDelivery = () => this.#pump();
    const log = {
      info: () => {},
      warn: (_: object, text: string) => void this.logged.push(text),
      error: (fields: object, text: string) =>
        void this.logged.push(`${text} ${String(Reflect.get(fields, 'err'))}`),
    };
    const common = { state, words: plainChangeWords, clock: time, wakeDelivery };
    this.proposals = new ChangeProposals({ ...common, ids: { next: () => `p${life}${++id}` } });
    this.approvals = new ChangeApprovals({ ...common, log, approved: () => void this.runs.look() });
    this.runs = new ApplyRuns({
      ...common,
      log,
      timer: time,
      operator: world.operator,
      serverOf: async server => ({ id: server }) as Server,
      observer: world.observer ?? {
        span: async (_, fromMs, toMs) => ({ fromMs, toMs, ...NOTHING }),
        health: async () => ({ ok: true }),
      },
      judge: (observation, phase) => this.judge(observation, phase),
      owner: `life-${life}`,
    });
    this.delivery = new Delivery({ state, surface: world.chat, clock: time, timer: time });
  }

  async start(): Promise<void> {
    await this.runs.look();
    this.#pump();
  }

  kill(): void {
    this.#dead = true;
    this.#takeBack();
  }

  /** How long a change is watched; short where a test dies very often. */
  watchMs = 10 * MINUTE;

  /** Opens a proposal and has it approved by two people. */
  async approved(wish: PlanWish = {}): Promise<string> {
    const id = await this.proposed(wish);
    await this.approve(id, 'U-ONE');
    await this.approve(id, 'U-TWO');
    return id;
  }

  async proposed(wish: PlanWish = {}, more: { readonly deliveryKey?: string } = {}): Promise<string> {
    const proposed = await this.proposals.propose({
      deliveryKey: more.deliveryKey ?? `delivery-${JSON.stringify(wish)}`,
      place: { workspace: 'T1', channel: 'C1' },
      requester: 'U-ASKS',
      reason: 'the leak',
      plan: this.#plan(wish),
      brief: aBrief(),
      quorum: 2,
      expiresAfterMs: 15 * MINUTE,
      ask: ['S0LEADS'],
    });
    if ('view' in proposed) return proposed.view.proposal.id;
    if ('same' in proposed) return proposed.same.proposal.id;
    // Delivered once more after a crash: it is there already.
    const [known] = await this.#state.remediations.ofService(wish.service ?? 'checkout', 1);
    if ('duplicate' in proposed && known) return known.id;
    throw new Error(JSON.stringify(proposed));
  }

  #plan(wish: PlanWish): ChangePlan {
    const plan = aPlan(wish);
    const { watchMs } = this;
    return {
      ...plan,
      servers: plan.servers.map(each => ({ ...each, verification: { ...each.verification, watchMs } })),
    };
  }

  async approve(id: string, person: string, key = `click-${id}-${person}`) {
    const proposal = await this.#state.remediations.find(id);
    return this.approvals.approve({
      deliveryKey: key,
      proposalId: id,
      person,
      digest: proposal?.digest ?? '',
      ownAllowed: false,
    });
  }

  #pump(): void {
    if (this.#dead) return;
    const due = this.delivery.deliverDue();
    if (due === this.#following) return;
    this.#following = due;
    void due.then(
      nextAtMs => {
        if (due !== this.#following || nextAtMs === undefined || this.#dead) return;
        this.#takeBack();
        this.#takeBack = this.#time.after(nextAtMs - this.#time.nowMs(), () => this.#pump());
      },
      error => void this.logged.push(String(error)),
    );
  }
}
