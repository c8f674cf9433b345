import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { CONFIG, CONFIG_TEXT } from '../../target/apply/helper-rig.ts';
import { BLOCK } from '../../target/apply/plans.ts';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { AppliedThread, hasEnded } from './applied-thread.ts';

const MODE = 0o640;
const rounds = trustCount(6, 70);
/** Each change is killed up to so often before it is left alone. */
const MOST_KILLS = 3;
/** A helper that does again what it has done: it neither knows a plan again nor looks at what is there. */
const FORGETS = `
import shutil
def take_back_overdue():
    request = sys._getframe(1).f_locals['request']
    if request['verb'] == 'apply':
        shutil.rmtree(plan_folder(request['planId']), ignore_errors=True)
def expect_unchanged(plan, found):
    return show(plan['unit'])
`;

let thread: AppliedThread;
afterEach(() => thread.stop());

/** A change that nobody disturbs: how long it takes on this machine, from the first word to the last. */
async function undisturbedMs(): Promise<number> {
  thread.target.files.write(CONFIG, CONFIG_TEXT, MODE);
  const life = thread.life('undisturbed', await thread.target.plan());
  await life.until(lines => lines.length > 0);
  const began = performance.now();
  await life.until(hasEnded);
  await life.kill();
  return performance.now() - began;
}

/** One change, killed and started again at moments of chance; how often, and what is wrong at its end. */
async function change(
  id: string,
  chance: () => number,
  lifeMs: number,
): Promise<{ readonly kills: number; readonly faults: readonly string[] }> {
  thread.target.files.write(CONFIG, CONFIG_TEXT, MODE);
  const plan = await thread.target.plan();
  thread.takeReloads();
  let kills = 0;
  for (const most = 1 + Math.floor(chance() * MOST_KILLS); kills < most; kills++) {
    const life = thread.life(id, plan);
    await life.until(lines => lines.length > 0);
    await Promise.race([pause(chance() * lifeMs), life.until(hasEnded)]);
    if (hasEnded(await life.kill())) break;
  }
  const last = thread.life(id, plan);
  await last.until(hasEnded);
  const [ended = ''] = last.said('ended');
  await last.kill();
  const reloads = thread.takeReloads();
  const { text, mode } = thread.file();
  const cards = thread.cards(id);
  const faults = [
    ...(ended === 'done' ? [] : [`ended ${ended}`]),
    ...(reloads === 1 ? [] : [`${reloads} reloads`]),
    ...(text === CONFIG_TEXT + BLOCK ? [] : ['other bytes']),
    ...(mode === MODE ? [] : [`mode ${mode.toString(8)}`]),
    ...(cards.length === 1 ? [] : [`${cards.length} cards`]),
    ...(cards.every(card => /applied and verified/.test(card)) ? [] : [`told: ${cards.join(' / ')}`]),
  ];
  return { kills, faults: faults.map(fault => `${id}: ${fault}`) };
}

/** Change after change, until there are enough or a fault was seen. */
async function changes(most: number, control?: string) {
  thread = await AppliedThread.start(control === undefined ? {} : { control });
  const lifeMs = await undisturbedMs();
  const chance = seededChance(trustSeed());
  const seen = { made: 0, kills: 0, faults: [] as string[] };
  while (seen.made < most && (control === undefined || seen.faults.length === 0)) {
    const { kills, faults } = await change(`change-${String(seen.made++).padStart(3, '0')}`, chance, lifeMs);
    seen.kills += kills;
    seen.faults.push(...faults);
  }
  console.log(`trust: ${seen.made} changes, ${seen.kills} kills of Staunch: ${JSON.stringify(seen.faults)}`);
  return seen;
}

describe('Staunch, killed at any moment while it applies over SSH', () => {
  it(
    'has the change take effect exactly once, and the card say so',
    async () => {
      const { kills, faults } = await changes(rounds);
      expect(faults).toEqual([]);
      expect(kills).toBeGreaterThanOrEqual(rounds / 2);
    },
    trustCount(300_000, 3_600_000),
  );

  // Staunch asks before it sends a change again, so that the control shows itself only at rare moments: nightly.
  it.runIf(process.env.STAUNCH_TRUST === 'full')(
    'would be caught if the server did again what it had done',
    async () => {
      expect((await changes(400, FORGETS)).faults).not.toEqual([]);
    },
    3_600_000,
  );
});
