import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Snapshot } from '../../../practice/slack/page-protocol.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { C, startApp, startSlack, stopAfterwards, U } from './practised-app.ts';

function pageFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'practice-page-'));
  stopAfterwards(async () => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Snapshots as a browser gets them. */
async function* snapshots(slack: PracticeSlack, as: string): AsyncGenerator<Snapshot> {
  const response = await fetch(`${slack.url}/practice/events?as=${as}`);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) if (event.startsWith('data: ')) yield JSON.parse(event.slice(6));
  }
}

const act = (
  slack: PracticeSlack,
  as: string,
  what: unknown,
  headers: Record<string, string> = { Origin: slack.url },
) => fetch(`${slack.url}/practice/act`, { method: 'POST', headers, body: JSON.stringify({ as, act: what }) });

/** A request with headers that fetch would not send. */
function raw(
  slack: PracticeSlack,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<number> {
  const { hostname, port } = new URL(slack.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

describe('the page', () => {
  it('is served with TypeScript as JavaScript and a policy against foreign scripts', async () => {
    const page = pageFolder({
      'index.html': '<!doctype html><script type="module" src="/main.ts"></script>',
      'main.ts':
        "import type { A } from './types.ts';\nimport { b } from './b.ts';\nexport const c: A = b as A;\n",
      'notes.txt': 'not part of it',
    });
    const slack = await startSlack({ page });
    const index = await fetch(`${slack.url}/`);
    expect(index.headers.get('content-security-policy')).toMatch(
      /^default-src 'self';.*frame-ancestors 'none'/,
    );
    expect(await index.text()).toContain('/main.ts');
    const script = await fetch(`${slack.url}/main.ts`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const source = await script.text();
    expect(source).toMatch(/^\s+import \{ b \} from '\.\/b\.ts';\nexport const c\s+= b\s+;\n$/);
    for (const path of ['/notes.txt', '/missing.ts', '/..%2f..%2fpackage.json', '/%ff.ts', '/%00.ts']) {
      expect([path, (await fetch(slack.url + path)).status]).toEqual([path, 404]);
    }
  });

  it('is stripped of its types without a warning, and other warnings are still given', () => {
    const folder = pageFolder({ 'a.ts': 'export const a: number = 1;' });
    const files = resolve(import.meta.dirname, '../../../practice/slack/page-files.ts');
    const script = `const { pageFile } = await import(${JSON.stringify(files)});
      process.stdout.write((await pageFile(${JSON.stringify(folder)}, '/a.ts')).body);
      process.emitWarning('something else');`;
    const ran = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(ran.stdout).toMatch(/^export const a\s+= 1;$/);
    expect(ran.stderr.match(/Warning: .*/g)).toEqual(['Warning: something else']);
  });

  it('is told what its person sees, at once and after each change', async () => {
    const slack = await startSlack();
    const app = await startApp(slack, () => undefined);
    const xenia = snapshots(slack, U.xenia);
    const first = (await xenia.next()).value as Snapshot;
    expect(first.channels.map(channel => channel.id)).toEqual([C.partner]);
    expect(first.app).toMatchObject({ botName: 'lookout', botUserId: 'U0PRACTICEBOT', homeTab: true });
    await app.client.chat.postEphemeral({ channel: C.partner, user: U.ana, text: 'for Ana' });
    await app.client.chat.postEphemeral({ channel: C.partner, user: U.xenia, text: 'for Xenia' });
    await slack.say(U.ana, C.checkout, 'not hers');
    let seen = first;
    while (seen.messages.length === 0) seen = (await xenia.next()).value as Snapshot;
    expect(seen.messages).toMatchObject([{ text: 'for Xenia', ephemeral: true, isApp: true, edited: false }]);
    await xenia.return(undefined);
  });

  it('acts: types commands and messages, presses, opens Home', async () => {
    const slack = await startSlack();
    await startApp(slack, app => app.command('/look', async ({ ack }) => ack('seen')));
    const done = async (as: string, what: unknown) => (await act(slack, as, what)).json();
    const type = { kind: 'type', channel: C.checkout };
    expect(await done(U.ana, { ...type, text: '/look' })).toEqual({ ok: true, ackMs: expect.any(Number) });
    expect(await done(U.ana, { ...type, text: 'hello' })).toEqual({ ok: true });
    expect(await done(U.ana, { ...type, text: '/nothing' })).toEqual({
      ok: false,
      problem: expect.stringContaining('/nothing is not a valid command'),
    });
    expect(await done(U.xenia, { ...type, text: 'hello' })).toEqual({
      ok: false,
      problem: 'channel_not_found',
    });
    expect(await done(U.ana, { kind: 'dance' })).toMatchObject({ ok: false });
    expect(slack.messages(C.checkout).map(each => each.text)).toEqual(['hello']);
    expect((await act(slack, U.ana, undefined)).status).toBe(400);
  });
});

describe('the practice Slack and strangers', () => {
  it.each([
    ['another Host', { Host: 'evil.example' }, 403],
    ['a rebound name on the right port', { Host: 'evil.example:PORT' }, 403],
    ['a foreign Origin', { Origin: 'http://evil.example' }, 403],
    ['an opaque Origin', { Origin: 'null' }, 403],
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1' }, 403],
    ['its own name', { Host: 'localhost:PORT' }, 200],
    ['its own page', { Origin: 'http://127.0.0.1:PORT', 'Sec-Fetch-Site': 'same-origin' }, 200],
  ])('%s', async (_, headers, status) => {
    const slack = await startSlack();
    const { port } = new URL(slack.url);
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', port)]),
    );
    expect(await raw(slack, '/', filled)).toBe(status);
    expect(await raw(slack, '/api/auth.test', filled, 'POST')).toBe(status);
  });

  it('acts for nobody but its own page', async () => {
    const slack = await startSlack();
    const typed = { kind: 'type', channel: C.checkout, text: 'hello' };
    expect((await act(slack, U.ana, typed, {})).status).toBe(403);
    expect((await act(slack, U.ana, typed, { Origin: 'http://evil.example' })).status).toBe(403);
    expect(slack.messages(C.checkout)).toEqual([]);
  });

  it('opens no socket for a foreign page', async () => {
    const slack = await startSlack();
    const socket = new WebSocket(`${slack.url.replace('http', 'ws')}/link/?ticket=x`, {
      origin: 'http://evil.example',
    });
    expect(await new Promise(resolve => socket.on('error', error => resolve(error.message)))).toContain(
      '403',
    );
  });

  it('listens on the loopback address only, and refuses unknown tokens', async () => {
    const slack = await startSlack();
    expect(slack.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/$/);
    const call = async (headers: Record<string, string>) =>
      (await fetch(`${slack.apiUrl}auth.test`, { method: 'POST', headers })).json();
    expect(await call({})).toEqual({ ok: false, error: 'not_authed' });
    expect(await call({ Authorization: 'Bearer xoxb-guessed' })).toEqual({
      ok: false,
      error: 'invalid_auth',
    });
    expect(await call({ Authorization: `Bearer ${slack.botToken}` })).toMatchObject({
      ok: true,
      team_id: 'T0ACME',
    });
  });
});
