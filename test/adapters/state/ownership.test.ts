import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { anIncident, aRun, opened, START_MS } from './sample.ts';
import { temporaryState } from './temporary-state.ts';
import { WriterProcess } from './writer-process.ts';

const temporary = temporaryState();
const onLinux = process.platform === 'linux';

describe('the owner of a state', () => {
  it('is one process: another is told its pid and host, and takes over at once when it is dead', async () => {
    const writer = new WriterProcess(temporary.folder, 'w');
    try {
      await writer.wrote(1);
      await expect(temporary.open()).rejects.toMatchObject({
        kind: 'owned',
        message: expect.stringContaining(`in use by process ${writer.pid} on ${hostname()}`),
      });
      const before = writer.finished.length;
      await writer.wrote(before + 2);
    } finally {
      await writer.kill();
    }
    const state = await temporary.open();
    expect(state.epoch).toBe(writer.epoch + 1);
    expect(await state.incidents.document('w-0')).toBeDefined();
  });

  it('is one opening, also within a process', async () => {
    await temporary.open();
    await expect(temporary.open()).rejects.toMatchObject({
      kind: 'owned',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('leaves the state to the next when it closes, with a higher epoch', async () => {
    await temporary.make();
    await temporary.make();
    const state = await temporary.open();
    expect(state.epoch).toBe(3);
    await state.renewLease();
    expect(temporary.raw('select expires_at_ms as at from lease')).toEqual([{ at: START_MS + 30_000 }]);
    temporary.nowMs += 10_000;
    expect(await state.renewLease()).toBe(true);
    expect(temporary.raw('select expires_at_ms as at from lease')).toEqual([{ at: START_MS + 40_000 }]);
  });

  it.each([
    ['on another host', "host = 'elsewhere'"],
    ['in another container', "pid_space = 'pid:[1]'"],
    ['whose start nobody knows', "process_start = ''"],
  ])('%s is waited for until its lease runs out', async (_, other) => {
    const first = await temporary.open();
    temporary.raw(`update lease set ${other}`);
    temporary.nowMs += 29_999;
    await expect(temporary.open()).rejects.toMatchObject({
      kind: 'owned',
      message: expect.stringMatching(/try again in 1 s/),
    });
    temporary.nowMs += 1;
    expect((await temporary.open()).epoch).toBe(first.epoch + 1);
  });

  it.runIf(onLinux).each([
    ['that had the pid of a process that started since', "process_start = '1'"],
    ['from before the machine was started', "boot = 'earlier'"],
    ['whose pid nobody has', 'pid = 4194305'],
  ])('%s is replaced at once', async (_, other) => {
    const first = await temporary.open();
    temporary.raw(`update lease set ${other}`);
    expect((await temporary.open()).epoch).toBe(first.epoch + 1);
  });

  it('that was replaced writes nothing any more, says so, and leaves the new one alone', async () => {
    const old = await temporary.open();
    await opened(old, 'i1');
    temporary.raw("update lease set pid = 77, host = 'elsewhere', epoch = epoch + 1");
    const lost = { kind: 'ownership-lost', message: expect.stringMatching(/by process 77 on elsewhere/) };
    await expect(old.inbox.claim('a', START_MS)).rejects.toMatchObject(lost);
    await expect(old.incidents.open(anIncident('i2'), aRun('r2'))).rejects.toMatchObject(lost);
    await expect(old.atomically(async within => within.inbox.claim('a', START_MS))).rejects.toMatchObject(
      lost,
    );
    expect(await old.renewLease()).toBe(false);
    await old.close();
    expect(temporary.raw('select pid, host from lease')).toEqual([{ pid: 77, host: 'elsewhere' }]);
    expect(temporary.raw('select count(*) as rows from inbox')).toEqual([{ rows: 0 }]);
  });

  it('can be looked at while it works, without a lease', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    const reading = await openStateForReading(temporary.folder);
    expect(await reading.incidents.run('i1-1')).toMatchObject({ state: 'running' });
    await opened(state, 'i2');
    expect((await reading.incidents.running()).map(run => run.id)).toEqual(['i1-1', 'i2-1']);
    expect(await reading.outbox.backlog()).toEqual({ waiting: 0 });
    await reading.close();
    expect(await state.renewLease()).toBe(true);
  });
});
