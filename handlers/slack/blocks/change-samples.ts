import type { ChangeView } from '../../../src/workflows/change-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Planned, ProposalBrief } from '../../../src/workflows/planned-change.ts';
import { PROPOSAL_STATES } from '../../../src/workflows/remediation-ports.ts';
import {
  changeGoneNotice,
  changesAllowedNotice,
  changesStoppedNotice,
  changeUnderWayNotice,
  consentRefusedNotice,
  notPlannedNotice,
  otherPlanNotice,
  sameChangeNotice,
  stoppedNotice,
} from './change-notices.ts';
import { slackChangeWords } from './change-telling.ts';
import { approveView, breakGlassView, markAppliedView, rejectView } from './consent-views.ts';
import { homeView } from './home-view.ts';
import { reviewLoadingView, reviewView } from './review-view.ts';

const AT_MS = Date.UTC(2026, 10, 22, 10, 20);
const DIGEST = '9f3c1a2b4d5e6f708192a3b4c5d6e7f809a1b2c3d4e5f60718293a4b5c6d7e8f';
const CHANNEL = 'C0SAMPLE';

/** Every message and view about changes, with these words wherever words of servers and people are. */
export function changeSamples(
  text = 'web-1: a worker of checkout is killed each hour.',
  person = 'U0SAMPLE',
): readonly {
  readonly name: string;
  readonly kind: 'message' | 'modal' | 'home';
  readonly payload: Message | object;
}[] {
  const words = slackChangeWords();
  const message = (name: string, payload: Message) => ({ name, kind: 'message' as const, payload });
  const modal = (name: string, payload: object) => ({ name, kind: 'modal' as const, payload });
  const open = changeOf({ text, person });
  const subject = { service: 'checkout', channel: CHANNEL };
  const report = {
    dueAtMs: AT_MS + 86_400_000,
    actedAtMs: AT_MS,
    headline: text,
    measures: [text, text],
    followUp: text,
  };
  return [
    ...PROPOSAL_STATES.map(state => message(`change card: ${state}`, words.card(ended(open, state, text)))),
    message('change card of a long diff', words.card(withDiffOf(open, 60))),
    message('change card by hand', words.card(byHand(open))),
    message('change progress', words.progress(ended(open, 'applying', text))),
    message('change ended: done', words.ended(ended(open, 'done', text))),
    message('change ended: rolled back', words.ended(ended(open, 'rolled-back', text))),
    message('change reminder', words.reminder(open, 2, [person])),
    message(
      'glass broken',
      words.brokenGlass({ ...open, proposal: { ...open.proposal, breakGlass: { person, reason: text } } }),
    ),
    ...(['better', 'same', 'worse', 'too-little-traffic', 'not-measured'] as const).map(verdict =>
      message(`outcome: ${verdict}`, words.outcome(open, { ...report, verdict })),
    ),
    message('drift', words.drift(open, text, text)),
    ...noticesOf(text),
    modal('review, loading', reviewLoadingView({ ...subject, service: text })),
    ...plannedOf(open.proposal.brief, text).map(([name, planned]) =>
      modal(`review, ${name}`, reviewView(subject, planned)),
    ),
    modal('approve', approveView(open, true)),
    modal('reject', rejectView(open)),
    modal('break glass', breakGlassView(open)),
    modal('mark applied', markAppliedView(byHand(open))),
    {
      name: 'home with changes',
      kind: 'home' as const,
      payload: homeView({
        services: [],
        changes: {
          pending: [open],
          going: [ended(open, 'applying', text)],
          stopped: { by: person, why: text },
        },
        version: '0.0.0',
      }),
    },
  ];

  function noticesOf(said: string) {
    const notices: readonly (readonly [name: string, notice: Message])[] = [
      ['change is gone', changeGoneNotice()],
      ['another plan', otherPlanNotice()],
      ['change under way', changeUnderWayNotice(said)],
      ['the same change', sameChangeNotice()],
      ['not planned', notPlannedNotice(said, [said])],
      ['changes are stopped', stoppedNotice(said, AT_MS)],
      ['changes were stopped', changesStoppedNotice(said)],
      ['changes are allowed', changesAllowedNotice()],
      ['own proposal', consentRefusedNotice({ reason: 'own-proposal' })],
      ['not open', consentRefusedNotice({ reason: 'not-open', state: 'done' })],
      ['expired', consentRefusedNotice({ reason: 'expired', expiresAtMs: AT_MS })],
      ['approved already', consentRefusedNotice({ reason: 'already-approved' })],
      ['clock set', consentRefusedNotice({ reason: 'clock-set' })],
      ['by hand', consentRefusedNotice({ reason: 'by-hand' })],
      ['not by hand', consentRefusedNotice({ reason: 'not-by-hand' })],
    ];
    return notices.map(([name, notice]) => message(`change notice: ${name}`, notice));
  }
}

function plannedOf(
  brief: ProposalBrief,
  text: string,
): readonly (readonly [name: string, planned: Planned])[] {
  const plan = changeOf({ text, person: 'U0SAMPLE' }).proposal.plan;
  const numbers = { maxRequests: 1_840, maxRequestsJitter: 0 };
  return [
    ['a plan', { kind: 'plan', plan, brief }],
    ['by hand', { kind: 'by-hand', brief, why: text }],
    [
      'refused, with numbers to choose',
      { kind: 'refused', remedy: 'recycling', reason: text, instead: [text], settings: numbers, brief },
    ],
    ['refused', { kind: 'refused', remedy: 'oom-policy', reason: text, instead: [], settings: {} }],
    ['a problem', { kind: 'problem', problem: text }],
  ];
}

function changeOf({ text, person }: { readonly text: string; readonly person: string }): ChangeView {
  const diff = `--- /srv/checkout/gunicorn.conf.py\n+++ /srv/checkout/gunicorn.conf.py\n ${text}\n+max_requests = 1840`;
  const servers = ['web-1', 'web-2'];
  return {
    proposal: {
      id: '7c9e667974254',
      digest: DIGEST,
      plan: {
        service: 'checkout',
        tier: 'production',
        remedy: 'recycling',
        servers: servers.map(server => ({
          schema: 1,
          service: 'checkout',
          server,
          hostKey: 'SHA256:sample',
          unit: 'checkout.service',
          remedy: 'recycling',
          settings: { maxRequests: 1_840, maxRequestsJitter: 460 },
          changes: [],
          precondition: { fragmentPath: '', dropInPaths: [], mainPid: 1, mainStartTicks: 1 },
          activation: { kind: 'reload' },
          verification: { expected: {}, workers: 4, workersMustBeNew: true, watchMs: 600_000 },
          confirmWithinSeconds: 300,
        })),
      },
      brief: {
        remedy: 'recycling',
        what: 'Recycle the workers of checkout before they fill the memory: max_requests = 1840, max_requests_jitter = 460',
        where: servers.map(server => `${server}: ${text}`).join('\n'),
        why: [text],
        ticks: [
          { state: 'ok', text },
          { state: 'warn', text: `Requests wait while the new workers import the app. ${text}` },
          { server: 'web-2', state: 'ok', text: 'There is room on the disk.' },
        ],
        diffs: servers.map(server => ({ server, path: '/srv/checkout/gunicorn.conf.py', text: diff })),
        effects: [text],
        rollback: 'The exact bytes, mode and owner of before come back.',
        settings: { maxRequests: 1_840, maxRequestsJitter: 460 },
        ask: [person],
      },
      incidentId: 'sample',
      channel: CHANNEL,
      requester: person,
      reason: text,
      quorum: 2,
      state: 'open',
      version: 1,
      createdAtMs: AT_MS,
      expiresAtMs: AT_MS + 900_000,
    },
    incident: {
      id: 'sample',
      service: 'checkout',
      workspace: 'T0SAMPLE',
      channel: CHANNEL,
      openedBy: person,
      openedAtMs: AT_MS,
    },
    approvals: [{ proposalId: '7c9e667974254', approver: person, digest: DIGEST, atMs: AT_MS }],
    steps: servers.map((server, position) => ({
      proposalId: '7c9e667974254',
      server,
      position,
      state: 'waiting',
      version: 1,
      changedAtMs: AT_MS,
    })),
  };
}

function ended(view: ChangeView, state: ChangeView['proposal']['state'], detail: string): ChangeView {
  const states = ['done', 'unknown'] as const;
  return {
    ...view,
    proposal: { ...view.proposal, state, ...(state !== 'open' && { detail }) },
    steps: view.steps.map((step, at) => ({ ...step, state: states[at] ?? 'waiting', detail })),
  };
}

function withDiffOf(view: ChangeView, lines: number): ChangeView {
  const text = Array.from({ length: lines }, (_, at) => `+line ${at + 1}`).join('\n');
  const diffs = [{ server: 'web-1', path: '/srv/checkout/gunicorn.conf.py', text }];
  return { ...view, proposal: { ...view.proposal, brief: { ...view.proposal.brief, diffs } } };
}

function byHand(view: ChangeView): ChangeView {
  const { proposal } = view;
  const commands = [{ server: 'web-1', lines: ['sudo systemctl reload checkout.service'] }];
  return {
    ...view,
    proposal: {
      ...proposal,
      plan: { ...proposal.plan, servers: [] },
      brief: { ...proposal.brief, commands },
    },
    steps: [],
  };
}
