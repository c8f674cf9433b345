import type { IncidentRecord, RecordedChange, RecordedRun } from '../../src/report/incident-record.ts';
import { aDocument, confirmedOom } from './documents.ts';

export const OPENED_MS = Date.parse('2026-11-22T10:15:00Z');
const MINUTE_MS = 60_000;
const at = (minutes: number) => OPENED_MS + minutes * MINUTE_MS;

export const aChange = (other: Partial<RecordedChange> = {}): RecordedChange => ({
  what: 'Let checkout go on when the kernel kills one worker: OOMPolicy=continue',
  where: 'web-1: /etc/systemd/system/checkout.service.d/90-staunch.conf (new)',
  why: ['One kill took all workers down.'],
  rollback: 'The file is removed and systemd reads its units again.',
  diffs: [
    {
      server: 'web-1',
      path: '/etc/systemd/system/checkout.service.d/90-staunch.conf',
      text: '--- /dev/null\n+++ 90-staunch.conf\n@@ -0,0 +1,2 @@\n+[Service]\n+OOMPolicy=continue\n',
    },
  ],
  requester: 'U0ANA',
  reason: 'One kill took the whole shop down.',
  digest: '9f3c'.repeat(16),
  quorum: 2,
  state: 'done',
  detail: 'Applied and verified on 1 server.',
  createdAtMs: at(3),
  endedAtMs: at(8),
  approvals: [
    { approver: 'U0BEN', atMs: at(4) },
    { approver: 'U0CHLOE', atMs: at(5) },
  ],
  steps: [{ server: 'web-1', state: 'done', changedAtMs: at(8), actedAtMs: at(6) }],
  ...other,
});

export const aRecordedRun = (other: Partial<RecordedRun> = {}): RecordedRun => ({
  askedBy: 'staunch',
  askedAtMs: OPENED_MS,
  because: 'Alerts told of it.',
  window: { fromMs: OPENED_MS - 30 * MINUTE_MS, toMs: OPENED_MS },
  state: 'done',
  endedAtMs: at(0.1),
  isLook: false,
  document: confirmedOom(),
  feedback: [],
  ...other,
});

/** An incident from an alert over a change to its end. */
export const aRecord = (other: Partial<IncidentRecord> = {}): IncidentRecord => ({
  number: 12,
  service: 'checkout',
  origin: 'alert',
  openedBy: 'staunch',
  openedAtMs: OPENED_MS,
  severity: 'critical',
  owner: 'U0ANA',
  playbook: 'gateway-502',
  resolved: { atMs: at(45), by: 'U0ANA', reason: 'OOMPolicy=continue is in force; no request failed since.' },
  runs: [
    aRecordedRun(),
    aRecordedRun({
      isLook: true,
      askedBy: 'U0ANA',
      askedAtMs: at(40),
      endedAtMs: at(40.1),
      window: { fromMs: at(8), toMs: at(40) },
      document: aDocument({ window: { from: '2026-11-22T10:23:00.000Z', to: '2026-11-22T10:55:00.000Z' } }),
    }),
  ],
  entries: [
    {
      kind: 'opened',
      atMs: OPENED_MS,
      actor: 'staunch',
      origin: 'alert',
      because: '3 alerts fire: HighErrorRate.',
    },
    { kind: 'owner', atMs: at(1), actor: 'U0ANA', owner: 'U0ANA' },
    {
      kind: 'answer',
      atMs: at(8),
      actor: 'staunch',
      title: 'One kill stops the whole service',
      label: 'Plan OOMPolicy=continue',
      answer: { how: 'done', note: 'The change was applied and verified.' },
    },
    {
      kind: 'answer',
      atMs: at(9),
      actor: 'U0ANA',
      title: 'Let the growth be measured',
      answer: { how: 'skipped' },
    },
    {
      kind: 'pin',
      atMs: at(10),
      actor: 'U0BEN',
      text: 'the release of 09:50 added the cache',
      link: 'https://acme.slack.com/archives/C1/p1',
    },
    { kind: 'note', atMs: at(11), actor: 'U0ANA', text: 'asked the owners of the cache' },
    { kind: 'outcome', atMs: at(24), actor: 'staunch', text: 'It helped: no 502 in 1,204 requests since.' },
    {
      kind: 'resolved',
      atMs: at(45),
      actor: 'U0ANA',
      reason: 'OOMPolicy=continue is in force; no request failed since.',
    },
  ],
  changes: [aChange()],
  kills: [],
  minutes: [
    { atMs: at(-4), requests: 200, http502: 5, http504: 0 },
    { atMs: at(-3), requests: 210, http502: 4, http504: 0 },
    { atMs: at(20), requests: 220, http502: 0, http504: 0 },
  ],
  ...other,
});
