import type { NextStep } from '../../../src/guidance/next-step.ts';
import type { TimelineEvent } from '../../../src/report/incident-timeline.ts';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { ShiftOverview } from '../../../src/workflows/shift-overview.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import {
  incidentGoneNotice,
  joinedNotice,
  keptNotice,
  otherCardNotice,
  sayMoreNotice,
  staunchHelpNotice,
  unknownCommandNotice,
  whichIncidentNotice,
} from './incident-notices.ts';
import { resolveView, stepNoteView } from './incident-views.ts';
import { handoverMessage, hostsMessage, statusMessage } from './overview-messages.ts';
import { slackIncidentWords } from './step-card.ts';
import { timelineMessage } from './timeline-message.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 10, 20);
const MINUTE_MS = 60_000;

/** An incident in the middle of its steps; `take` gives every text that somebody else wrote. */
export function sampleStanding(take: (usual: string) => string, more: Partial<Standing> = {}): Standing {
  return {
    incident: {
      id: '7c9e66797425440de944b07fc1f90ae7',
      service: take('checkout'),
      workspace: 'T0SAMPLE',
      channel: 'C0SAMPLE',
      openedBy: 'U0SAMPLE',
      openedAtMs: NOW_MS,
    },
    number: 12,
    origin: 'alert',
    state: 'investigating',
    severity: 'high',
    owner: 'U0SAMPLE',
    playbook: 'gateway-502',
    notice: take('3 of 12 alerts fire: HighErrorRate on web-1, web-2.'),
    openSinceMs: NOW_MS,
    card: { number: 3, atMs: NOW_MS, step: sampleSteps(take)[0]?.[1] ?? aLook(take) },
    version: 7,
    changedAtMs: NOW_MS,
    ...more,
  };
}

function aLook(take: (usual: string) => string): NextStep {
  return {
    id: 'does-it-fit',
    kind: 'look',
    title: take('Does the limit fit the workers?').slice(0, 60),
    look: take(
      'Add up what the workers take and compare it with MemoryMax; then see what the host has left.',
    ),
    command: take('systemctl show -p MemoryMax gunicorn.service; free -m'),
    means: take('Workers that do not fit when they are young need a higher limit or fewer workers.'),
    primary: { kind: 'choose', label: take('I cannot tell yet').slice(0, 40), answer: 'unsure' },
    alternatives: [
      { kind: 'choose', label: take('They never fit').slice(0, 40), answer: 'too-low' },
      { kind: 'choose', label: take('They grow until it is reached').slice(0, 40), answer: 'grow' },
    ],
    canBeSkipped: true,
    settled: 1,
  };
}

/** One step of each kind, by name. */
function sampleSteps(take: (usual: string) => string): readonly (readonly [string, NextStep])[] {
  const look = aLook(take);
  const { command: _, ...bare } = look;
  return [
    ['a look', look],
    [
      'a change',
      {
        ...bare,
        primary: {
          kind: 'propose',
          label: take('Plan OOMPolicy=continue').slice(0, 40),
          remedy: 'oom-policy',
        },
        alternatives: [{ kind: 'done', label: take('Done another way').slice(0, 40) }],
      },
    ],
    [
      'the watch',
      {
        ...bare,
        id: 'watch',
        kind: 'watch',
        title: take('Watch it for 30 min').slice(0, 60),
        primary: { kind: 'diagnose', label: 'Look again', fromMs: NOW_MS },
        alternatives: [{ kind: 'resolve', label: 'Close now', reason: take('The cause is known.') }],
        canBeSkipped: false,
        dueAtMs: NOW_MS + 30 * MINUTE_MS,
      },
    ],
    [
      'the close',
      {
        ...bare,
        id: 'close',
        kind: 'close',
        primary: { kind: 'resolve', label: 'Resolve', reason: take('Nothing was wrong.') },
        alternatives: [{ kind: 'diagnose', label: 'Diagnose again' }],
        canBeSkipped: false,
      },
    ],
  ];
}

/** Every message of incidents, by name. */
export function incidentMessages(
  warnings: readonly Warning[],
  take: (usual: string) => string = usual => usual,
): readonly (readonly [name: string, message: Message])[] {
  const words = slackIncidentWords();
  const standing = sampleStanding(take);
  const [, look] = sampleSteps(take)[0] ?? ['', aLook(take)];
  const answer = { step: look.id, how: 'chosen' as const, answer: 'unsure', note: take('The cache grows.') };
  const entry = {
    kind: 'answer',
    atMs: NOW_MS,
    actor: 'U0SAMPLE',
    title: look.title,
    label: take('They grow'),
    answer,
  } as const;
  const resolved = {
    atMs: NOW_MS,
    by: 'U0SAMPLE',
    reason: take('The limit was raised and nothing was killed since.'),
  };
  const overview = sampleOverview(warnings, take);
  return [
    ...sampleSteps(take).map(
      ([name, step]) => [`next step: ${name}`, words.card(standing, step, 3)] as const,
    ),
    ['next step: nobody has taken it', words.card(without(standing), look, 3)],
    ['past step: answered', words.pastCard(standing, look, { kind: 'answered', entry })],
    ['past step: overtaken', words.pastCard(standing, look, { kind: 'overtaken' })],
    ['past step: resolved', words.pastCard(standing, look, { kind: 'resolved' })],
    ['resolved', words.resolved(sampleStanding(take, { state: 'resolved', resolved }))],
    ['open again', words.reopened(standing, take('502s came back.'))],
    ['alerts over', words.alertsOver(standing, take('All 12 alerts are over: HighErrorRate on web-1.'))],
    ['timeline', timelineMessage(standing, sampleEvents(take))],
    [
      'timeline of much',
      timelineMessage(standing, Array.from({ length: 40 }, () => sampleEvents(take)).flat()),
    ],
    ['timeline of nothing', timelineMessage(standing, [])],
    ['status', statusMessage(overview)],
    [
      'status when nothing is open',
      statusMessage({ atMs: NOW_MS, incidents: [], warnings: [], snoozed: [], waiting: [], underWay: [] }),
    ],
    ['hand-over', handoverMessage({ ...overview, incidents: Array.from({ length: 30 }, () => standing) })],
    [
      'hosts',
      hostsMessage([
        {
          service: take('checkout'),
          isWatched: true,
          gaps: [take('its kernel log cannot be read')],
          servers: [{ id: take('web-1') }, { id: take('web-2'), silentSinceMs: NOW_MS }],
        },
        { service: take('search'), isWatched: false, gaps: [], servers: [{ id: take('search-1') }] },
      ]),
    ],
    ...incidentNotices(standing, take),
  ];
}

function incidentNotices(
  standing: Standing,
  take: (usual: string) => string,
): readonly (readonly [string, Message])[] {
  return [
    ['notice: incident gone', incidentGoneNotice()],
    ['notice: other card', otherCardNotice()],
    ['notice: joined', joinedNotice(standing, false)],
    ['notice: joined while running', joinedNotice(standing, true)],
    ['notice: which incident', whichIncidentNotice(take('timeline'))],
    ['notice: say more', sayMoreNotice('A severity is low, high or critical.', '@staunch severity critical')],
    ['notice: kept', keptNotice('Noted. It stands in the timeline of the incident.')],
    ['notice: unknown command', unknownCommandNotice(take('statsu'), ['status'])],
    ['notice: unknown command, nothing near', unknownCommandNotice(take('frobnicate'), [])],
    ['notice: staunch help', staunchHelpNotice()],
  ];
}

/** Every modal of incidents, by name. */
export function incidentModals(
  take: (usual: string) => string = usual => usual,
): readonly (readonly [name: string, view: object])[] {
  const standing = sampleStanding(take);
  return [
    ['note at a step', stepNoteView(standing)],
    ['resolve the incident', resolveView(standing, take('The cause is known and looked after.'))],
  ];
}

function without({ owner: _, ...standing }: Standing): Standing {
  return standing;
}

function sampleOverview(warnings: readonly Warning[], take: (usual: string) => string): ShiftOverview {
  return {
    atMs: NOW_MS,
    incidents: [
      sampleStanding(take),
      without(sampleStanding(take, { state: 'watching', severity: 'critical' })),
    ],
    warnings,
    snoozed: warnings.filter(({ snooze }) => snooze !== undefined),
    waiting: [],
    underWay: [],
    stopped: { by: 'U0SAMPLE', why: take('The migration runs.'), atMs: NOW_MS },
  };
}

function sampleEvents(take: (usual: string) => string): readonly TimelineEvent[] {
  const event = (minutes: number, actor: string, text: string, evidence: readonly string[] = []) => ({
    atMs: NOW_MS + minutes * MINUTE_MS,
    actor,
    text: take(text),
    evidence,
  });
  return [
    event(-6, 'server', '9 workers ended (pid 832, 829): worker OOM kill.', ['E1', 'E8']),
    event(0, 'staunch', 'Opened: an alert.'),
    event(1, 'staunch', 'Verdict: 502s on checkout: worker OOM kill (CONFIRMED).'),
    event(3, 'U0SAMPLE', 'Note: the cache was cleared.'),
  ];
}
