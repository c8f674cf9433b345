import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SshSource } from '../../../src/adapters/ssh/ssh-source.ts';
import type { Answer } from '../../../src/collectors/question.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import { freePort } from '../../free-port.ts';
import type { Sshd } from './sshd-rig.ts';
import { NEVER, question, Rig, soon, TEST_SCRIPT } from './sshd-rig.ts';

let rig: Rig;
let sshd: Sshd;
const listeners: { server: TcpServer; sockets: Socket[] }[] = [];
const sources: SshSource[] = [];

beforeAll(async () => {
  rig = new Rig();
  sshd = await rig.sshd();
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map(source => source.close()));
});
afterAll(async () => {
  for (const { server, sockets } of listeners) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  await rig.stop();
});

function newSource(options: { connectTimeoutMs?: number; maxConnecting?: number } = {}): SshSource {
  const source = new SshSource({ script: TEST_SCRIPT, ...options });
  sources.push(source);
  return source;
}

/** A listener that accepts, and then says only what it is given. */
async function listener(greeting = ''): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (greeting !== '') socket.end(greeting);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  listeners.push({ server, sockets });
  return (server.address() as AddressInfo).port;
}

function summary(answers: readonly Answer[]): string[] {
  return answers.map(answer => (answer.ok ? Buffer.from(answer.bytes).toString().trim() : answer.reason));
}

const echo = (word: string) => question('echo', [word]);

describe('a server that cannot be reached', () => {
  it.each([
    {
      name: 'nothing listens',
      change: async () => ({ port: await freePort('127.0.0.1') }),
      reason: 'unreachable',
    },
    {
      name: 'it accepts and never speaks',
      change: async () => ({ port: await listener() }),
      reason: 'timed-out',
    },
    {
      name: 'it is no SSH server',
      change: async () => ({ port: await listener('220 mail\r\n') }),
      reason: 'unreachable',
    },
    {
      name: 'its name does not exist',
      change: async () => ({ host: 'no-such-name.invalid' }),
      reason: 'unreachable',
    },
  ])('is a value when $name', async ({ change, reason }) => {
    const source = newSource({ connectTimeoutMs: 1500 });
    const server = rig.server(sshd, await change());
    expect(summary(await source.ask(server, [echo('a'), echo('b')], NEVER))).toEqual([reason, reason]);
  });

  it('can be cancelled while it is connecting, without ending the wait of others', async () => {
    const source = newSource({ connectTimeoutMs: 2000 });
    const server = rig.server(sshd, { port: await listener() });
    const cancel = new AbortController();
    const first = source.ask(server, [echo('a')], cancel.signal);
    const second = source.ask(server, [echo('b')], NEVER);
    cancel.abort();
    expect(summary(await first)).toEqual(['cancelled']);
    expect(summary(await second)).toEqual(['timed-out']);
  });
});

describe('a connection', () => {
  it('that is cut in the middle of an answer is told as lost, and the next questions get a new one', async () => {
    const source = newSource();
    const asked = source.ask(rig.server(sshd), [question('slowly'), echo('after')], NEVER);
    await soon(() => sshd.connections().length > 0);
    await pause(1500);
    for (const pid of sshd.connections()) process.kill(pid, 'SIGKILL');
    expect(summary(await asked)).toEqual(['connection-lost', '<after>']);
  });

  it('that died while nobody used it is opened again without anybody noticing', async () => {
    const source = newSource();
    expect(summary(await source.ask(rig.server(sshd), [echo('one')], NEVER))).toEqual(['<one>']);
    for (const pid of sshd.connections()) process.kill(pid, 'SIGKILL');
    expect(summary(await source.ask(rig.server(sshd), [echo('two')], NEVER))).toEqual(['<two>']);
  });

  it('to an sshd that hangs ends at the deadline of the question, and all its questions with it', async () => {
    const source = newSource();
    const server = rig.server(sshd);
    expect(summary(await source.ask(server, [echo('one')], NEVER))).toEqual(['<one>']);
    const stopped = sshd.connections();
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    const short = { timeoutMs: 1000 };
    const startedAt = performance.now();
    const answers = await source.ask(
      server,
      [question('echo', ['two'], short), question('echo', ['three'], short)],
      NEVER,
    );
    expect(summary(answers)).toEqual(['timed-out', 'timed-out']);
    expect(performance.now() - startedAt).toBeLessThan(8000);
    expect(summary(await source.ask(server, [echo('four')], NEVER))).toEqual(['<four>']);
    for (const pid of stopped) process.kill(pid, 'SIGKILL');
  });

  it('to an sshd that hangs is given up by the keepalive when the question may take long', async () => {
    const source = newSource();
    const asked = source.ask(rig.server(sshd), [question('hang', ['7123.5'], { timeoutMs: 60_000 })], NEVER);
    await soon(() => sshd.connections().length > 0);
    await pause(1500);
    const stopped = sshd.connections();
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    const [answer] = await asked;
    for (const pid of stopped) process.kill(pid, 'SIGKILL');
    expect(answer).toMatchObject({ ok: false, reason: 'connection-lost' });
    expect(answer?.ok === false && answer.detail).toContain('Keepalive timeout');
  }, 60_000);
});

describe('many at once', () => {
  it.each([1, 10])('on one server with MaxSessions %i all get their answers', async maxSessions => {
    const limited = await rig.sshd({ lines: [`MaxSessions ${maxSessions}`] });
    const source = newSource();
    const server = rig.server(limited);
    const words = Array.from({ length: 12 }, (_, number) => `${number}`);
    const hanging = source.ask(
      server,
      [question('hang', ['7124.5'], { timeoutMs: 2000 }), echo('next')],
      NEVER,
    );
    const answers = await Promise.all(words.map(word => source.ask(server, [echo(word), echo(word)], NEVER)));
    expect(answers.map(summary)).toEqual(words.map(word => [`<${word}>`, `<${word}>`]));
    expect(summary(await hanging)).toEqual(['timed-out', '<next>']);
    expect(limited.connections().length).toBe(1);
  });

  it('all good servers answer for themselves while hung ones are values', async () => {
    // One sshd listens on at most 16 sockets.
    const lines = ['MaxStartups 100'];
    const sshds = [await rig.sshd({ portCount: 10, lines }), await rig.sshd({ portCount: 10, lines })];
    const source = newSource({ connectTimeoutMs: 8000, maxConnecting: 6 });
    const servers: Server[] = sshds.flatMap(one =>
      one.ports.map(port => rig.server(one, { id: `good-${port}`, port })),
    );
    for (const at of [0, 7, 14])
      servers.splice(at, 0, rig.server(sshd, { id: `hung-${at}`, port: await listener() }));
    const answers = await Promise.all(servers.map(server => source.ask(server, [question('port')], NEVER)));
    expect(answers.flatMap(summary)).toEqual(
      servers.map(({ id, port }) => (id.startsWith('hung') ? 'timed-out' : `port ${port}`)),
    );
  });
});
