import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import { textsOf } from '../../acceptance/chat/message-texts.ts';
import { CONFIG, CONFIG_TEXT } from '../../target/apply/helper-rig.ts';
import { BLOCK } from '../../target/apply/plans.ts';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { SpokenProcess } from '../state/spoken-process.ts';
import type { ApplyingProcess } from './applying-process.ts';
import { HelperSshd } from './helper-sshd.ts';

const CHANNEL = 'C0CHECKOUT';
const MODE = 0o640;
const rounds = trustCount(6, 70);
/** Each round is killed up to so often before it is left alone. */
const MOST_KILLS = 3;
const ROOT = resolve(import.meta.dirname, '../../..');
/** A helper that does again what it has done: it neither knows a plan again nor looks at what is there. */
const FORGETS = `
import shutil
def repeated(record, request):
    shutil.rmtree(plan_folder(record['planId']))
    return status_of(apply_verb(request))
def open_plans():
    return []
def expect_unchanged(plan, found):
    return show(plan['unit'])
`;

let target: HelperSshd;
let slack: PracticeSlack;
let place: string;

async function begin(control?: string): Promise<void> {
  target = new HelperSshd(control === undefined ? {} : { control });
  await target.start();
}

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'staunch-killed-'));
  slack = await PracticeSlack.start({
    manifest: parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8')),
    seed: PRACTICE_SEED,
  });
});
afterEach(async () => {
  await target.stop();
  await slack.stop();
  rmSync(place, { recursive: true, force: true });
});

/** What one change came to: on the server, in the state, and in what people read. */
interface Round {
  readonly kills: number;
  readonly ended: string;
  readonly reloads: number;
  readonly text: string;
  readonly mode: number;
  readonly cards: readonly string[];
}

let longestMs = 4_000;

async function round(id: string, chance: () => number): Promise<Round> {
  target.files.write(CONFIG, CONFIG_TEXT, MODE);
  const plan = await target.plan();
  const told: ApplyingProcess = {
    place,
    id,
    channel: CHANNEL,
    server: target.server({ id: plan.server }),
    plan: { ...plan, verification: { ...plan.verification, expected: {}, watchMs: 0 } },
    slack: { url: slack.apiUrl, token: slack.botToken },
  };
  target.files.takeCalls();
  const start = () => new SpokenProcess('../ssh/applying-process.ts', [JSON.stringify(told)]);
  const hasEnded = (lines: readonly string[]) => lines.some(line => line.startsWith('ended'));
  let kills = 0;
  for (const most = 1 + Math.floor(chance() * MOST_KILLS); kills < most; kills++) {
    const process = start();
    await process.until(lines => lines.length > 0);
    await Promise.race([pause(chance() * longestMs), process.until(hasEnded)]);
    if (hasEnded(await process.kill())) break;
  }
  const last = start();
  const beganMs = performance.now();
  await last.until(hasEnded);
  if (kills === 0) longestMs = performance.now() - beganMs;
  const [ended = ''] = last.said('ended');
  await last.kill();
  const cards = slack
    .messages(CHANNEL)
    .filter(message => message.threadTs === undefined)
    .map(textsOf)
    .filter(text => text.includes(id));
  return {
    kills,
    ended,
    reloads: target.files
      .takeCalls()
      .filter(([tool, ...words]) => tool === 'systemctl' && words.includes('reload')).length,
    text: target.files.read(CONFIG),
    mode: statSync(target.files.path(CONFIG)).mode & 0o777,
    cards,
  };
}

/** What is wrong with a round; empty where the effect came once and people were told the truth. */
function faultsOf({ ended, reloads, text, mode, cards }: Round): readonly string[] {
  return [
    ...(ended === 'done' ? [] : [`ended ${ended}`]),
    ...(reloads === 1 ? [] : [`${reloads} reloads`]),
    ...(text === CONFIG_TEXT + BLOCK ? [] : ['other bytes']),
    ...(mode === MODE ? [] : [`mode ${mode.toString(8)}`]),
    ...(cards.length === 1 ? [] : [`${cards.length} cards`]),
    ...(cards.every(card => /applied and verified/.test(card)) ? [] : [`told: ${cards.join(' / ')}`]),
  ];
}

describe('Staunch, killed at any moment while it applies over SSH', () => {
  it(
    'has the change take effect exactly once, and the card say so',
    async () => {
      await begin();
      const chance = seededChance(trustSeed());
      const faults: string[] = [];
      let kills = 0;
      for (let at = 0; at < rounds; at++) {
        const seen = await round(`round-${at}`, chance);
        kills += seen.kills;
        faults.push(...faultsOf(seen).map(fault => `round ${at}: ${fault}`));
      }
      console.log(`trust: ${rounds} changes, ${kills} kills of Staunch, faults: ${JSON.stringify(faults)}`);
      expect(faults).toEqual([]);
      expect(kills).toBeGreaterThanOrEqual(rounds / 2);
    },
    trustCount(300_000, 3_600_000),
  );

  it(
    'would be caught if the server did again what it had done',
    async () => {
      await begin(FORGETS);
      const chance = seededChance(trustSeed() + 1);
      const faults: string[] = [];
      let at = 0;
      for (; at < 40 && faults.length === 0; at++)
        faults.push(...faultsOf(await round(`round-${at}`, chance)));
      console.log(`trust: a helper that forgets is caught after ${at} changes: ${JSON.stringify(faults)}`);
      expect(faults).not.toEqual([]);
    },
    trustCount(600_000, 3_600_000),
  );
});
