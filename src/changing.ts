import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { slackChangeWords } from '../handlers/slack/blocks/change-telling.ts';
import { remindersOf } from '../handlers/slack/change-terms.ts';
import type { SlackContext } from '../handlers/slack/slack-context.ts';
import type { CachedRegistry } from './adapters/cached-registry.ts';
import type { Chore } from './adapters/housekeeping.ts';
import { httpHealth } from './adapters/http-health.ts';
import type { InvestigatorThread } from './adapters/investigator-thread.ts';
import { type OperatorChoice, openChosenOperator } from './adapters/operator-choice.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { judgeChange } from './remediation/verification.ts';
import { ApplyRuns } from './workflows/apply-runs.ts';
import { ChangeApprovals } from './workflows/change-approvals.ts';
import { ChangeProposals } from './workflows/change-proposals.ts';
import { OutcomeReports } from './workflows/outcome-reports.ts';
import { ServicePlanner } from './workflows/planner.ts';
import type { Clock, Ids, Log } from './workflows/ports.ts';
import { StoredObserver } from './workflows/stored-observer.ts';
import { watchedGrowth } from './workflows/watched-growth.ts';

export interface ChangingOptions {
  readonly state: OpenedState;
  readonly registry: CachedRegistry;
  readonly investigator: InvestigatorThread;
  readonly operator: OperatorChoice;
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
  wakeDelivery(): void;
}

/** Changes of servers in a running Staunch. */
export interface Changing {
  readonly slack: SlackContext['changes'];
  readonly chores: readonly Chore[];
  /** Goes on with what an earlier start began. */
  resume(): Promise<void>;
  /** Leaves everything between two steps; the next start goes on. */
  stop(): Promise<void>;
}

/** A call to a server that is under way; the dead man's switch on it holds for minutes. */
const DRAIN_MS = 20_000;

/** Starts what plans, approves, applies and looks after changes. */
export async function startChanging(options: ChangingOptions): Promise<Changing> {
  const { state, registry, investigator, clock, log, ids, wakeDelivery } = options;
  const operator = await openChosenOperator(options.operator);
  const words = slackChangeWords();
  const current = async () => {
    const stored = await registry.read();
    return stored.ok ? stored.registry : registry.last();
  };
  const serviceOf = async (id: string) => (await current())?.services.get(id);
  const serverOf = async (id: string) => (await current())?.servers.get(id);
  const observer = new StoredObserver({ samples: state.samples, serviceOf, health: httpHealth });
  const common = { state, words, clock, log, wakeDelivery };
  const runs = new ApplyRuns({
    ...common,
    timer: systemTimer,
    operator,
    serverOf,
    observer,
    judge: judgeChange,
    owner: `${hostname()} ${process.pid} ${randomUUID()}`,
  });
  const approvals = new ChangeApprovals({ ...common, approved: () => void runs.look() });
  const outcomes = new OutcomeReports({ ...common, observer, operator, serverOf });
  return {
    slack: {
      planner: new ServicePlanner({
        operator,
        watched: service => watchedGrowth(service, state.samples, clock.nowMs()),
        registry: current,
        plan: (request, cancel) => investigator.plan(request, cancel),
        log,
      }),
      proposals: new ChangeProposals({ ...common, ids }),
      approvals,
    },
    chores: [
      {
        name: 'look after open changes',
        at: '*/5 * * * * *',
        async perform() {
          await approvals.tend(async proposal =>
            remindersOf(await serviceOf(proposal.plan.service), proposal),
          );
          await runs.look();
        },
      },
      { name: 'report what changes came to', at: '20 * * * * *', perform: () => outcomes.report() },
      {
        name: 'look whether changes are in force',
        at: '0 41 6 * * *',
        perform: () => outcomes.lookForDrift(),
      },
    ],
    resume: () => runs.look(),
    async stop() {
      await runs.drain(DRAIN_MS);
      await operator.close();
    },
  };
}
