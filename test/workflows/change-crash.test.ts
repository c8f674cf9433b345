import { describe, expect, it } from 'vitest';
import type { State } from '../../src/workflows/state-ports.ts';
import { trustCount, trustSeed } from '../trust-counts.ts';
import { ChangeStage, MINUTE, SECOND } from './change-stage.ts';
import { aState } from './chat-stage.ts';
import { FakeTime } from './fake-time.ts';
import { Life, mortalOperator, mortalState, mortalSurface } from './mortal-state.ts';
import { ScriptedServers } from './scripted-servers.ts';
import { WrittenChat } from './written-chat.ts';

interface World {
  readonly time: FakeTime;
  readonly state: State;
  readonly chat: WrittenChat;
  readonly servers: ScriptedServers;
}

async function aWorld(): Promise<World> {
  const time = new FakeTime();
  return { time, state: await aState(time), chat: new WrittenChat(time), servers: new ScriptedServers(time) };
}

/** One life of the process; answers whether it was cut short. What people click, they click again if unheard. */
async function live(
  world: World,
  steps: number,
  number: number,
  forMs: number,
  verdict: 'verified' | 'regressed' = 'verified',
): Promise<boolean> {
  const life = new Life(steps);
  const stage = new ChangeStage(
    mortalState(world.state, life),
    world.time,
    { chat: mortalSurface(world.chat, life), operator: mortalOperator(world.servers, life) },
    number,
  );
  stage.judge = () => ({ verdict, because: 'seen' });
  stage.watchMs = WATCH_MS;
  void stage.start();
  void clicks(stage);
  for (let ms = 0; ms < forMs && !life.dead; ms += SECOND) await world.time.advance(SECOND);
  const cutShort = life.dead;
  life.dead = true;
  stage.kill();
  return cutShort;
}

/** Slack delivers again what was not acknowledged. */
async function clicks(stage: ChangeStage): Promise<void> {
  const id = await stage.proposed({ servers: ['web-1', 'web-2'] });
  await stage.approve(id, 'U-ONE');
  await stage.approve(id, 'U-TWO');
}

const WATCH_MS = 20 * SECOND;
const WHOLE = 2 * MINUTE;
/** Every step at night, every few by day; another few each day. */
const EVERY = trustCount(5, 1);
const FIRST = trustSeed() % EVERY;

/** What must hold whenever and however often the process died. */
async function expectOneTruth({ state, chat, servers }: World) {
  expect((await state.outbox.backlog()).waiting).toBe(0);
  expect(chat.trespasses).toEqual([]);
  const [proposal, ...others] = await state.remediations.ofService('checkout', 10);
  expect(others).toEqual([]);
  const steps = await state.remediations.steps(proposal?.id ?? '');
  for (const step of steps) {
    const server = servers.at(step.server);
    expect(server.written).toBeLessThanOrEqual(1);
    // What is told is what is so.
    expect([step.server, step.state, server.content]).toEqual([
      step.server,
      step.state,
      step.state === 'done' ? 'new' : 'old',
    ]);
  }
  const keys = chat.shown.map(s => s.key.replace(/^p\d+\//, ''));
  expect(keys).toEqual(['root', 'progress', 'ended']);
  expect(chat.shown[0]?.text).toBe(
    `card ${proposal?.state} 2/2 ${steps.map(s => `${s.server} ${s.state}`).join(', ')}`,
  );
  expect(chat.shown[1]?.text).toBe(chat.shown[0]?.text.replace('card', 'progress'));
  return { proposal, steps };
}

describe('a process that dies in the middle of a change', () => {
  it(
    'brings it to its end after the next start, wherever it died, and applies nothing twice',
    async () => {
      let deaths = 0;
      for (let steps = FIRST; ; steps += EVERY) {
        const world = await aWorld();
        if (!(await live(world, steps, 1, WHOLE))) break;
        deaths++;
        await live(world, Number.POSITIVE_INFINITY, 2, WHOLE);
        const { proposal } = await expectOneTruth(world);
        expect([steps, proposal?.state]).toEqual([steps, 'done']);
      }
      expect(deaths * EVERY).toBeGreaterThan(100);
    },
    trustCount(60_000, 600_000),
  );

  it(
    'takes back what got worse, wherever it died',
    async () => {
      let deaths = 0;
      for (let steps = FIRST; ; steps += EVERY) {
        const world = await aWorld();
        if (!(await live(world, steps, 1, MINUTE, 'regressed'))) break;
        deaths++;
        await live(world, Number.POSITIVE_INFINITY, 2, MINUTE, 'regressed');
        const { proposal } = await expectOneTruth(world);
        expect([steps, proposal?.state]).toEqual([steps, 'rolled-back']);
      }
      expect(deaths * EVERY).toBeGreaterThan(60);
    },
    trustCount(60_000, 600_000),
  );

  it('may die again and again', async () => {
    for (const deaths of [
      [20, 20, 20, 20],
      [31, 3, 17, 40],
      [45, 12, 60, 9],
      [70, 33, 5, 50],
    ]) {
      const world = await aWorld();
      for (const [at, steps] of deaths.entries()) await live(world, steps, at + 1, WHOLE);
      await live(world, Number.POSITIVE_INFINITY, 9, WHOLE);
      const { proposal } = await expectOneTruth(world);
      expect(proposal?.state).toBe('done');
    }
  }, 60_000);

  it(
    'that stays away for half an hour finds the truth, and carries out no approval that late',
    async () => {
      const ends = new Map<string, number>();
      for (let steps = FIRST; ; steps += EVERY) {
        const world = await aWorld();
        if (!(await live(world, steps, 1, WHOLE))) break;
        await world.time.advance(30 * MINUTE);
        const stage = new ChangeStage(
          world.state,
          world.time,
          { chat: world.chat, operator: world.servers },
          2,
        );
        await stage.start();
        for (let s = 0; s < 3 * 60; s += 5) {
          await stage.approvals.tend(async () => []);
          await world.time.advance(5 * SECOND);
        }
        stage.kill();
        const [proposal] = await world.state.remediations.ofService('checkout', 1);
        for (const step of await world.state.remediations.steps(proposal?.id ?? '')) {
          expect([steps, step.server, step.state, world.servers.at(step.server).content]).toEqual([
            steps,
            step.server,
            step.state,
            step.state === 'done' ? 'new' : 'old',
          ]);
        }
        const end = proposal?.state ?? 'never opened';
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
      // Not begun: expired. Begun and not proven: the server took it back, or it never came there.
      expect([...ends.keys()].sort()).toEqual(['done', 'expired', 'failed', 'never opened', 'rolled-back']);
    },
    trustCount(60_000, 600_000),
  );
});
