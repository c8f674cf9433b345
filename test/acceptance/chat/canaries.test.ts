import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { exportStateOf } from '../../../src/adapters/state-keeping.ts';
import { CANARIES } from '../../report/secret-canaries.ts';
import { cardWith, threadOf } from './incident-rig.ts';
import { C, practisedStaunch, temporaryFolder, textsOf, U, verdictIn } from './practised-staunch.ts';

const RECORDINGS = resolve(import.meta.dirname, '../../../practice/recordings');
const CHECKOUT = 'oom-continue-bookworm-vm';
const DEATH = 'was terminated due to signal 9';

/** The recordings, with a canary behind every line that a verdict on checkout rests on, in turn. */
function plantedRecordings(): string {
  const folder = temporaryFolder();
  const checkout = join(folder, CHECKOUT);
  mkdirSync(checkout);
  cpSync(join(RECORDINGS, CHECKOUT), checkout, { recursive: true });
  const file = join(checkout, 'journal-gunicorn.json');
  let next = 0;
  const several = () =>
    Array.from({ length: 8 }, () => CANARIES[next++ % CANARIES.length]?.line ?? '').join(' ; ');
  const planted = readFileSync(file, 'utf8').replaceAll(
    DEATH,
    () => `${DEATH} ${JSON.stringify(several()).slice(1, -1)}`,
  );
  expect(next).toBeGreaterThanOrEqual(CANARIES.length);
  writeFileSync(file, planted);
  return folder;
}

function allThatSlackGot(slack: PracticeSlack): string {
  const { messages, modals, homes } = slack.workspace;
  const files = [...slack.workspace.files.values()].map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  // What people typed themselves is theirs: only what the app sent counts.
  const sent = [...messages.values()].flat().filter(({ botId }) => botId !== undefined);
  return JSON.stringify([
    slack.calls.map(({ method, args }) => [method, args]),
    sent,
    [...modals],
    [...homes],
    files,
  ]);
}

describe('sixty-eight secrets in the logs of a server and in what people write', () => {
  it('stand in nothing that Slack gets, the log, the state, its export or the post-mortem', async () => {
    process.env.STAUNCH_PRACTICE_RECORDINGS = plantedRecordings();
    onTestFinished(() => {
      delete process.env.STAUNCH_PRACTICE_RECORDINGS;
    });
    const { slack, staunch, stateFolder, log } = await practisedStaunch({ settings: { logLevel: 'debug' } });
    await slack.command(U.chloe, C.checkout, '/diagnose-502 checkout');
    const root = await verdictIn(slack, C.checkout);
    await cardWith(slack, root, /Does the limit fit/);
    for (const { line } of CANARIES) await slack.say(U.ana, C.checkout, `@staunch note ${line}`, root.ts);
    await slack.say(U.ana, C.checkout, `@staunch frobnicate ${CANARIES[0]?.line}`, root.ts);
    await slack.say(U.ana, C.checkout, '@staunch timeline', root.ts);
    await slack.say(U.ana, C.checkout, '@staunch export', root.ts);
    const exported = await slack.until(
      () => threadOf(slack, root).find(({ files }) => files.some(({ name }) => name.endsWith('.md'))),
      20_000,
    );
    await slack.until(
      () => threadOf(slack, root).find(message => /Timeline of/.test(textsOf(message))),
      20_000,
    );
    await staunch.stop();
    const portable = join(temporaryFolder(), 'all.export');
    const done = await exportStateOf({ STAUNCH_STATE_DIR: stateFolder }, portable, { nowMs: Date.now });
    expect(done).toMatchObject({ ok: true });
    const report = Buffer.from(exported.files[0]?.bytes ?? []).toString();
    const places = {
      Slack: allThatSlackGot(slack),
      'the log': log.join(''),
      'the state': readdirSync(stateFolder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('\n'),
      'the export': gunzipSync(readFileSync(portable)).toString(),
      'the post-mortem': report,
    };
    expect(report).toContain(DEATH);
    expect(report.match(/Note: /g)?.length).toBeGreaterThan(40);
    const found = Object.entries(places).flatMap(([place, text]) =>
      CANARIES.filter(({ secret }) => text.includes(secret)).map(({ where }) => `${place}: ${where}`),
    );
    expect(found).toEqual([]);
  }, 120_000);
});
