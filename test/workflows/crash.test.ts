import { describe, expect, it } from 'vitest';
import type { State } from '../../src/workflows/state-ports.ts';
import { aQuestion, aState, ChatStage, MINUTE } from './chat-stage.ts';
import { FakeTime } from './fake-time.ts';
import { Life, mortalState, mortalSurface } from './mortal-state.ts';
import { WrittenChat } from './written-chat.ts';

/** One life of the process; answers whether it was cut short. */
async function live(
  world: { time: FakeTime; state: State; chat: WrittenChat },
  steps: number,
  number: number,
  forMs: number,
): Promise<boolean> {
  const life = new Life(steps);
  const stage = new ChatStage(
    mortalState(world.state, life),
    world.time,
    { chat: mortalSurface(world.chat, life) },
    {},
    number,
  );
  void stage.start();
  // Slack delivers again what was not acknowledged.
  void stage.runs.ask(aQuestion());
  for (let ms = 0; ms < forMs && !life.dead; ms += 500) await world.time.advance(500);
  const cutShort = life.dead;
  life.dead = true;
  stage.kill();
  return cutShort;
}

async function aWorld() {
  const time = new FakeTime();
  return { time, state: await aState(time), chat: new WrittenChat(time) };
}

async function expectToldOnce({ state, chat }: Awaited<ReturnType<typeof aWorld>>) {
  expect(await state.incidents.running()).toEqual([]);
  expect((await state.outbox.backlog()).waiting).toBe(0);
  expect(chat.trespasses).toEqual([]);
  const keys = chat.shown.map(s => s.key.replace(/^id-\d-\d+\//, ''));
  expect(new Set(keys).size).toBe(keys.length);
  const [root] = chat.shown;
  expect(root?.text).toMatch(/^run 1 confirmed/);
  expect(chat.shown.slice(1).every(s => s.threadTs === root?.ts)).toBe(true);
  expect(keys.filter(key => !key.startsWith('begun-again'))).toEqual([
    'root',
    'progress',
    'evidence/1',
    'evidence/2',
    'chart',
  ]);
  expect(chat.shown[1]?.text).toBe('web-1 done (ended)');
  return keys;
}

describe('a process that dies in the middle of a diagnosis', () => {
  it('ends it after the next start, wherever it died, and shows no message twice', async () => {
    let deaths = 0;
    let begunAgain = 0;
    for (let steps = 0; ; steps++) {
      const world = await aWorld();
      if (!(await live(world, steps, 1, MINUTE))) break;
      deaths++;
      await live(world, Number.POSITIVE_INFINITY, 2, 2 * MINUTE);
      const keys = await expectToldOnce(world);
      if (keys.some(key => key.startsWith('begun-again'))) begunAgain++;
    }
    expect(deaths).toBeGreaterThan(60);
    expect(begunAgain).toBeGreaterThan(10);
  });

  it('may die twice', async () => {
    let deaths = 0;
    for (const [first, second] of [
      [3, 4],
      [11, 9],
      [17, 25],
      [24, 3],
      [31, 31],
      [40, 14],
      [52, 7],
    ] as const) {
      const world = await aWorld();
      if (await live(world, first, 1, MINUTE)) deaths++;
      if (await live(world, second, 2, MINUTE)) deaths++;
      await live(world, Number.POSITIVE_INFINITY, 3, 2 * MINUTE);
      await expectToldOnce(world);
    }
    expect(deaths).toBe(14);
  });

  it('says so, and stops trying, when it died three times over the same diagnosis', async () => {
    const world = await aWorld();
    for (let number = 1; number <= 3; number++) await live(world, Number.POSITIVE_INFINITY, number, 2_000);
    expect(world.chat.shown.map(s => s.text)).toEqual([
      'run 1 running',
      'web-1 connecting',
      'run 1 begun again, attempt 2',
      'run 1 begun again, attempt 3',
    ]);
    await live(world, Number.POSITIVE_INFINITY, 4, MINUTE);
    expect(world.chat.shown[0]?.text).toMatch(
      /^run 1 failed: The diagnosis of checkout was begun 3 times and cut off each time/,
    );
    expect(await world.state.incidents.running()).toEqual([]);
  });
});

describe('a process that is told to stop', () => {
  const aLife = (world: Awaited<ReturnType<typeof aWorld>>, number: number) =>
    new ChatStage(world.state, world.time, { chat: world.chat }, { atOnce: 2 }, number);

  it('lets a diagnosis end that is nearly done', async () => {
    const world = await aWorld();
    const { runs } = aLife(world, 1);
    await runs.ask(aQuestion());
    await world.time.advance(1_000);
    const drained = runs.drain(10_000);
    await world.time.advance(10_000);
    expect(await drained).toBe(0);
    await expectToldOnce(world);
  });

  it('cancels what takes longer and leaves that, what waited and what came late to the next start', async () => {
    const world = await aWorld();
    const first = aLife(world, 1);
    for (const name of ['a', 'b', 'c'])
      await first.runs.ask(aQuestion({ deliveryKey: name, service: name, channel: name }));
    await world.time.advance(1_000);
    const drained = first.runs.drain(1_000);
    await first.runs.ask(aQuestion({ deliveryKey: 'd', service: 'd', channel: 'd' }));
    await world.time.advance(1_000);
    expect(await drained).toBe(3);
    expect(first.investigator.cancelled).toBe(2);
    expect(first.ended).toEqual([]);
    first.kill();
    const second = aLife(world, 2);
    await second.start();
    await world.time.advance(MINUTE);
    expect(second.ended).toHaveLength(4);
    expect(second.investigator.asked.map(a => a.timeZone)).toEqual(Array(4).fill('Europe/Berlin'));
    expect(world.chat.shown.filter(s => /^run 1 confirmed/.test(s.text))).toHaveLength(4);
  });
});
