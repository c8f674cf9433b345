import { loadPlaybook } from '../../src/adapters/playbook-files.ts';
import { createMasking } from '../../src/report/masking.ts';
import type { IncidentPorts } from '../../src/workflows/incident-changing.ts';
import { IncidentDesk } from '../../src/workflows/incident-desk.ts';
import { IncidentFollowing } from '../../src/workflows/incident-following.ts';
import type { IncidentWords } from '../../src/workflows/incident-words-port.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import { confirmedOom } from '../report/documents.ts';
import { aQuestion, aStage } from './chat-stage.ts';
import type { FakeTime } from './fake-time.ts';
import { plainTelling } from './written-chat.ts';

const said = (text: string) => ({ text, blocks: [] });

/** Words short enough to compare. */
export const plainIncidentWords: IncidentWords = {
  card: (_, step, number) => said(`card ${number}: ${step.id}`),
  pastCard: (_, step, past) =>
    said(`past ${step.id}: ${past.kind === 'answered' ? past.entry.answer.how : past.kind}`),
  resolved: ({ resolved }) => said(`resolved: ${resolved?.reason}`),
  reopened: (_, because) => said(`open again: ${because}`),
  alertsOver: (_, notice) => said(`alerts over: ${notice}`),
};

const quiet = { info() {}, warn() {}, error() {} };

export function incidentPorts(
  state: State,
  time: FakeTime,
  more: Partial<IncidentPorts> = {},
): IncidentPorts {
  return {
    state,
    telling: plainTelling,
    words: plainIncidentWords,
    clock: time,
    log: quiet,
    mask: createMasking(),
    wakeDelivery() {},
    guidanceOf: async () => undefined,
    ...more,
  };
}

/** Incidents without a playbook: they are joined and opened again, and show no next step. */
export function followingOf(state: State, time: FakeTime): IncidentFollowing {
  return new IncidentFollowing(incidentPorts(state, time));
}

/** Incidents that are led by the shipped playbook, and what people do in them. */
export async function anIncidentStage() {
  const reading = await loadPlaybook('gateway-502');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const guidance = { playbook: reading.playbook, unit: 'gunicorn.service' };
  const portsOf = (state: State, time: FakeTime) =>
    incidentPorts(state, time, { guidanceOf: async () => guidance });
  const base = await aStage(
    {},
    state => state,
    (state, time) => new IncidentFollowing(portsOf(state, time)),
  );
  const { state, time, stage, runs, chat, investigator } = base;
  const oom = confirmedOom();
  const stops = { server: 'web-1', source: 'unit-state' as const, at: null, text: 'OOMPolicy=stop' };
  investigator.script = ({ service }) => ({
    tookMs: 4_000,
    result: { ok: true, document: { ...oom, service, evidence: { ...oom.evidence, E99: stops } } },
  });
  const desk = new IncidentDesk(portsOf(state, time));
  const following = new IncidentFollowing(portsOf(state, time));
  let asked = 0;
  return {
    ...base,
    desk,
    following,
    /** Asks, waits for the verdict and for all that is delivered. */
    async diagnosed(change: Parameters<typeof aQuestion>[0] = {}) {
      const nowMs = time.nowMs();
      const window = { fromMs: nowMs - 3_600_000, toMs: nowMs };
      const answer = await runs.ask(
        aQuestion({ deliveryKey: `ask-${++asked}`, joins: true, window, ...change }),
      );
      await this.settled();
      return answer;
    },
    async settled() {
      for (let rounds = 0; rounds < 8; rounds += 1) {
        await time.advance(5_000);
        await stage.delivery.deliverDue();
      }
    },
    /** The texts of the thread's cards, the last last. */
    cards: () => chat.shown.filter(({ key }) => /\/card\/\d+$/.test(key)).map(({ text }) => text),
    said: () => chat.shown.map(({ text }) => text),
    async standing() {
      const [newest] = await state.standings.recent(1);
      if (!newest) throw new Error('there is no incident');
      return newest;
    },
  };
}
