import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRACTICE_IDS } from '../../../practice/slack/seed.ts';
import { practiceSlack, rootsOf, textsOf } from '../../acceptance/chat/practised-staunch.ts';
import {
  folder,
  LAUNCHER,
  ROOT,
  realEnvironment,
  realThing,
  registryOf,
  StartedProcess,
  silentServer,
} from './started-process.ts';

const { users: U, channels: C } = PRACTICE_IDS;
const READY = /Open\s+(http:\/\/127\.0\.0\.1:\d+)[\s\S]*slack\.md/;

/** Types into the practice Slack of another process, as its page would. */
async function typeInto(url: string, text: string): Promise<void> {
  const response = await fetch(`${url}/practice/act`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ as: U.ana, act: { kind: 'type', channel: C.checkout, text } }),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}

/** The processes below a process, by their pids. */
function below(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === ''
    ? []
    : children.split(' ').flatMap(child => [Number(child), ...below(Number(child))]);
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}

async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 50));
}

describe('a Staunch that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'in practice mode brings a diagnosis to an end on %s, leaves nothing behind and exits with 0',
    async signal => {
      const temporary = folder();
      const staunch = StartedProcess.staunch(['start', '--practice'], { env: { TMPDIR: temporary } });
      const [, url = ''] = await staunch.until(READY);
      expect(readdirSync(temporary)).toHaveLength(1);
      await typeInto(url, '/diagnose-502 checkout');
      staunch.signal(signal);
      expect(await staunch.ended).toEqual({ code: 0, signal: null });
      expect(readdirSync(temporary)).toEqual([]);
      expect(staunch.err).toBe('');
    },
  );

  it('delivers the verdict of the diagnosis that goes on, and the next start finds nothing left', async () => {
    const slack = await practiceSlack();
    const server = await silentServer();
    const env = { ...realEnvironment(slack), STAUNCH_CONFIG: registryOf(server.port) };
    const staunch = realThing(slack, env);
    await staunch.until(/connected to Acme/);
    expect((await slack.command(U.ana, C.checkout, '/diagnose-502 checkout')).acked).toBe(true);
    await server.asked();
    staunch.signal('SIGTERM');
    await staunch.until(/Stopping/);
    server.hangUp();
    expect(await staunch.ended).toEqual({ code: 0, signal: null });
    const [root] = rootsOf(slack, C.checkout);
    expect(textsOf(root)).toMatch(/INCONCLUSIVE|could not|no server/i);
    expect(textsOf(root)).not.toMatch(/Diagnosing/);
    expect(staunch.out).toMatch(/"diagnosesLeft":0,"messagesLeft":false/);
  });

  it('that is killed instead says so in the thread at its next start, and finishes', async () => {
    const slack = await practiceSlack();
    const server = await silentServer();
    const env = { ...realEnvironment(slack), STAUNCH_CONFIG: registryOf(server.port) };
    const first = realThing(slack, env);
    await first.until(/connected to Acme/);
    await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
    await server.asked();
    await slack.until(() => rootsOf(slack, C.checkout)[0]);
    first.signal('SIGKILL');
    await first.ended;
    const second = realThing(slack, env);
    await second.until(/connected to Acme/);
    const [root] = rootsOf(slack, C.checkout);
    const thread = () => slack.messages(C.checkout, { threadTs: root?.ts ?? '' });
    await slack.until(() => thread().find(message => /again/.test(`${message.text} ${textsOf(message)}`)));
    server.hangUp();
    await slack.until(() => (/Diagnosing/.test(textsOf(rootsOf(slack, C.checkout)[0])) ? undefined : true));
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    second.signal('SIGTERM');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });

  it('twice, by a person who will not wait, ends at once', async () => {
    const slack = await practiceSlack();
    const server = await silentServer();
    const staunch = realThing(slack, { STAUNCH_CONFIG: registryOf(server.port) });
    await staunch.until(/connected to Acme/);
    await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
    await server.asked();
    staunch.signal('SIGINT');
    await staunch.until(/Stopping/);
    const again = setInterval(() => staunch.signal('SIGINT'), 200);
    const end = await staunch.ended.finally(() => clearInterval(again));
    expect(end).toEqual({ code: 130, signal: null });
  });
});

describe.runIf(process.platform === 'linux')('nothing is left running', () => {
  const old = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  const hasOldNode = /^v(1\d|2[0-3])\./.test(old);
  const npm = ['npm', ['start'], { cwd: ROOT }] as const;
  const launcher = ['/usr/bin/node', [LAUNCHER, 'start', '--practice'], {}] as const;

  it.each([
    ['npm start', 'SIGTERM', npm],
    ...(hasOldNode
      ? ([
          [`the launcher under Node ${old}`, 'SIGTERM', launcher],
          [`the launcher under Node ${old}`, 'SIGINT', launcher],
          [`the launcher under Node ${old}`, 'SIGKILL', launcher],
        ] as const)
      : []),
  ] as const)('of %s after %s', async (_, signal, [command, args, options]) => {
    const temporary = folder();
    const staunch = new StartedProcess(command, args, { ...options, env: { TMPDIR: temporary } });
    await staunch.until(READY);
    const all = below(staunch.pid);
    expect(all.length).toBeGreaterThan(0);
    staunch.signal(signal);
    const { code } = await staunch.ended;
    if (command !== 'npm' && signal !== 'SIGKILL') expect(code).toBe(0);
    await untilGone(all);
    expect(readdirSync(temporary).filter(name => name.startsWith('staunch-practice-'))).toEqual([]);
  });

  /** A Ctrl-C in a terminal goes to all in front of it; the launcher passes it on besides. */
  it
    .runIf(existsSync('/usr/bin/script'))
    .each(['npm start', ...(hasOldNode ? ['/usr/bin/node bin/staunch start --practice'] : [])])(
    'of %s after one Ctrl-C in a terminal, and the diagnosis was not cut off',
    async command => {
      const temporary = folder();
      const script = ['-qfec', command, `${folder()}/typescript`];
      const staunch = new StartedProcess('/usr/bin/script', script, {
        cwd: ROOT,
        env: { TMPDIR: temporary },
      });
      const [, url = ''] = await staunch.until(READY);
      const all = below(staunch.pid);
      await typeInto(url, '/diagnose-502 checkout');
      staunch.child.stdin?.write('\u0003');
      await staunch.ended;
      await untilGone(all);
      // Ended at once, it would have left its folder.
      expect(readdirSync(temporary).filter(name => name.startsWith('staunch-practice-'))).toEqual([]);
    },
  );
});
