import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CONFIG, CONFIG_TEXT, type RigSettings } from '../../target/apply/helper-rig.ts';
import { BLOCK, configPlan } from '../../target/apply/plans.ts';
import { AppliedThread, hasEnded } from './applied-thread.ts';

const MODE = 0o640;
/** The promise: what was not known is known so soon after the server can be asked again. */
const KNOWN_WITHIN_SECONDS = 60;
const UNKNOWN = /not known: the server cannot be asked/;
/** A reload that takes a moment, so that something can happen during it. */
const SLOW: RigSettings = { constants: { SETTLE_SECONDS: 2 } };

let thread: AppliedThread;
afterEach(() => thread.stop());

async function begin(settings: RigSettings = {}) {
  thread = await AppliedThread.start(settings);
  const { files } = thread.target;
  files.write(CONFIG, CONFIG_TEXT, MODE);
  return { files, plan: await thread.target.plan() };
}

const isWritten = () => thread.file().text === CONFIG_TEXT + BLOCK;
const card = (id: string) => thread.cards(id).join('\n');
const read = () => thread.replies().join('\n');

/** The file is as it was, to the byte, the mode and the owner. */
function expectAsBefore(): void {
  expect(thread.file()).toEqual({ text: CONFIG_TEXT, mode: MODE, uid: thread.target.files.uid });
}

/** The unit runs: a main process that is there. */
function expectHealthy(): void {
  const pid = thread.target.files.masterPid();
  expect(pid).toBeDefined();
  expect(() => process.kill(pid ?? 0, 0)).not.toThrow();
}

describe('what people read of a change that goes wrong', () => {
  it('is that nothing was written, where the new configuration is no Python', async () => {
    const { files, plan: sound } = await begin();
    const broken = BLOCK.replace('max_requests = 8000', 'max_requests = = 8000');
    const plan = await configPlan(files, { hostKey: sound.hostKey }, broken);
    const life = thread.life('broken', plan);
    await life.until(hasEnded);
    expect(life.said('ended')).toEqual(['failed']);
    expect(card('broken')).toMatch(/failed/);
    expect(read()).toMatch(/Nothing was written/);
    expectAsBefore();
    expectHealthy();
  }, 60_000);

  it('is that the old bytes are back and the service is down, where its application imports with neither', async () => {
    const { files, plan } = await begin();
    files.write('/srv/checkout/app-broken', '');
    const life = thread.life('unimportable', plan);
    await life.until(hasEnded);
    expect(life.said('ended')).toEqual(['failed']);
    expect(read()).toMatch(/does not run|is failed|is not running|down/);
    expect(card('unimportable')).not.toMatch(/applied and verified/);
    expectAsBefore();
  }, 60_000);

  it('is "not known" while the connection is cut after the write, and the truth within a minute of its return', async () => {
    const { plan } = await begin(SLOW);
    const life = thread.life('cut', plan);
    await thread.until(isWritten, 30, 'the write');
    thread.proxy.cut = { afterBytes: 0, how: 'close' };
    thread.proxy.drop();
    await thread.until(() => UNKNOWN.test(read()), 60, 'the word that it is not known');
    expect(card('cut')).not.toMatch(/applied and verified|taken back|failed/);
    thread.proxy.cut = undefined;
    await thread.until(() => hasEnded(life.lines), KNOWN_WITHIN_SECONDS, 'the truth');
    expect(life.said('ended')).toEqual(['done']);
    expect(card('cut')).toMatch(/applied and verified/);
    expect(read()).not.toMatch(UNKNOWN);
    expect(thread.file().text).toBe(CONFIG_TEXT + BLOCK);
    expectHealthy();
  }, 180_000);

  it('is that it was taken back, where the server is started anew before it was confirmed', async () => {
    const { files, plan } = await begin(SLOW);
    const life = thread.life('reboot', plan);
    await thread.until(isWritten, 30, 'the write');
    thread.proxy.cut = { afterBytes: 0, how: 'close' };
    thread.proxy.drop();
    await thread.until(() => UNKNOWN.test(read()), 60, 'the word that it is not known');
    files.stopUnit();
    files.startUnit();
    await files.ask({ schema: 1, verb: 'overdue' });
    thread.proxy.cut = undefined;
    await thread.until(() => hasEnded(life.lines), KNOWN_WITHIN_SECONDS, 'the truth');
    expect(life.said('ended')).toEqual(['rolled-back']);
    expect(card('reboot')).toMatch(/taken back/);
    expectAsBefore();
    expectHealthy();
  }, 180_000);

  it('is that it was taken back, where Staunch was stopped before it confirmed', async () => {
    const { files, plan } = await begin(SLOW);
    const life = thread.life('stopped', plan);
    await thread.until(isWritten, 30, 'the write');
    await life.kill();
    await thread.until(() => files.takeCalls().some(call => call.includes('reload')), 30, 'the reload');
    // The switch on the server goes off.
    const { answer } = await files.verb('dead-man', { planId: 'stopped-0' });
    expect(answer.state).toBe('rolled-back');
    const next = thread.life('stopped', plan);
    await thread.until(() => hasEnded(next.lines), KNOWN_WITHIN_SECONDS, 'the truth');
    expect(next.said('ended')).toEqual(['rolled-back']);
    expect(card('stopped')).toMatch(/taken back/);
    expect(read()).toMatch(/not confirmed within/);
    expectAsBefore();
    expectHealthy();
  }, 180_000);

  const disk = mkdtempSync(join(tmpdir(), 'staunch-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', disk]).status === 0;
  if (!mounted) console.log('Left out: a disk of the server that is full, which needs root and mount.');
  it.skipIf(!mounted)(
    'is that nothing was written, where the disk of the server is full',
    async () => {
      try {
        const { plan } = await begin({ below: disk });
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
        const life = thread.life('full', plan);
        await life.until(hasEnded);
        expect(life.said('ended')).toEqual(['failed']);
        expect(read()).toMatch(/KiB left.*Nothing was written/s);
        expectAsBefore();
        expectHealthy();
      } finally {
        rmSync(join(disk, 'filler'), { force: true });
        await thread.stop();
        // What still stands in it, such as a process that ends, must not hold it.
        spawnSync('umount', ['--lazy', disk]);
        rmSync(disk, { recursive: true, force: true, maxRetries: 5 });
        thread = await AppliedThread.start();
      }
    },
    60_000,
  );
});
