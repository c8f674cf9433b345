import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/workflows/state-ports.ts';
import { aQuestion, aStage, MINUTE } from './chat-stage.ts';
import { guardedRooms, guardedState } from './guarded-state.ts';
import { aVerdict } from './scripted-investigator.ts';

async function asked(answer: Promise<object>): Promise<Run> {
  const { run } = (await answer) as { readonly run?: Run };
  if (!run) throw new Error('nothing was begun');
  return run;
}

describe('a diagnosis asked for in chat', () => {
  it('is told from the root message to the chart, each in its place', async () => {
    const { runs, chat, time, stage } = await aStage();
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(MINUTE);
    const root = chat.shown[0];
    expect(chat.shown.map(s => [s.key.replace(run.id, 'RUN'), s.threadTs, s.text])).toEqual([
      [`${run.incident.id}/root`, undefined, 'run 1 confirmed after 4000 ms'],
      ['RUN/progress', root?.ts, 'web-1 done (ended)'],
      ['RUN/evidence/1', root?.ts, 'evidence E1'],
      ['RUN/evidence/2', root?.ts, 'evidence E2'],
      ['RUN/chart', root?.ts, 'checkout, 22 Nov 2026 10:00 – 10:30 UTC'],
    ]);
    expect(chat.trespasses).toEqual([]);
    expect(stage.ended).toEqual([{ state: 'done', verdict: 'confirmed', tookMs: 4_000 }]);
  });

  it('shows its first messages and progress before anything was read', async () => {
    const { runs, chat, time } = await aStage();
    await runs.ask(aQuestion());
    await time.advance(0);
    expect(chat.shown.map(s => s.text)).toEqual(['run 1 running', 'web-1 connecting']);
  });

  it('is answered in the thread it was asked in', async () => {
    const { runs, chat, time } = await aStage();
    await runs.ask(aQuestion({ threadTs: '1795343000.000100' }));
    await time.advance(MINUTE);
    expect(chat.shown.map(s => s.threadTs)).toEqual(Array(5).fill('1795343000.000100'));
  });

  it('is begun once for two deliveries of one key, even at the same moment', async () => {
    const { runs, chat, time, investigator } = await aStage();
    const answers = await Promise.all([runs.ask(aQuestion()), runs.ask(aQuestion())]);
    expect(answers.filter(a => 'duplicate' in a)).toHaveLength(1);
    await time.advance(MINUTE);
    expect(await runs.ask(aQuestion())).toEqual({ duplicate: true });
    await time.advance(MINUTE);
    expect(investigator.asked).toHaveLength(1);
    expect(chat.shown.filter(s => s.key.endsWith('/root'))).toHaveLength(1);
  });

  it('edits its progress at once, then about once a second, and has the last word', async () => {
    const { runs, chat, time, investigator } = await aStage();
    investigator.script = () => ({ tookMs: 10_000, tells: 200, result: aVerdict() });
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(MINUTE);
    const edits = chat.attempts.filter(a => a.key === `${run.id}/progress/edit`).map(a => a.atMs);
    const pauses = edits.slice(1).map((atMs, i) => atMs - (edits[i] ?? 0));
    expect(edits.length).toBeGreaterThan(7);
    // Only the last word may come sooner.
    expect(Math.min(...pauses.slice(0, -1))).toBeGreaterThanOrEqual(1_000);
    expect(chat.byKey(`${run.id}/progress`)?.text).toBe('web-1 done (ended)');
  });

  it('shares the edits of a minute among all runs', async () => {
    const { runs, chat, time, investigator } = await aStage();
    investigator.script = () => ({ tookMs: 60_000, tells: 600, result: aVerdict() });
    for (let i = 0; i < 10; i++) await runs.ask(aQuestion({ deliveryKey: `d${i}`, channel: `C${i}` }));
    await time.advance(59_000);
    expect(chat.attempts.filter(a => a.kind === 'update').length).toBeLessThanOrEqual(60);
  });

  it('ends with what happened and what to try when nothing could be found out', async () => {
    const { runs, chat, time, investigator, state, stage } = await aStage();
    investigator.script = () => ({ tookMs: 500, result: { ok: false, problem: 'no such service' } });
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(MINUTE);
    expect(chat.shown.map(s => s.text)).toEqual(['run 1 failed: no such service', 'web-1 done (ended)']);
    expect((await state.incidents.run(run.id))?.failure).toBe('no such service');
    expect(stage.ended).toEqual([{ state: 'failed', tookMs: 500 }]);
  });

  it.each([
    ['an investigation that never ends', 'never' as const, /not done after 120 s .* web-1 had not answered/],
    ['a fault of our own', 'fault' as const, /a fault of its own .* the details are in its log/],
  ])('fails with words after %s', async (_, result, words) => {
    const { runs, chat, time, investigator } = await aStage();
    investigator.script = () => ({ tookMs: 1_000, result });
    await runs.ask(aQuestion());
    await time.advance(3 * MINUTE);
    expect(chat.shown[0]?.text).toMatch(words);
    expect(investigator.cancelled).toBe(result === 'never' ? 1 : 0);
    expect(time.pending).toBe(0);
  });

  it('lets only so many read servers at once; the others take turns', async () => {
    const { runs, time, investigator, stage } = await aStage({ atOnce: 3 });
    for (let i = 0; i < 8; i++) await runs.ask(aQuestion({ deliveryKey: `d${i}`, channel: `C${i}` }));
    await time.advance(1_000);
    expect(runs.counts).toEqual({ running: 3, waiting: 5 });
    await time.advance(MINUTE);
    expect(investigator.mostAtOnce).toBe(3);
    expect(stage.ended.map(e => e.tookMs)).toEqual([
      4_000, 4_000, 4_000, 8_000, 8_000, 8_000, 12_000, 12_000,
    ]);
    expect(runs.counts).toEqual({ running: 0, waiting: 0 });
  });

  it('keeps two runs of one channel apart when the later one is done first', async () => {
    const { runs, chat, time, investigator } = await aStage();
    investigator.script = ({ service }) => ({
      tookMs: service === 'slow' ? 20_000 : 2_000,
      result: aVerdict(service),
    });
    const slow = await asked(runs.ask(aQuestion({ deliveryKey: 'a', service: 'slow' })));
    const quick = await asked(runs.ask(aQuestion({ deliveryKey: 'b', service: 'quick' })));
    await time.advance(2 * MINUTE);
    for (const { id, incident } of [slow, quick]) {
      const root = chat.byKey(`${incident.id}/root`);
      expect(root?.text).toMatch(/^run 1 confirmed/);
      const thread = chat.shown.filter(s => s.threadTs === root?.ts);
      expect(thread.map(s => s.key)).toEqual([
        `${id}/progress`,
        `${id}/evidence/1`,
        `${id}/evidence/2`,
        `${id}/chart`,
      ]);
    }
  });
});

describe('the last word on a run', () => {
  it('is not followed by progress that comes too late', async () => {
    const { runs, chat, time, investigator } = await aStage();
    const late: (() => void)[] = [];
    investigator.investigate = async (_, progress) => {
      late.push(() => progress({ server: 'web-1', state: 'connecting' }));
      await new Promise(() => {});
      return aVerdict();
    };
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(2 * MINUTE);
    late[0]?.();
    await time.advance(MINUTE);
    expect(chat.byKey(`${run.id}/progress`)?.edits).toEqual([' (ended)']);
  });

  it('comes after an edit that takes its time to be queued', async () => {
    const { runs, chat, time, investigator } = await aStage({}, (state, clock) =>
      guardedState(state, async call => {
        await clock.sleep(2_000);
        return call();
      }),
    );
    investigator.script = () => ({ tookMs: 500, result: aVerdict() });
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(5 * MINUTE);
    expect(chat.byKey(`${run.id}/progress`)?.text).toBe('web-1 done (ended)');
  });

  it('is left to whoever ended the run first', async () => {
    const { runs, chat, time, state, stage } = await aStage();
    const run = await asked(runs.ask(aQuestion()));
    await time.advance(1_000);
    await state.incidents.fail(run.id, 'somebody else did', time.nowMs());
    await time.advance(MINUTE);
    expect(chat.shown.map(s => s.text)).toEqual(['run 1 running', 'web-1 connecting']);
    expect((await state.outbox.backlog()).waiting).toBe(0);
    expect(stage.ended).toEqual([]);
  });

  it('is stored as soon as the state is well again', async () => {
    let sick = false;
    const { runs, chat, time, stage } = await aStage({}, state => ({
      ...guardedRooms(state, call => call()),
      atomically: work => (sick ? Promise.reject(new Error('the disk is full')) : state.atomically(work)),
    }));
    await runs.ask(aQuestion());
    await time.advance(1_000);
    sick = true;
    await time.advance(10_000);
    sick = false;
    await time.advance(MINUTE);
    expect(chat.shown[0]?.text).toMatch(/^run 1 confirmed/);
    expect(stage.logged).toContain('The end of a diagnosis could not be stored');
  });
});

describe('a re-run', () => {
  it('edits the same root message and has a progress message of its own', async () => {
    const { runs, chat, time } = await aStage();
    const first = await asked(runs.ask(aQuestion()));
    await time.advance(MINUTE);
    const second = await asked(
      runs.again({ deliveryKey: 'click', runId: first.id, askedBy: 'U2', timeZone: 'UTC' }),
    );
    await time.advance(MINUTE);
    expect(second.number).toBe(2);
    const root = chat.byKey(`${first.incident.id}/root`);
    expect(root?.edits).toEqual([
      'run 1 confirmed after 4000 ms',
      'run 2 running',
      'run 2 confirmed after 4000 ms',
    ]);
    expect(chat.byKey(`${second.id}/progress`)?.threadTs).toBe(root?.ts);
  });

  it.each([
    ['up to now, as long as before, when the first window ended then', 60_000, true],
    ['over the same window when that was in the past', 3 * 3_600_000, false],
  ])('looks %s', async (_, endedBeforeMs, moves) => {
    const { runs, time } = await aStage();
    const toMs = time.nowMs() - endedBeforeMs;
    const window = { fromMs: toMs - 1_800_000, toMs };
    const first = await asked(runs.ask(aQuestion({ window })));
    await time.advance(20 * MINUTE);
    const again = { deliveryKey: 'click', runId: first.id, askedBy: 'U1', timeZone: 'UTC' };
    const second = await asked(runs.again(again));
    const nowMs = time.nowMs();
    expect(second.window).toEqual(moves ? { fromMs: nowMs - 1_800_000, toMs: nowMs } : window);
    await time.advance(MINUTE);
  });

  it('is refused while one is running, when its run is gone, and for a click delivered twice', async () => {
    const { runs, time } = await aStage();
    const first = await asked(runs.ask(aQuestion()));
    const again = (deliveryKey: string, runId = first.id) =>
      runs.again({ deliveryKey, runId, askedBy: 'U1', timeZone: 'UTC' });
    expect(await again('click-1')).toEqual({ running: true });
    expect(await again('click-2', 'nobody knows')).toEqual({ gone: true });
    await time.advance(MINUTE);
    await asked(again('click-3'));
    expect(await again('click-3')).toEqual({ duplicate: true });
    await time.advance(MINUTE);
  });
});
