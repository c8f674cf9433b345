import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { CONFIG, CONFIG_TEXT, HelperRig } from './helper-rig.ts';
import { applyRequest, BLOCK, configPlan } from './plans.ts';

const disk = mkdtempSync(join(tmpdir(), 'staunch-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', disk]).status === 0;
if (!mounted) console.log('Left out: changes on a disk that is full, which need root and mount.');

let rig: HelperRig;
afterEach(() => rig?.remove());
afterAll(() => {
  if (mounted) spawnSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Leaves so many bytes on the small disk. */
function fill(leave: number): void {
  const filler = join(disk, 'filler');
  rmSync(filler, { force: true });
  const { bavail, bsize } = statfsSync(disk);
  const size = Math.max(0, bavail * bsize - leave);
  if (size > 0) writeFileSync(filler, Buffer.alloc(size));
}

interface Round {
  readonly leave: number;
  readonly ended: string;
  readonly text: string;
  readonly leftOver: readonly string[];
}

/** Applies the same change again and again with another number of bytes left each time. */
async function onFullDisk(rounds: number, control?: string): Promise<Round[]> {
  rig = new HelperRig({ below: disk, ...(control !== undefined && { control }) });
  const big = `# ${'x'.repeat(60_000)}\n`;
  rig.write(CONFIG, CONFIG_TEXT + big);
  rig.startUnit();
  const chance = seededChance(trustSeed());
  const seen: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    fill(4 << 20);
    rig.write(CONFIG, CONFIG_TEXT + big);
    const planId = `plan-${round}`;
    const plan = await configPlan(rig, {}, BLOCK);
    const leave = Math.floor(chance() * (400 << 10));
    fill(leave);
    const said = await rig.ask(applyRequest(plan, planId));
    const { answer } = said.code === 0 ? said : await rig.verb('status', { planId });
    const text = rig.read(CONFIG).replace(big, '');
    const leftOver = readdirSync(rig.path('/srv/checkout')).filter(name => name.startsWith('.staunch'));
    const ended = answer.ok ? String(answer.state) : String(answer.refusal);
    seen.push({ leave, ended, text, leftOver: ended === 'activated' ? [] : leftOver });
    fill(4 << 20);
    if (ended === 'activated') await rig.verb('rollback', { planId, reason: 'next round' });
    if (rig.masterPid() === undefined) rig.startUnit();
  }
  return seen;
}

const wrong = ({ ended, text, leftOver }: Round) =>
  text !== (ended === 'activated' ? CONFIG_TEXT + BLOCK : CONFIG_TEXT) || leftOver.length > 0;
const endsOf = (seen: readonly Round[]) => [...new Set(seen.map(round => round.ended))].sort();

describe.skipIf(!mounted)('a change on a disk that is full', () => {
  it('is refused before anything is written, and made when there is room again', async () => {
    const seen = await onFullDisk(trustCount(6, 200));
    expect(seen.filter(wrong)).toEqual([]);
    expect(endsOf(seen)).toEqual(['no-space']);
    const plan = await configPlan(rig, {}, BLOCK);
    expect((await rig.ask(applyRequest(plan, 'with-room'))).answer).toMatchObject({
      ok: true,
      state: 'activated',
    });
  }, 3_600_000);

  it('that becomes full in the middle leaves the old file', async () => {
    // As if somebody else had taken the space after it was looked at.
    const seen = await onFullDisk(trustCount(16, 200), 'def expect_space(places, plan):\n    pass\n');
    console.log(`trust: ${seen.length} changes on a filling disk ended as ${endsOf(seen).join(', ')}`);
    expect(seen.filter(wrong)).toEqual([]);
    expect(endsOf(seen)).toContain('rolled-back');
  }, 3_600_000);

  it('would be caught in a helper that empties the file before it writes', async () => {
    const control = `
def expect_space(places, plan):
    pass
def lay_nothing(self, name, data, mode, uid, gid, attributes=(), mtime_ns=None):
    self.kept = data
def overwrite(self, name, seen):
    with open(real_path(self.path), 'wb') as file:
        file.write(self.kept + b'#' * 400000)
Place.lay, Place.move_in = lay_nothing, overwrite
`;
    expect((await onFullDisk(20, control)).filter(wrong)).not.toEqual([]);
  }, 3_600_000);
});
