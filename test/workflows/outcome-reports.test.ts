import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OpenedState, openState } from '../../src/adapters/state/open-state.ts';
import type { Server } from '../../src/inventory/registry.ts';
import { OutcomeReports } from '../../src/workflows/outcome-reports.ts';
import { StoredObserver } from '../../src/workflows/stored-observer.ts';
import { ChangeStage, MINUTE, plainChangeWords, SECOND } from './change-stage.ts';
import { FakeTime } from './fake-time.ts';
import { ScriptedServers } from './scripted-servers.ts';
import { WrittenChat } from './written-chat.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOTHING = { requests: 0, http502: 0, http504: 0, oomKills: 0, workerEnds: 0, restarts: 0 };

/** A world whose process can be started anew over the state it left. */
async function aWorld() {
  const time = new FakeTime();
  const folder = await mkdtemp(join(tmpdir(), 'staunch-outcome-'));
  const chat = new WrittenChat(time);
  const servers = new ScriptedServers(time);
  let life = 0;
  let state: OpenedState | undefined;
  let stage: ChangeStage | undefined;
  onTestFinished(async () => {
    stage?.kill();
    await state?.close();
    await rm(folder, { recursive: true });
  });
  const start = async () => {
    stage?.kill();
    await state?.close();
    state = await openState(folder, { clock: time });
    const opened = state;
    const observer = new StoredObserver({
      samples: opened.samples,
      serviceOf: async () => undefined,
      health: async () => ({ ok: true }),
    });
    const begun = new ChangeStage(opened, time, { chat, operator: servers, observer }, ++life);
    stage = begun;
    await begun.start();
    const outcomes = new OutcomeReports({
      state: opened,
      observer,
      words: plainChangeWords,
      clock: time,
      log: {
        info() {},
        warn() {},
        error: (fields, text) => void begun.logged.push(`${text} ${JSON.stringify(fields)}`),
      },
      serverOf: async id => ({ id }) as Server,
      wakeDelivery: () => void begun.start(),
    });
    return { state: opened, stage: begun, outcomes };
  };
  return { time, chat, servers, start };
}

/** Counts of every minute in a stretch of time, as the watch keeps them. */
async function watched(
  state: OpenedState,
  fromMs: number,
  toMs: number,
  of: (minute: number) => Partial<typeof NOTHING>,
): Promise<void> {
  const first = Math.ceil(fromMs / MINUTE) * MINUTE;
  const minutes = Math.floor((toMs - first) / MINUTE);
  await Promise.all(
    Array.from({ length: minutes }, (_, at) =>
      state.samples.count('checkout', { atMs: first + at * MINUTE, ...NOTHING, ...of(at) }),
    ),
  );
}

const outcomesIn = (chat: WrittenChat) =>
  chat.shown.filter(s => s.text.startsWith('outcome')).map(s => s.text);

/** Two kills and 30 of 6,000 requests lost each hour. */
const BEFORE = (minute: number) => ({
  requests: 100,
  ...(minute % 30 === 0 && { oomKills: 1, workerEnds: 1 }),
  ...(minute % 2 === 0 && { http502: 1 }),
});

describe('what a change has come to', () => {
  it('is told after a quarter of an hour, a day and a week, with a restart in between', async () => {
    const { time, chat, start } = await aWorld();
    const actedAtMs = time.nowMs();
    const first = await start();
    await watched(first.state, actedAtMs - 7 * DAY - HOUR, actedAtMs, BEFORE);
    await first.stage.approved({ servers: ['web-1'] });
    await time.advance(12 * MINUTE);
    await watched(first.state, actedAtMs, actedAtMs + 20 * MINUTE, minute => ({
      requests: 100,
      ...(minute === 7 && { workerEnds: 1 }),
    }));
    await time.advance(4 * MINUTE);
    await first.outcomes.report();
    await first.outcomes.report();
    await time.advance(2 * SECOND);
    expect(outcomesIn(chat)).toHaveLength(1);

    const second = await start();
    await watched(second.state, actedAtMs + 20 * MINUTE, actedAtMs + 8 * DAY, minute => ({
      requests: 100,
      ...(minute % 45 === 0 && { workerEnds: 1 }),
    }));
    await time.advance(DAY);
    await second.outcomes.report();
    const third = await start();
    await time.advance(6 * DAY);
    await third.outcomes.report();
    await third.outcomes.report();
    await time.advance(2 * SECOND);
    const told = outcomesIn(chat);
    expect(told).toHaveLength(3);
    expect(told[1]).toMatch(/^outcome better/);
    expect(told[2]).toMatch(/^outcome better OOM kills|^outcome better 502s/);
    expect(told[2]).toMatch(/OOM kills: 33\d in .* before, 0 in /);
    expect(told[2]).toMatch(/left as planned since the change/);
    expect(chat.shown.slice(1).every(s => s.threadTs === chat.shown[0]?.ts)).toBe(true);
  }, 60_000);

  it.each([
    ['did not help', BEFORE, 'same'],
    ['made it worse', (minute: number) => ({ ...BEFORE(minute), http502: 3 }), 'worse'],
    ['cannot be told by so little', () => ({ requests: 0 }), 'too-little-traffic'],
  ] as const)(
    'is called what it is when it %s',
    async (_what, after, verdict) => {
      const { time, chat, start } = await aWorld();
      const actedAtMs = time.nowMs();
      const { state, stage, outcomes } = await start();
      const quiet = (minute: number) => (minute === 100 ? { requests: 10, http502: 1 } : { requests: 0 });
      const before = verdict === 'too-little-traffic' ? quiet : BEFORE;
      await watched(state, actedAtMs - DAY - HOUR, actedAtMs, before);
      await stage.approved({ servers: ['web-1'] });
      await time.advance(12 * MINUTE);
      await watched(state, actedAtMs, actedAtMs + DAY + HOUR, after);
      await time.advance(DAY + HOUR);
      await outcomes.report();
      await time.advance(2 * SECOND);
      expect(outcomesIn(chat).at(-1)).toMatch(new RegExp(`^outcome ${verdict} `));
    },
    60_000,
  );
});

describe('what is counted for a change', () => {
  it('is not what happened in the minute before it, although its sample came after', async () => {
    const { time, start } = await aWorld();
    const { state } = await start();
    const minuteMs = Math.ceil(time.nowMs() / MINUTE) * MINUTE;
    const actedAtMs = minuteMs - 20 * SECOND;
    // Sampled just after the change; all of it happened before.
    await state.samples.count('checkout', { atMs: minuteMs, ...NOTHING, requests: 800, http502: 3 });
    await state.samples.count('checkout', { atMs: minuteMs + MINUTE, ...NOTHING, requests: 900 });
    const observer = new StoredObserver({
      samples: state.samples,
      serviceOf: async () => undefined,
      health: async () => ({ ok: true }),
    });
    expect(await observer.span('checkout', actedAtMs, actedAtMs + 3 * MINUTE)).toMatchObject({
      minutes: 1,
      requests: 900,
      http502: 0,
    });
  });
});
