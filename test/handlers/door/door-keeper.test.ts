import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { signRequest } from '../../../practice/slack/signature.ts';
import { freePort } from '../../free-port.ts';

const SECRET = 'keeper-secret';
let keeper: ChildProcess | undefined;
afterEach(() => void keeper?.kill('SIGKILL'));

/** A door in the hands of a process of its own. */
async function kept() {
  const port = await freePort();
  const child = fork(join(import.meta.dirname, 'door-keeper.ts'), {
    env: { ...process.env, PORT: String(port), SECRET },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  keeper = child;
  const told: unknown[] = [];
  child.on('message', message => told.push(message));
  let complaint = '';
  child.stderr?.on('data', chunk => {
    complaint += chunk;
  });
  await vi.waitFor(() => expect(told).toEqual(['open']), { timeout: 10_000 });
  const send = (text: string) => {
    const body = new URLSearchParams({ command: '/diagnose-502', text }).toString();
    return fetch(`http://127.0.0.1:${port}/slack/events`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Connection: 'close',
        ...signRequest(body, SECRET, Date.now()).headers,
      },
      body,
    });
  };
  return { child, told, send, complaint: () => complaint };
}

it('takes nothing in any more when Staunch is killed', async () => {
  const { child, send, complaint } = await kept();
  expect((await send('one')).status).toBe(200);
  child.kill('SIGKILL');
  await once(child, 'close');
  await vi.waitFor(() => expect(send('two')).rejects.toThrow(), { timeout: 5_000 });
  expect(complaint()).toBe('');
});

it('hands over all that it has acknowledged before it is closed, more than the way to Staunch holds', async () => {
  const { child, told, send } = await kept();
  child.send('block');
  const texts = Array.from({ length: 40 }, (_, at) => `${at} ${'x'.repeat(20_000)}`);
  const answers = await Promise.all(texts.map(send));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  child.send('stop');
  await vi.waitFor(() => expect(told.at(-1)).toBe('stopped'), { timeout: 10_000 });
  expect(told.slice(1, -1).toSorted()).toEqual(texts.toSorted());
  await expect(send('late')).rejects.toThrow();
});
