import { setImmediate } from 'node:timers/promises';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { slackTelling } from '../../../handlers/slack/blocks/telling.ts';
import { SlackSurface } from '../../../handlers/slack/slack-surface.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { uploadBytes } from '../../../src/adapters/upload-bytes.ts';
import { Delivery } from '../../../src/workflows/delivery.ts';
import { DiagnosisRuns } from '../../../src/workflows/diagnosis-runs.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import type { Surface } from '../../../src/workflows/surface-ports.ts';
import { aQuestion, aState } from '../../workflows/chat-stage.ts';
import { FakeTime } from '../../workflows/fake-time.ts';
import { aVerdict, ScriptedInvestigator } from '../../workflows/scripted-investigator.ts';
import { plainTelling } from '../../workflows/written-chat.ts';
import { COMPANY, rooms } from './company.ts';
import { printedDice } from './dice.ts';
import { practiceSlack, textsOf } from './practised-staunch.ts';

const ROOMS = rooms(4);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** How many lines of evidence a verdict on a service has. */
const linesOf = (service: string) => Number(service.split('-')[1]) % 4;

/** Everything from the asking to the calls of Slack, on a clock that a test moves. */
async function aSlowWorld() {
  const time = new FakeTime();
  const slack = await practiceSlack({ seed: { ...COMPANY, channels: ROOMS }, nowMs: () => time.nowMs() });
  const state = await aState(time);
  const client = new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
  const sending = new SlackSurface({ client, upload: uploadBytes });
  let underWay = 0;
  const surface: Surface = {
    async ship(shipment) {
      underWay += 1;
      return sending.ship(shipment).finally(() => {
        underWay -= 1;
      });
    },
  };
  const lost: string[] = [];
  const delivery = new Delivery({
    state,
    surface,
    clock: time,
    timer: time,
    events: { abandoned: ({ key }, { reason }) => void lost.push(`${key}: ${reason}`) },
  });
  const wake = () =>
    void delivery.deliverDue().then(nextAtMs => {
      if (nextAtMs !== undefined) time.after(nextAtMs - time.nowMs(), wake);
    });
  const investigator = new ScriptedInvestigator(time);
  let id = 0;
  const runs = new DiagnosisRuns({
    state,
    investigator,
    // One short message for each line, so that their order is seen.
    telling: { ...slackTelling(), evidence: plainTelling.evidence },
    clock: time,
    timer: time,
    ids: { next: () => `id-${++id}` },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    wakeDelivery: wake,
  });
  /** Calls under way take less than a second of the clock. */
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += SECOND) {
      await time.advance(SECOND);
      while (underWay > 0) await setImmediate();
    }
  };
  return { time, slack, state, runs, investigator, advance, lost };
}

const SILENT = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => 'error' as never,
  setName: () => {},
};

function disturb({ faults }: PracticeSlack, roll: () => number): void {
  const disturbances = [
    { kind: 'rate-limit', retryAfterSeconds: 1 },
    { kind: 'rate-limit', retryAfterSeconds: 30 },
    { kind: 'status', status: 503 },
    { kind: 'error', error: 'fatal_error' },
    { kind: 'cut', effect: false },
    { kind: 'cut', effect: true },
  ] as const;
  for (const fault of disturbances)
    for (const method of [
      'chat.postMessage',
      'chat.update',
      'files.getUploadURLExternal',
      'files.completeUploadExternal',
    ])
      faults.api(method, fault, { times: Number.POSITIVE_INFINITY, where: () => roll() < 0.1 });
  faults.api(
    'upload',
    { kind: 'status', status: 500 },
    { times: Number.POSITIVE_INFINITY, where: () => roll() < 0.3 },
  );
}

describe('thirty minutes in which every second call to Slack goes wrong', () => {
  it('lose no message, double none, and keep every thread in order', async () => {
    const { slack, state, runs, investigator, advance, lost } = await aSlowWorld();
    const roll = printedDice('the bad half hour');
    investigator.script = ({ service }) => ({
      tookMs: 500 + roll() * 20_000,
      tells: 4,
      result: aVerdict(service, linesOf(service)),
    });
    disturb(slack, roll);
    const asked: Run[][] = [];
    const begun = (answer: object) => ('run' in answer ? [answer.run as Run] : []);
    for (let minute = 0; minute < 30; minute += 1) {
      const service = `service-${minute}`;
      const channel = ROOMS[minute % ROOMS.length]!.id;
      asked.push(begun(await runs.ask(aQuestion({ deliveryKey: service, service, channel }))));
      const earlier = asked[Math.floor(roll() * asked.length)]!;
      const again = { deliveryKey: `again-${minute}`, runId: earlier[0]!.id, askedBy: 'U0ANA' };
      earlier.push(...begun(await runs.again({ ...again, timeZone: 'UTC' })));
      await advance(MINUTE);
    }
    slack.faults.clear();
    for (let minute = 0; minute < 60 && (await state.outbox.backlog()).waiting > 0; minute += 1)
      await advance(MINUTE);

    expect((await state.outbox.backlog()).waiting).toBe(0);
    expect(await state.incidents.running()).toEqual([]);
    expect(lost).toEqual([]);
    const struck = slack.calls.filter(call => call.fault !== undefined).length;
    expect(struck).toBeGreaterThan(slack.calls.length / 4);
    expect(asked.flat().length).toBeGreaterThan(35);
    for (const ofIncident of asked) {
      const { channel, service, id } = ofIncident[0]!.incident;
      const stamp = await state.stamps.find(`${id}/root`);
      const [root, ...replies] = slack.messages(channel, { threadTs: stamp!.ts });
      expect(textsOf(root)).toContain(`run ${ofIncident.length}`);
      const shown = replies.map(({ files, text }) =>
        files.length > 0 ? 'chart' : text.startsWith('evidence') ? text : 'progress',
      );
      const lines = Array.from({ length: linesOf(service) }, (_, line) => `evidence E${line + 1}`);
      expect(shown, service).toEqual(ofIncident.flatMap(() => ['progress', ...lines, 'chart']));
    }
    const roots = ROOMS.flatMap(({ id }) => slack.messages(id).filter(each => each.threadTs === undefined));
    expect(roots).toHaveLength(30);
  }, 60_000);
});
