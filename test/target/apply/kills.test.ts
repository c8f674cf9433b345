import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { CONFIG, CONFIG_TEXT, HelperRig } from './helper-rig.ts';
import { applyRequest, BLOCK, configPlan } from './plans.ts';

const NEW_TEXT = CONFIG_TEXT + BLOCK;
const rounds = trustCount(60, 500);
let rig: HelperRig;
afterEach(() => rig.remove());

/** Faults that were seen, and how the rounds ended: no fault is the promise, the ends show that kills hit. */
interface Torture {
  readonly mixed: number;
  readonly untruthful: string[];
  readonly ends: Record<string, number>;
}

/** Kills the helper at a moment of chance while it applies, then asks what became of the plan. */
async function torture(
  control: string | undefined,
  most: number,
  enough: (seen: Torture) => boolean,
): Promise<Torture> {
  rig = new HelperRig(control === undefined ? {} : { control });
  rig.startUnit();
  const chance = seededChance(trustSeed());
  const seen = { mixed: 0, untruthful: [] as string[], ends: {} as Record<string, number> };
  let longestMs = 400;
  for (let round = 0; round < most && !enough(seen); round++) {
    rig.write(CONFIG, CONFIG_TEXT, 0o640);
    const planId = `plan-${round}`;
    const plan = await configPlan(rig);
    const began = performance.now();
    const { child, said } = rig.start(JSON.stringify(applyRequest(plan, planId)));
    await pause(chance() * longestMs * 1.2);
    child.kill('SIGKILL');
    const { signal } = await said;
    if (signal === null) longestMs = Math.max(50, performance.now() - began);
    const text = rig.read(CONFIG);
    if (text !== CONFIG_TEXT && text !== NEW_TEXT) seen.mixed++;

    const { answer } = await rig.verb('status', { planId });
    const end = answer.ok ? String(answer.state) : String(answer.refusal);
    seen.ends[end] = (seen.ends[end] ?? 0) + 1;
    const wanted = end === 'activated' ? NEW_TEXT : CONFIG_TEXT;
    const settled = ['activated', 'rolled-back', 'failed', 'unknown-plan'].includes(end);
    if (!settled || rig.read(CONFIG) !== wanted || (statSync(rig.path(CONFIG)).mode & 0o777) !== 0o640)
      seen.untruthful.push(`round ${round}: ${end}, ${answer.detail}`);
    if (end === 'activated') await rig.verb('rollback', { planId, reason: 'next round' });
    if (rig.masterPid() === undefined) rig.startUnit();
  }
  return seen;
}

describe('a helper that is killed at any moment', () => {
  it('leaves the old or the new bytes, never a mixture, and the next call says which and why', async () => {
    const seen = await torture(undefined, rounds, () => false);
    console.log(`trust: ${rounds} kills of the helper ended as ${JSON.stringify(seen.ends)}`);
    expect(seen.untruthful).toEqual([]);
    expect(seen.mixed).toBe(0);
    // The kills hit: before anything was recorded, in the middle, and after the end.
    expect(seen.ends['rolled-back'] ?? 0).toBeGreaterThan(0);
    expect(seen.ends['unknown-plan'] ?? 0).toBeGreaterThan(0);
  }, 3_600_000);

  it('would be caught if it wrote into the file itself', async () => {
    const control = `
def lay_nothing(self, name, data, mode, uid, gid, attributes=(), mtime_ns=None):
    self.kept = data
def write_slowly(self, name, seen):
    with open(real_path(self.path), 'wb') as file:
        for at in range(0, len(self.kept), 8):
            file.write(self.kept[at:at + 8])
            file.flush()
            time.sleep(0.02)
Place.lay, Place.move_in = lay_nothing, write_slowly
`;
    const seen = await torture(control, 100, found => found.mixed > 0);
    expect(seen.mixed).toBeGreaterThan(0);
  }, 3_600_000);

  it('would be caught if it recorded what it did only afterwards', async () => {
    const control = `
save_really = save
def open_record(record, plan, backups):
    folder = plan_folder(record['planId'])
    for at, data in enumerate(backups):
        write_file(folder, 'before-%d' % at, data)
def save(record, stage, detail=None):
    if stage in UNDER_WAY:
        record['stage'], record['detail'] = stage, detail
        return
    save_really(record, stage, detail)
`;
    const seen = await torture(control, 100, found => found.untruthful.length > 0);
    expect(seen.untruthful).not.toEqual([]);
  }, 3_600_000);
});
