import { describe, expect, it } from 'vitest';
import { aWarnedService, Warner } from './warned-service.ts';

const HOUR_MS = 3_600_000;
const WARNING = { severity: 'warning', leftMs: 5 * HOUR_MS } as const;
const CRITICAL = { severity: 'critical', leftMs: HOUR_MS / 2 } as const;

describe('growth', () => {
  it('is told in one message of the service, with its chart in the thread', async () => {
    const { chat, look, warner, state } = await aWarnedService();
    await look(WARNING);
    expect(chat.shown.map(({ kind, channel, text }) => [kind, channel, text])).toEqual([
      ['post', 'C1', 'warning shop warning kills=0'],
      ['upload', 'C1', expect.anything()],
    ]);
    expect(chat.shown[1]?.threadTs).toBe(chat.shown[0]?.ts);
    expect(warner.drawn).toHaveLength(1);
    expect(await state.warnings.ofService('shop')).toMatchObject({
      channel: 'C1',
      episode: { posted: true, severity: 'warning' },
    });
    expect(await state.looks.all()).toMatchObject([{ service: 'shop', severity: 'warning' }]);
    expect(chat.trespasses).toEqual([]);
  });

  it('that goes on edits that message and posts nothing more', async () => {
    const { chat, look } = await aWarnedService();
    for (let at = 0; at < 12; at++) await look(WARNING);
    expect(chat.shown).toHaveLength(2);
    expect(chat.shown[0]?.edits.length).toBeGreaterThanOrEqual(2);
  });

  it('that gets worse is said in the thread, once, and in the root', async () => {
    const { chat, look } = await aWarnedService();
    await look(WARNING);
    await look(CRITICAL);
    await look(CRITICAL);
    const texts = chat.shown.map(({ text }) => text);
    expect(texts.filter(text => text.startsWith('raised'))).toEqual(['raised shop critical kills=0']);
    expect(chat.shown[0]?.text).toBe('warning shop critical kills=0');
    const root = chat.shown[0]?.ts;
    expect(chat.shown.slice(1).every(({ threadTs }) => threadTs === root)).toBe(true);
  });

  it('that is over is said to be over; what comes back a day later is a message of its own', async () => {
    const { chat, look, time } = await aWarnedService();
    await look(WARNING);
    for (let at = 0; at < 16; at++) await look({ severity: 'calm', settled: true });
    expect(chat.shown.map(({ text }) => text)).toContain('resolved shop calm kills=0');
    await time.advance(25 * HOUR_MS);
    await look(WARNING);
    expect(chat.shown.filter(({ threadTs, kind }) => kind === 'post' && threadTs === undefined)).toHaveLength(
      2,
    );
  });

  it('of a service without a channel is kept and told to nobody', async () => {
    const { chat, look, warner, state } = await aWarnedService();
    warner.place = { quietHours: false, pingsPerDay: 6 };
    await look(CRITICAL);
    expect(chat.shown).toEqual([]);
    expect(await state.looks.all()).toHaveLength(1);
  });

  it('waits for the end of the quiet hours, unless it is critical', async () => {
    const { chat, look, warner } = await aWarnedService();
    warner.place = { channel: 'C1', quietHours: true, pingsPerDay: 6 };
    await look(WARNING);
    expect(chat.shown).toEqual([]);
    warner.place = { channel: 'C1', quietHours: false, pingsPerDay: 6 };
    await look(WARNING);
    expect(chat.shown[0]?.text).toBe('warning shop warning kills=0');
    warner.place = { channel: 'C1', quietHours: true, pingsPerDay: 6 };
    await look(CRITICAL);
    expect(chat.shown.map(({ text }) => text)).toContain('raised shop critical kills=0');
  });

  it('pings a channel no more often than it is to be pinged, unless it is critical', async () => {
    const { chat, look, warner, state, time } = await aWarnedService();
    warner.place = { channel: 'C1', quietHours: false, pingsPerDay: 1 };
    await state.warnings.ping(
      { channel: 'C1', service: 'other', atMs: time.nowMs() },
      { most: 1, sinceMs: 0 },
    );
    await look(WARNING);
    expect(chat.shown).toEqual([]);
    await look(CRITICAL);
    expect(chat.shown[0]?.text).toBe('warning shop critical kills=0');
    await time.advance(24 * HOUR_MS);
    expect(await state.warnings.pings('C1', time.nowMs() - 24 * HOUR_MS)).toBe(0);
  });

  it('that several processes see at once is told once', async () => {
    const { chat, look, state, stage } = await aWarnedService();
    const others = ['a', 'b'].map(name => new Warner(state, stage, name));
    await look(WARNING, others);
    await look(CRITICAL, others);
    for (let at = 0; at < 4; at++) await look(CRITICAL, others);
    const posts = chat.shown.filter(({ kind }) => kind === 'post').map(({ text }) => text);
    expect(posts).toEqual(['warning shop critical kills=0', 'raised shop critical kills=0']);
    expect(others.flatMap(({ logged }) => logged)).toEqual([]);
  });

  it('is told after a restart as if there had been none', async () => {
    const { chat, look, state, stage, warner, time } = await aWarnedService();
    await look(WARNING);
    const next = new Warner(state, stage, 'next');
    await next.warnings.judged((await state.looks.all())[0]!, []);
    await time.advance(60_000);
    expect(chat.shown).toHaveLength(2);
    expect(next.drawn).toEqual([]);
    expect([...warner.logged, ...next.logged]).toEqual([]);
  });
});

describe('a snooze', () => {
  it('is shown at once and holds pings back until its time, but nothing that is worse', async () => {
    const { chat, look, warner, time, state } = await aWarnedService();
    await look(WARNING);
    const { id } = (await state.warnings.ofService('shop'))!;
    const atMs = time.nowMs();
    const snoozed = await warner.snoozes.snooze(id, { by: 'U1', untilMs: atMs + 8 * HOUR_MS, atMs });
    expect(snoozed?.snooze).toEqual({ severity: 'warning', by: 'U1', untilMs: atMs + 8 * HOUR_MS });
    await time.advance(5_000);
    expect(chat.shown[0]?.text).toBe('warning shop warning kills=0 snoozed');
    await look(WARNING);
    expect((await state.warnings.find(id))?.snooze).toBeDefined();
    await look(CRITICAL);
    expect(chat.shown.map(({ text }) => text)).toContain('raised shop critical kills=0');
  });

  it('can be taken back, and of a warning that is gone it does nothing', async () => {
    const { chat, look, warner, time, state } = await aWarnedService();
    await look(WARNING);
    const { id } = (await state.warnings.ofService('shop'))!;
    await warner.snoozes.snooze(id, { by: 'U1', untilLeftMs: HOUR_MS, atMs: time.nowMs() });
    expect((await warner.snoozes.wake(id, { by: 'U2', atMs: time.nowMs() }))?.snooze).toBeUndefined();
    await time.advance(5_000);
    expect(chat.shown[0]?.text).toBe('warning shop warning kills=0');
    expect(await warner.snoozes.wake('gone', { by: 'U1', atMs: 0 })).toBeUndefined();
  });
});

describe('a kill', () => {
  it('is tied to the warning before it, and its diagnosis stands in the same thread, unasked', async () => {
    const { chat, look, warner, kill, time, state, stage } = await aWarnedService();
    await look(WARNING);
    const seen = kill();
    await warner.warnings.killed(seen);
    await warner.auto.see(seen);
    for (let at = 0; at < 20; at++) {
      await time.advance(2_000);
      await stage.delivery.deliverDue();
    }
    const [root, ...rest] = chat.shown;
    expect(root?.text).toBe('warning shop warning kills=1');
    expect(rest.every(({ threadTs }) => threadTs === root?.ts)).toBe(true);
    expect(rest.map(({ text }) => text)).toContain('killed shop warning kills=1');
    const [run] = await state.incidents.recent('shop', 0);
    expect(run).toMatchObject({
      askedBy: 'staunch',
      because: expect.stringContaining('The kernel killed a process of shop.service on web-1'),
      incident: { threadOf: expect.stringMatching(/root$/) },
    });
    expect(await state.incidents.runOfThread('C1', root!.ts)).toMatchObject({ id: run?.id });
    expect(chat.trespasses).toEqual([]);
  });

  it('that comes every minute fills neither the thread nor the channel', async () => {
    const { chat, look, warner, kill, time, stage } = await aWarnedService();
    await look(WARNING);
    for (let minute = 0; minute < 120; minute++) {
      const seen = kill();
      await warner.warnings.killed(seen);
      await warner.auto.see(seen);
      await time.advance(60_000);
      await stage.delivery.deliverDue();
    }
    const replies = chat.shown.filter(({ text }) => text.startsWith('killed'));
    expect(replies.length).toBeLessThanOrEqual(9);
    expect(chat.shown.filter(({ threadTs, kind }) => kind === 'post' && threadTs === undefined)).toHaveLength(
      1,
    );
    expect(chat.shown[0]?.text).toContain('kills=120');
  });

  it('without a warning opens an incident in the mapped channel; the next one joins its thread', async () => {
    const { chat, warner, kill, time, state, stage } = await aWarnedService();
    await warner.auto.see(kill());
    await time.advance(60_000);
    await stage.delivery.deliverDue();
    const [root] = chat.shown;
    expect(root).toMatchObject({ channel: 'C1' });
    expect(root?.threadTs).toBeUndefined();
    await time.advance(16 * 60_000);
    await warner.auto.see(kill());
    await time.advance(60_000);
    await stage.delivery.deliverDue();
    const runs = await state.incidents.recent('shop', 0);
    expect(new Set(runs.map(({ incident }) => incident.id)).size).toBe(1);
    expect(runs.map(({ number }) => number)).toEqual([2, 1]);
    expect(chat.shown.slice(1).every(({ threadTs }) => threadTs === root?.ts)).toBe(true);
  });

  it('of a service without a channel is in the log, once', async () => {
    const { chat, warner, kill, time } = await aWarnedService();
    warner.place = { quietHours: false, pingsPerDay: 6 };
    await warner.auto.see(kill());
    await time.advance(20 * 60_000);
    await warner.auto.see(kill());
    expect(chat.shown).toEqual([]);
    expect(warner.logged.filter(text => text.includes('has no channel'))).toHaveLength(1);
  });
});
