import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { WebClient } from '@slack/web-api';
import { slackChangeWords } from '../../../handlers/slack/blocks/change-telling.ts';
import { SlackSurface } from '../../../handlers/slack/slack-surface.ts';
import { DeliveryPump } from '../../../src/adapters/delivery-pump.ts';
import { SshOperator } from '../../../src/adapters/ssh/ssh-operator.ts';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { systemTimer } from '../../../src/adapters/system-timer.ts';
import { uploadBytes } from '../../../src/adapters/upload-bytes.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { changePlanDigest } from '../../../src/remediation/plan-digest.ts';
import { judgeChange } from '../../../src/remediation/verification.ts';
import { ApplyRuns } from '../../../src/workflows/apply-runs.ts';
import { ChangeApprovals } from '../../../src/workflows/change-approvals.ts';
import { ChangeProposals } from '../../../src/workflows/change-proposals.ts';
import { Delivery } from '../../../src/workflows/delivery.ts';
import { aBrief } from '../state/remediation/changes.ts';

/** What the process is told. */
export interface ApplyingProcess {
  /** Folder of the state, which outlives the process. */
  readonly place: string;
  /** Name of the change; a process that is started with it again goes on with it. */
  readonly id: string;
  readonly channel: string;
  readonly server: Server;
  readonly plan: ServerPlan;
  readonly slack: { readonly url: string; readonly token: string };
}

/**
 * Run as a process: what proposes, has approved and applies one change, over a real state, real SSH and the practice
 * Slack. Says `ready` when it begins and `ended STATE` when all is told. What people clicked they click again after a
 * restart, as Slack delivers again what nobody acknowledged.
 */
const { place, id, channel, server, plan, slack } = JSON.parse(process.argv[2] ?? '{}') as ApplyingProcess;
const say = (text: string) => writeSync(1, `${text}\n`);
const log = {
  info: () => {},
  warn: (fields: object, text: string) => say(`warn ${text} ${JSON.stringify(fields)}`),
  error: (fields: object, text: string) => say(`error ${text} ${String(Reflect.get(fields, 'err'))}`),
};
const clock = { nowMs: Date.now };
const state = await openState(place, { clock });
const client = new WebClient(slack.token, {
  slackApiUrl: slack.url,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
});
const delivery = new Delivery({
  state,
  clock,
  timer: systemTimer,
  surface: new SlackSurface({ client, upload: uploadBytes }),
});
const pump = new DeliveryPump({ deliverDue: () => delivery.deliverDue(), clock, log });
const common = { state, words: slackChangeWords(), clock, log, wakeDelivery: () => pump.wake() };
const nothing = { minutes: 0, requests: 0, http502: 0, oomKills: 0, restarts: 0, workerEnds: 0 };
const runs = new ApplyRuns({
  ...common,
  timer: systemTimer,
  operator: new SshOperator(),
  serverOf: async name => (name === server.id ? server : undefined),
  observer: {
    span: async (_, fromMs, toMs) => ({ fromMs, toMs, ...nothing }),
    health: async () => ({ ok: true }),
  },
  judge: judgeChange,
  owner: `${process.pid}`,
});
const proposals = new ChangeProposals({ ...common, ids: { next: () => id } });
const approvals = new ChangeApprovals({ ...common, approved: () => void runs.look() });

say('ready now');
await runs.look();
pump.wake();
const change = {
  service: plan.service,
  tier: 'production',
  remedy: plan.remedy,
  servers: [plan],
} as const;
await proposals.propose({
  deliveryKey: `ask-${id}`,
  place: { workspace: 'T1', channel },
  requester: 'U0ANA',
  reason: id,
  plan: change,
  brief: aBrief(),
  quorum: 2,
  expiresAfterMs: 900_000,
  ask: [],
});
for (const person of ['U0BEN', 'U0CHLOE'])
  await approvals.approve({
    deliveryKey: `click-${id}-${person}`,
    proposalId: id,
    person,
    digest: changePlanDigest(change),
    ownAllowed: false,
  });
for (;;) {
  const proposal = await state.remediations.find(id);
  const { waiting } = await state.outbox.backlog();
  if (proposal?.endedAtMs !== undefined && waiting === 0) {
    say(`ended ${proposal.state}`);
    break;
  }
  await pause(50);
}
