import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf } from '../../../src/adapters/ssh/credentials.ts';
import { dial } from '../../../src/adapters/ssh/dial.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import type { Sshd } from './sshd-rig.ts';
import { NEVER, Rig, soon } from './sshd-rig.ts';

let rig: Rig;
let sshd: Sshd;

beforeAll(async () => {
  rig = new Rig();
  sshd = await rig.sshd();
});
afterAll(() => rig.stop());

async function outcomeOf(server: Server): Promise<{ result: string; detail: string }> {
  const result = await dial(server, { timeoutMs: 8000, cancel: NEVER });
  if (!result.ok) return { result: result.reason, detail: result.detail };
  result.connection.end();
  return { result: 'connected', detail: '' };
}

describe('a login', () => {
  it('works with a key that only an ssh-agent holds, and forwards no agent', async () => {
    const socket = join(rig.folder, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      const listed = () => {
        try {
          execFileSync('ssh-add', ['-q', rig.keyFile], { env, stdio: 'ignore' });
          return true;
        } catch {
          return false;
        }
      };
      expect(await soon(listed)).toBe(true);
      const { identityFile: _, ...server } = rig.server(sshd, { agent: socket });
      expect(await outcomeOf(server)).toMatchObject({ result: 'connected' });
      execFileSync('ssh-add', ['-q', '-D'], { env, stdio: 'ignore' });
      const empty = await outcomeOf(server);
      expect(empty.result).toBe('login-refused');
      expect(empty.detail).toContain('holds no key');
    } finally {
      agent.kill();
    }
  });

  it('with an agent that holds only a user certificate says that certificates are not supported', async () => {
    const socket = join(rig.folder, 'agent-2.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      const certified = join(rig.folder, 'certified');
      rig.makeKey(certified);
      rig.makeKey(join(rig.folder, 'ca'));
      execFileSync('ssh-keygen', [
        '-q',
        '-s',
        join(rig.folder, 'ca'),
        '-I',
        'me',
        '-n',
        rig.user,
        `${certified}.pub`,
      ]);
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      await soon(() => {
        try {
          execFileSync('ssh-add', ['-q', certified], { env, stdio: 'ignore' });
          return true;
        } catch {
          return false;
        }
      });
      const { identityFile: _, ...server } = rig.server(sshd, { agent: socket });
      const outcome = await outcomeOf(server);
      expect(outcome.result).toBe('login-refused');
      expect(outcome.detail).toContain('user certificates and FIDO keys are not supported');
    } finally {
      agent.kill();
    }
  });

  it.each<{ name: string; make: (path: string) => void; says: string }>([
    { name: 'that others may read', make: path => chmodSync(path, 0o644), says: 'its mode is 0644' },
    { name: 'that its group may read', make: path => chmodSync(path, 0o640), says: 'chmod 600' },
    {
      name: 'with a passphrase',
      make: path => execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', path], { stdio: 'ignore' }),
      says: 'Load it into an ssh-agent',
    },
    {
      name: 'with a passphrase in PEM form',
      make: path =>
        execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-N', 'secret', '-f', path], {
          stdio: 'ignore',
        }),
      says: 'Load it into an ssh-agent',
    },
    { name: 'that is none', make: path => writeFileSync(path, 'hello'), says: 'not a private key' },
    {
      name: 'that is the public half',
      make: path => writeFileSync(path, readFileSync(`${path}.pub`)),
      says: 'it is a public key',
    },
    { name: 'that is not there', make: path => execFileSync('rm', [path]), says: 'ENOENT' },
    { name: 'that the server does not know', make: () => {}, says: 'accepted none of the keys' },
  ])('with a key file $name is refused with the reason', async ({ name, make, says }) => {
    const path = join(rig.folder, `key ${name}`);
    rig.makeKey(path);
    make(path);
    const outcome = await outcomeOf(rig.server(sshd, { identityFile: path }));
    expect(outcome.result).toBe('login-refused');
    expect(outcome.detail).toContain(says);
  });

  it('takes a key that systemd hands to the service, whatever its mode, and only from that folder', async () => {
    const path = join(rig.folder, 'from-systemd');
    rig.makeKey(path);
    chmodSync(path, 0o440);
    const before = process.env.CREDENTIALS_DIRECTORY;
    const credentials = () => credentialsOf({ id: 'a', identityFile: path });
    try {
      process.env.CREDENTIALS_DIRECTORY = rig.folder;
      expect(await credentials()).toHaveProperty('privateKey');
      process.env.CREDENTIALS_DIRECTORY = `${rig.folder}-other`;
      expect(await credentials()).toMatchObject({ reason: 'login-refused' });
    } finally {
      if (before === undefined) delete process.env.CREDENTIALS_DIRECTORY;
      else process.env.CREDENTIALS_DIRECTORY = before;
    }
  });
});
