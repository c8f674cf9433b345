import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Delivered } from '../../../practice/slack/delivered.ts';
import { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import type { Settings } from '../../../src/adapters/settings.ts';
import { freePort } from '../../free-port.ts';
import { startStaunchChild } from './staunch-child.ts';

/**
 * Prints how long acknowledgements take while ten diagnoses run: `node test/acceptance/chat/ack-times.ts`.
 * Staunch is a process of its own, reached over both ways in turn; every second command asks for a diagnosis.
 */
const COMMANDS = 200;
const EVERY_MS = 50;
const ROOMS = 20;
const PATH = '/slack/events';

const { users, channels } = PRACTICE_IDS;
const first = PRACTICE_SEED.channels.find(({ id }) => id === channels.checkout)!;
const rooms = Array.from({ length: ROOMS }, (_, n) => ({ ...first, id: `C0ROOM${n}`, name: `room-${n}` }));
const manifest = parse(readFileSync(resolve(import.meta.dirname, '../../../manifest.yml'), 'utf8'));

for (const way of ['Socket Mode', 'HTTP'] as const) {
  const port = await freePort();
  const slack = await PracticeSlack.start({
    manifest,
    seed: { ...PRACTICE_SEED, channels: rooms },
    ...(way === 'HTTP' && { http: { url: `http://127.0.0.1:${port}${PATH}` } }),
  });
  const stateFolder = mkdtempSync(join(tmpdir(), 'staunch-acks-'));
  const receiver: Settings['slack']['receiver'] =
    way === 'HTTP'
      ? {
          kind: 'http',
          signingSecret: slack.signingSecret,
          path: PATH,
          address: { host: '127.0.0.1', port },
        }
      : { kind: 'socket', appToken: slack.appToken };
  const child = startStaunchChild({ slack, stateFolder, receiver });
  await child.ready;

  const type = (number: number) =>
    slack.command(
      users.ana,
      rooms[number % ROOMS]!.id,
      number % 2 === 0 ? '/diagnose-502 catalog' : '/diagnose-502 help',
    );
  const warm = Array.from({ length: ROOMS }, (_, n) => type(n));
  await Promise.all(warm);
  const typed: Promise<Delivered>[] = [];
  for (let number = 0; number < COMMANDS; number += 1) {
    typed.push(type(number));
    await wait(EVERY_MS);
  }
  const delivered = await Promise.all(typed);
  const times = delivered.flatMap(({ ackMs }) => ackMs ?? []).toSorted((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))]!.toFixed(1);
  const missed = delivered.filter(({ acked }) => !acked).length;
  process.stdout.write(
    `${way}: ${times.length} acknowledged, ${missed} missed; ` +
      `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms\n`,
  );
  await child.kill();
  await slack.stop();
  rmSync(stateFolder, { recursive: true, force: true });
}
