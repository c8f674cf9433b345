import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import {
  buttonsOf,
  C,
  type Practised,
  practisedStaunch,
  temporaryFolder,
  textsOf,
  U,
  verdictIn,
} from './practised-staunch.ts';
import { staunchReachedBy, WAYS_IN, type WayIn } from './ways-in.ts';

const RECORDINGS = resolve(import.meta.dirname, '../../../practice/recordings');
const CHECKOUT = 'oom-continue-bookworm-vm';

/** What must not leave a server, and where it stands in its logs. */
const PLANTED = {
  address: '203.0.113.77',
  email: 'ines.moreau@shop.example',
  token: 'tok9f3kQ77bLmZpX2',
  password: 'Sommer-Regen-88',
  key: 'AKIAQ3EGRTV7NPLD5Z2M',
};

/** The recordings, with secrets in the lines that a verdict on checkout rests on. */
function plantedRecordings(): string {
  const folder = temporaryFolder();
  const checkout = join(folder, CHECKOUT);
  mkdirSync(checkout);
  cpSync(join(RECORDINGS, CHECKOUT), checkout, { recursive: true });
  const change = (name: string, edit: (text: string) => string) => {
    const file = join(checkout, name);
    const before = readFileSync(file, 'latin1');
    const after = edit(before);
    if (after === before) throw new Error(`nothing to plant in ${name}`);
    writeFileSync(file, after, 'latin1');
  };
  const { address, email, token, password, key } = PLANTED;
  const planted = (text: string) =>
    text.replaceAll('10.213.0.1', address).replaceAll('ms=20', `ms=20&access_token=${token}&mail=${email}`);
  change('nginx-error.log', planted);
  for (const name of ['nginx-access.log', 'nginx-app_access.log'])
    change(name, text => planted(text).replaceAll('"lab-load"', `"${email} ${key}"`));
  change('journal-gunicorn.json', text =>
    text.replaceAll(
      'was terminated due to signal 9',
      `was terminated due to signal 9 DATABASE_URL=postgres://shop:${password}@db/shop key ${key} for ${email} from ${address}`,
    ),
  );
  return folder;
}

/** All that Slack was ever given: calls, messages with their files, modals. */
function allThatSlackGot(slack: PracticeSlack): string {
  const { messages, modals, homes } = slack.workspace;
  const files = [...slack.workspace.files.values()].map(file => [
    file.name,
    file.title,
    file.altText,
    Buffer.from(file.bytes).toString('latin1'),
  ]);
  const calls = slack.calls.map(({ method, args }) => [method, args]);
  return JSON.stringify([calls, [...messages], [...modals], [...homes], files]);
}

/** Every byte below the state's folder, its write-ahead log too, as Latin-1. */
function allThatIsKept(stateFolder: string): string {
  return readdirSync(stateFolder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

async function looksAtEverything({ slack }: Practised): Promise<string> {
  await slack.command(U.chloe, C.checkout, '/diagnose-502 checkout');
  const root = await verdictIn(slack, C.checkout);
  const message = { channel: C.checkout, ts: root.ts };
  const seen: string[] = [];
  for (const button of buttonsOf(root).filter(({ actionId }) => /evidence/.test(actionId))) {
    await slack.press(U.chloe, { message }, button);
    const view = await slack.until(() => slack.modal(U.chloe));
    seen.push(textsOf(view.view));
    await slack.close(U.chloe, view.id);
  }
  await slack.openHome(U.chloe);
  await slack.until(() => slack.home(U.chloe));
  await slack.until(
    () => slack.messages(C.checkout).some(({ files }) => files.length > 0) || undefined,
    20_000,
  );
  return seen.join('\n');
}

describe('secrets in the logs of a server', () => {
  it('reach neither Slack nor the state nor our log, and the lines around them do', async () => {
    process.env.STAUNCH_PRACTICE_RECORDINGS = plantedRecordings();
    onTestFinished(() => {
      delete process.env.STAUNCH_PRACTICE_RECORDINGS;
    });
    const practised = await practisedStaunch({ settings: { logLevel: 'debug' } });
    const seen = await looksAtEverything(practised);
    await practised.staunch.stop();
    expect(seen).toMatch(/was terminated due to signal 9/);
    for (const [where, all] of [
      ['Slack', allThatSlackGot(practised.slack)],
      ['the state', allThatIsKept(practised.stateFolder)],
      ['the log', practised.log.join('')],
    ] as const)
      for (const [what, secret] of Object.entries(PLANTED))
        expect(all.includes(secret), `${what} in ${where}`).toBe(false);
    for (const around of ['was terminated due to signal 9', 'upstream prematurely closed', 'access_token='])
      expect(allThatIsKept(practised.stateFolder)).toContain(around);
  });
});

async function expectNoTokens(way: WayIn): Promise<void> {
  const practised = await staunchReachedBy(way, { settings: { logLevel: 'debug' } });
  const { slack, staunch, stateFolder, log } = practised;
  slack.faults.api('users.info', { kind: 'cut', effect: false });
  slack.faults.api('chat.postMessage', { kind: 'cut', effect: false });
  slack.faults.api('chat.update', { kind: 'status', status: 503 });
  slack.faults.api('views.open', { kind: 'error', error: 'internal_error' });
  slack.faults.api('views.open', { kind: 'rate-limit', retryAfterSeconds: 1 });
  slack.faults.api('views.publish', { kind: 'cut', effect: false }, { times: 2 });
  slack.faults.api('response_url', { kind: 'cut', effect: false }, { times: 2 });
  slack.faults.api('upload', { kind: 'status', status: 500 });
  for (let attempt = 0; attempt < 2; attempt += 1)
    await slack.command(U.chloe, C.checkout, '/diagnose-502 help');
  await slack.command(U.chloe, C.checkout, '/diagnose-502 checkout');
  const root = await verdictIn(slack, C.checkout, 25_000);
  for (const button of buttonsOf(root)) {
    await slack.press(U.chloe, { message: { channel: C.checkout, ts: root.ts } }, button);
    await slack.openHome(U.chloe);
  }
  if (way === 'Socket Mode') {
    slack.faults.api('apps.connections.open', { kind: 'error', error: 'invalid_auth' });
    slack.faults.cutSockets();
    await slack.until(() => slack.openSockets === 2 || undefined, 20_000);
  }
  await staunch.stop();
  expect(log.length).toBeGreaterThan(20);
  expect(log.join('')).toMatch(/will be tried again/);
  const places = {
    Slack: allThatSlackGot(slack),
    'the state': allThatIsKept(stateFolder),
    'the log': log.join(''),
  };
  for (const [where, all] of Object.entries(places))
    for (const secret of [slack.botToken, slack.appToken, slack.signingSecret])
      expect(all.includes(secret), where).toBe(false);
  expect(places['the log']).not.toMatch(/xox[a-z]-|xapp-|ticket=[0-9a-f]/);
}

describe('the tokens of the app', () => {
  it('stand in no message, in no byte of the state and in no line of the log, whatever fails', async () => {
    await Promise.all(WAYS_IN.map(expectNoTokens));
  }, 60_000);
});
