import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localMachine, publicKeyOf, readText } from '../../src/adapters/local-machine.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staunch-machine-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a key file', () => {
  it.each([
    [0o600, 'fine'],
    [0o400, 'fine'],
    [0o640, 'loose'],
    [0o604, 'loose'],
  ])('of mode %o is %s', async (mode, state) => {
    const key = join(folder, 'key');
    await writeFile(key, 'x');
    await chmod(key, mode);
    expect(await localMachine(undefined).keyFile(key)).toEqual({ state, mode: `0${mode.toString(8)}` });
  });

  it('that is not there is absent, and has no public half', async () => {
    expect(await localMachine(undefined).keyFile(join(folder, 'no'))).toMatchObject({ state: 'absent' });
    expect(await publicKeyOf(join(folder, 'no'))).toBeUndefined();
    await writeFile(join(folder, 'no.pub'), 'ssh-ed25519 AAAA ana\n');
    expect(await publicKeyOf(join(folder, 'no'))).toBe('ssh-ed25519 AAAA ana');
  });
});

describe('an ssh-agent', () => {
  async function answering(bytes: number[] | undefined) {
    const path = join(folder, 'agent');
    const server = createServer(socket => {
      socket.on('error', () => undefined);
      socket.once('data', () => (bytes ? socket.write(Buffer.from(bytes)) : socket.end()));
    });
    await new Promise<void>(resolve => server.listen(path, resolve));
    try {
      return await localMachine(path).agent(undefined);
    } finally {
      await new Promise(resolve => server.close(resolve));
    }
  }

  it.each([
    ['that holds two keys says so', [0, 0, 0, 5, 12, 0, 0, 0, 2], { state: 'answers', keys: 2 }],
    ['that holds none says so', [0, 0, 0, 5, 12, 0, 0, 0, 0], { state: 'answers', keys: 0 }],
    ['that is something else is silent', [...Buffer.from('HTTP/1.1 400')], { state: 'silent' }],
    ['that hangs up is silent', undefined, { state: 'silent' }],
  ])('%s', async (_, bytes, state) => {
    expect(await answering(bytes)).toMatchObject(state);
  });

  it('whose socket is gone, or that was never started, is none', async () => {
    expect(await localMachine(join(folder, 'gone')).agent(undefined)).toMatchObject({ state: 'none' });
    expect(await localMachine('').agent(undefined)).toMatchObject({ state: 'none' });
  });
});

it('a text file that cannot be read is an answer', async () => {
  expect(await readText(folder)).toMatchObject({ ok: false });
});
