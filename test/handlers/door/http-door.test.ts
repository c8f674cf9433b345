import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { App } from '@slack/bolt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpDoorReceiver } from '../../../handlers/door/http-door-receiver.ts';
import { signRequest } from '../../../practice/slack/signature.ts';
import { systemTimer } from '../../../src/adapters/system-timer.ts';
import { freePort } from '../../free-port.ts';

const doors = vi.hoisted(() => [] as import('node:child_process').ChildProcess[]);
vi.mock('node:child_process', async original => {
  const real = await original<typeof import('node:child_process')>();
  const fork = (...of: Parameters<typeof real.fork>) => {
    const child = real.fork(...of);
    doors.push(child);
    return child;
  };
  return { ...real, fork };
});

type Event = Parameters<App['processEvent']>[0];
const SECRET = 'door-secret';
const FORM = 'application/x-www-form-urlencoded';
const COMMAND = 'command=%2Fdiagnose-502&text=help';
const EVENT = JSON.stringify({ type: 'event_callback', event: { type: 'app_mention' } });
const form = (payload: object) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  doors.splice(0);
});

/** A door whose app does with each delivery what `listener` says. */
async function door(listener: (event: Event) => Promise<void>, port?: number) {
  const address = { host: '127.0.0.1', port: port ?? (await freePort()) };
  const url = `http://127.0.0.1:${address.port}/slack/events`;
  const logged: string[] = [];
  const say = (_: unknown, text = '') => void logged.push(text);
  const seen = new Set<string>();
  const receiver = new HttpDoorReceiver({
    address,
    path: '/slack/events',
    signingSecret: SECRET,
    inbox: {
      claim: async () => true,
      claimUnsynced: async (key: string) => !seen.has(key) && Boolean(seen.add(key)),
    } as never,
    clock: { nowMs: Date.now },
    timer: systemTimer,
    log: { debug: say, info: say, warn: say, error: say } as never,
  });
  receiver.init({ processEvent: listener } as App);
  closing.push(() => receiver.stop());
  const send = (body: string, type = FORM) =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': type, ...signRequest(body, SECRET, Date.now()).headers },
      body,
    });
  return { receiver, url, logged, send };
}

const acking = async ({ ack }: Event) => ack();

describe('the door', () => {
  it('acknowledges commands, clicks and shortcuts while the main thread does something else', async () => {
    const handed: unknown[] = [];
    const { receiver, url } = await door(async ({ body, ack }) => {
      await ack();
      handed.push(body.type ?? body.command);
    });
    await receiver.start();
    const bodies = [
      COMMAND,
      form({ type: 'block_actions' }),
      form({ type: 'shortcut' }),
      form({ type: 'message_action' }),
    ];
    const requests = bodies.map(body => ({ body, headers: signRequest(body, SECRET, Date.now()).headers }));
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const { Worker } = await import('node:worker_threads');
    const slack = new Worker(
      `const { workerData: { url, type, requests, answered } } = require('node:worker_threads');
       (async () => {
         let good = 0;
         for (const { body, headers } of requests)
           good += (await fetch(url, { method: 'POST', headers: { 'Content-Type': type, ...headers }, body })).status === 200;
         Atomics.store(answered, 0, good);
         Atomics.notify(answered, 0);
       })();`,
      { eval: true, workerData: { url, type: FORM, requests, answered } },
    );
    // Nothing runs in this thread until all answers are there.
    Atomics.wait(answered, 0, 0, 20_000);
    expect(answered[0]).toBe(4);
    expect(handed).toEqual([]);
    await once(slack, 'exit');
    await vi.waitFor(() =>
      expect(handed).toEqual(['/diagnose-502', 'block_actions', 'shortcut', 'message_action']),
    );
  });

  it.each([
    [
      'what its listener says',
      async ({ ack }: Event) => ack({ response_action: 'clear' }),
      200,
      '{"response_action":"clear"}',
    ],
    ['words', async ({ ack }: Event) => ack('fine'), 200, 'fine'],
    ['nothing', acking, 200, ''],
    ['404 where nobody listens', async () => undefined, 404, ''],
    ['500 where its listener fails', async () => Promise.reject(new Error('broken')), 500, ''],
  ])('answers a view with %s', async (_, listener, status, text) => {
    const { receiver, send, logged } = await door(listener as never);
    await receiver.start();
    const answer = await send(form({ type: 'view_submission' }));
    expect([answer.status, await answer.text()]).toEqual([status, text]);
    expect(logged.includes('a request could not be handled')).toBe(status === 500);
  });

  it('leaves an event to Slack to send again when its listener fails, with the number of the try', async () => {
    const tries: (number | undefined)[] = [];
    const { receiver, url } = await door(async ({ retryNum }) => {
      tries.push(retryNum);
      throw new Error('broken');
    });
    await receiver.start();
    const { headers } = signRequest(EVENT, SECRET, Date.now());
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Slack-Retry-Num': '2', ...headers },
      body: EVENT,
    });
    expect(answer.status).toBe(500);
    expect(tries).toEqual([2]);
  });

  it('tells of a listener that wants to say something with an acknowledgement that is given already', async () => {
    const { receiver, send, logged } = await door(async ({ ack }) => ack('too late'));
    await receiver.start();
    expect((await send(COMMAND)).status).toBe(200);
    await vi.waitFor(() => expect(logged).toContain('a request could not be handled'));
  });

  it.each([
    ['a form without JSON', 'payload=%7B', FORM],
    ['JSON that ends too soon', '{"type":', 'application/json'],
    ['no object', '7', 'application/json'],
    ['null', 'null', 'application/json'],
  ])('refuses %s, and goes on', async (_, body, type) => {
    const { receiver, send, logged } = await door(acking);
    await receiver.start();
    expect((await send(body, type)).status).toBe(400);
    expect((await send(COMMAND)).status).toBe(200);
    await vi.waitFor(() => expect(logged).toEqual(['refused a request that claims to come from Slack']));
  });

  it('says with the code of the system that it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closing.push(async () => other.close());
    const { receiver } = await door(acking, (other.address() as { port: number }).port);
    await expect(receiver.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is opened again when its process has died', async () => {
    const { receiver, send, logged } = await door(acking);
    await receiver.start();
    doors[0]?.kill('SIGKILL');
    await vi.waitFor(async () => expect((await send(COMMAND)).status).toBe(200), { timeout: 10_000 });
    expect(logged).toEqual([
      'the process that takes requests from Slack ended unexpectedly and is started again',
    ]);
    expect(doors).toHaveLength(2);
  });

  it('stays open when a signal reaches all of the group', async () => {
    const { receiver, send, logged } = await door(acking);
    await receiver.start();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      doors[0]?.kill(signal);
      expect((await send(`${COMMAND}+${signal}`)).status).toBe(200);
    }
    expect(logged).toEqual([]);
    expect(doors).toHaveLength(1);
  });

  it.runIf(existsSync('/proc/self/environ'))('is not given what Staunch knows', async () => {
    vi.stubEnv('SLACK_BOT_TOKEN', 'xoxb-not-for-the-door');
    const { receiver } = await door(acking);
    await receiver.start();
    vi.unstubAllEnvs();
    const told = (file: string) => readFileSync(`/proc/${doors[0]?.pid}/${file}`, 'utf8');
    expect(told('environ')).not.toContain('xoxb-');
    expect(told('environ') + told('cmdline')).not.toContain(SECRET);
  });

  it('stops when all that came in is answered and in the hands of its listener', async () => {
    const handed: string[] = [];
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    const { receiver, send } = await door(async ({ body, ack }) => {
      handed.push(String(body.command ?? body.type));
      if (body.command === undefined) await mayGoOn;
      await ack();
    });
    await receiver.start();
    const [command, view] = [send(COMMAND), send(form({ type: 'view_submission' }))];
    await vi.waitFor(() => expect(handed).toContain('view_submission'));
    expect((await command).status).toBe(200);
    const stopped = receiver.stop();
    goOn();
    await stopped;
    expect((await view).status).toBe(200);
    expect(handed.toSorted()).toEqual(['/diagnose-502', 'view_submission']);
    await expect(send(COMMAND)).rejects.toThrow();
  });
});
