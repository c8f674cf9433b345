import { describe, expect, it } from 'vitest';
import type { ServiceGrowth } from '../../src/growth/growth-finding.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import type { KillSeen } from '../../src/workflows/watch-events.ts';
import { aLook } from '../growth/looks.ts';
import { aQuestion, aState, ChatStage } from './chat-stage.ts';
import { FakeTime } from './fake-time.ts';
import { guardedRooms } from './guarded-state.ts';
import { Life, mortalState, mortalSurface } from './mortal-state.ts';
import { Warner } from './warned-service.ts';
import { WrittenChat } from './written-chat.ts';

const HOUR_MS = 3_600_000;

interface World {
  readonly time: FakeTime;
  readonly state: State;
  readonly chat: WrittenChat;
}

/** One life of the process: starts, looks at the service, sees a kill; whether it was cut short. */
async function live(
  { time, state, chat }: World,
  steps: number,
  number: number,
  growth: ServiceGrowth,
  kill: KillSeen,
): Promise<boolean> {
  const life = new Life(steps);
  const seen = mortalState(state, life);
  const stage = new ChatStage(seen, time, { chat: mortalSurface(chat, life) }, {}, number);
  const warner = new Warner(seen, stage, `life${number}-`);
  void stage.start();
  void warner.warnings.judged(growth, []);
  void warner.warnings.killed(kill).then(() => warner.auto.see(kill));
  for (let ms = 0; ms < 60_000 && !life.dead; ms += 1_000) await time.advance(1_000);
  const cutShort = life.dead;
  life.dead = true;
  stage.kill();
  return cutShort;
}

describe('a process that dies while it warns', () => {
  it('has told each thing once after the next start, wherever it died', async () => {
    let deaths = 0;
    for (let steps = 0; ; steps += 2) {
      const time = new FakeTime();
      const world = { time, state: await aState(time), chat: new WrittenChat(time) };
      const growth = aLook(time.nowMs(), { severity: 'warning', leftMs: 5 * HOUR_MS });
      const kill: KillSeen = {
        kind: 'kill-seen',
        server: 'web-1',
        service: 'shop',
        unit: 'shop.service',
        kills: 1,
        fromMs: time.nowMs() - 60_000,
        toMs: time.nowMs(),
        proof: 'unit',
      };
      const cutShort = await live(world, steps, 1, growth, kill);
      await live(world, Number.POSITIVE_INFINITY, 2, growth, kill);
      const { chat, state } = world;
      expect(chat.trespasses).toEqual([]);
      const texts = chat.shown.filter(({ kind }) => kind === 'post').map(({ text }) => text);
      expect([steps, texts[0]]).toEqual([steps, 'warning shop warning kills=1']);
      expect(texts.filter(text => text.startsWith('killed'))).toHaveLength(1);
      expect(chat.shown.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
      const runs = await state.incidents.recent('shop', 0);
      expect(runs.map(run => [run.askedBy, run.state])).toEqual([['staunch', 'done']]);
      expect((await state.outbox.backlog()).waiting).toBe(0);
      if (!cutShort) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(20);
  }, 120_000);
});

describe('a run that is being stored', () => {
  it('is not taken for one that was cut off', async () => {
    const time = new FakeTime();
    const state = await aState(time);
    const stored = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    // Stored, and whoever asked has not heard of it yet.
    const slow: State = {
      ...guardedRooms(state, call => call()),
      async atomically(work) {
        const answer = await state.atomically(work);
        stored.resolve();
        await heard.promise;
        return answer;
      },
    };
    const stage = new ChatStage(slow, time, { chat: new WrittenChat(time) });
    const asking = stage.runs.ask(aQuestion());
    await stored.promise;
    const resuming = stage.runs.resume();
    await time.advance(0);
    heard.resolve();
    await Promise.all([asking, resuming]);
    await time.advance(60_000);
    expect(await state.incidents.recent('checkout', 0)).toMatchObject([{ attempts: 1, state: 'done' }]);
    expect(stage.investigator.asked).toHaveLength(1);
  });
});
