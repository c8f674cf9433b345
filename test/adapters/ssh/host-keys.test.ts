import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/adapters/ssh/connect.ts';
import { dial } from '../../../src/adapters/ssh/dial.ts';
import { scanHostKey } from '../../../src/adapters/ssh/host-key-scan.ts';
import { fingerprintOf, parseKeyText } from '../../../src/adapters/ssh/known-hosts.ts';
import { SshSource } from '../../../src/adapters/ssh/ssh-source.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import type { Sshd } from './sshd-rig.ts';
import { NEVER, question, Rig, soon, TEST_SCRIPT } from './sshd-rig.ts';

let rig: Rig;
let sshd: Sshd;
let strangerKey: string;
const opened: (() => void)[] = [];

beforeAll(async () => {
  rig = new Rig();
  sshd = await rig.sshd({ hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] });
  strangerKey = rig.makeKey(join(rig.folder, 'stranger'));
});
afterEach(() => {
  for (const end of opened.splice(0)) end();
});
afterAll(() => rig.stop());

/** Dials and says in short what came of it. */
async function outcomeOf(server: Server): Promise<{ result: string; detail: string }> {
  const result = await dial(server, { timeoutMs: 8000, cancel: NEVER });
  if (result.ok) {
    opened.push(() => result.connection.end());
    return { result: 'connected', detail: '' };
  }
  return { result: result.reason === 'host-key' ? result.problem : result.reason, detail: result.detail };
}

function publicKeyOf(sshdUnderTest: Sshd, type: string): string {
  const path = readFileSync(`${rig.folder}/sshd-1.conf`, 'utf8').match(
    new RegExp(`HostKey (\\S+-${type})`),
  )?.[1];
  if (path === undefined || sshdUnderTest !== sshd) throw new Error('only for the first sshd');
  return readFileSync(`${path}.pub`, 'utf8').trim();
}

function fingerprint(keyText: string): string {
  return fingerprintOf(parseKeyText(keyText)?.keyBlob ?? Buffer.alloc(0));
}

describe('a host key', () => {
  it.each<{ name: string; lines: (place: string) => string[]; result: string; says: string[] }>([
    {
      name: 'that is known',
      lines: place => [`${place} ${sshd.hostKeyLine}`],
      result: 'connected',
      says: [],
    },
    {
      name: 'of which nothing is known',
      lines: () => [],
      result: 'unknown',
      says: ['SHA256:', 'staunch server add'],
    },
    {
      name: 'that is not the known one',
      lines: place => [`${place} ${strangerKey}`],
      result: 'changed',
      says: ['SHA256:', ':1 (ssh-ed25519', "After checking: ssh-keygen -R '[127.0.0.1]:"],
    },
    {
      name: 'that is revoked',
      lines: place => [`@revoked * ${sshd.hostKeyLine}`, `${place} ${sshd.hostKeyLine}`],
      result: 'revoked',
      says: ['@revoked', ':1:'],
    },
    {
      name: 'that only a CA vouches for',
      lines: place => [`@cert-authority ${place} ${strangerKey}`],
      result: 'only-certificate-authority',
      says: ['host certificates are not supported'],
    },
  ])('$name: $result', async ({ lines, result, says }) => {
    const text = lines(`[${sshd.host}]:${sshd.port}`).join('\n');
    const outcome = await outcomeOf(rig.serverKnownBy(sshd, text));
    expect(outcome.result).toBe(result);
    for (const words of says) expect(outcome.detail).toContain(words);
  });

  it('is found under a hashed name', async () => {
    const server = rig.serverKnownBy(sshd, `[${sshd.host}]:${sshd.port} ${sshd.hostKeyLine}\n`);
    if (server.hostKey.kind !== 'known-hosts') throw new Error('wrong kind');
    execFileSync('ssh-keygen', ['-q', '-H', '-f', server.hostKey.paths[0] ?? ''], { stdio: 'ignore' });
    expect(readFileSync(server.hostKey.paths[0] ?? '', 'utf8')).toMatch(/^\|1\|/);
    expect((await outcomeOf(server)).result).toBe('connected');
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('is asked for by its known type: %s', async type => {
    const known = publicKeyOf(sshd, type);
    const byKnownHosts = rig.serverKnownBy(sshd, `[${sshd.host}]:${sshd.port} ${known}`);
    expect(await outcomeOf(byKnownHosts)).toMatchObject({ result: 'connected' });
    expect(await outcomeOf(rig.server(sshd, { hostKey: { kind: 'key', line: known } }))).toMatchObject({
      result: 'connected',
    });
    const byFingerprint = rig.server(sshd, { hostKey: { kind: 'fingerprint', sha256: fingerprint(known) } });
    expect(await outcomeOf(byFingerprint)).toMatchObject({ result: 'connected' });
  });

  it('with another fingerprint than the registered one is refused, and both are told', async () => {
    const sha256 = fingerprint(strangerKey);
    const outcome = await outcomeOf(rig.server(sshd, { hostKey: { kind: 'fingerprint', sha256 } }));
    expect(outcome.result).toBe('changed');
    expect(outcome.detail).toContain(sha256);
    expect(outcome.detail).toContain(fingerprint(sshd.hostKeyLine));
  });

  it('of a server that lost the known type is refused, not replaced by another of its keys', async () => {
    const only = await rig.sshd({ hostKeyTypes: ['ecdsa'] });
    const outcome = await outcomeOf(rig.server(only, { hostKey: { kind: 'key', line: strangerKey } }));
    expect(outcome.result).toBe('changed');
  });

  it('is looked at without trust, and without any login', async () => {
    const scanned = await scanHostKey(sshd.host, sshd.port);
    expect(scanned).toMatchObject({
      ok: true,
      key: { keyType: 'ssh-ed25519', fingerprint: fingerprint(sshd.hostKeyLine) },
    });
    expect(await soon(() => sshd.connections().length === 0)).toBe(true);
  });

  it('decision is not optional: connect() does not compile without one', () => {
    const withoutDecision = {
      host: sshd.host,
      port: sshd.port,
      user: rig.user,
      credentials: { origin: 'no key' },
      timeoutMs: 1000,
      cancel: NEVER,
    };
    // @ts-expect-error hostKey is required
    const call = () => connect(withoutDecision);
    expect(call).toBeTypeOf('function');
  });

  it('stays decided over many rekeys', async () => {
    const rekeying = await rig.sshd({ lines: ['RekeyLimit 64K'] });
    const source = new SshSource({ script: TEST_SCRIPT });
    const [answer] = await source.ask(rig.server(rekeying), [question('xs', ['900000'])], NEVER);
    await source.close();
    expect(answer?.ok === true && answer.bytes.length).toBe(900_000);
  });
});

describe('a jump host', () => {
  it('is verified under its own name, logged into with its own key, and shared', async () => {
    const ownKey = join(rig.folder, 'jump-key');
    const publicKey = rig.makeKey(ownKey);
    const bastion = await rig.sshd({ host: '127.0.0.2' });
    writeFileSync(`${rig.folder}/jump-authorized`, publicKey);
    const strict = await rig.sshd({
      host: '127.0.0.3',
      lines: [`Match User ${rig.user}`, `AuthorizedKeysFile ${rig.folder}/jump-authorized`],
    });
    for (const [jumpSshd, identityFile] of [
      [bastion, rig.keyFile],
      [strict, ownKey],
    ] as const) {
      const jump = rig.server(jumpSshd, { id: 'bastion', identityFile });
      const source = new SshSource({ script: TEST_SCRIPT });
      const servers = [rig.server(sshd, { jump }), rig.server(sshd, { id: 'another', jump })];
      const answers = await Promise.all(
        servers.map(server => source.ask(server, [question('echo', ['hi'])], NEVER)),
      );
      expect(jumpSshd.connections().length).toBe(1);
      expect(answers.flat().map(answer => answer.ok && Buffer.from(answer.bytes).toString())).toEqual([
        '<hi>',
        '<hi>',
      ]);
      await source.close();
    }
    const scanned = await scanHostKey(sshd.host, sshd.port, rig.server(bastion));
    expect(scanned).toMatchObject({ ok: true, key: { fingerprint: fingerprint(sshd.hostKeyLine) } });
  });

  it('with a wrong key is refused, and so is a right one with a wrong server behind it', async () => {
    const bastion = await rig.sshd({ host: '127.0.0.2' });
    const source = new SshSource({ script: TEST_SCRIPT });
    const wrong = { hostKey: { kind: 'key', line: strangerKey } } as const;
    const wrongJump = rig.server(sshd, { jump: rig.server(bastion, { id: 'bastion', ...wrong }) });
    const wrongTarget = rig.server(sshd, { ...wrong, jump: rig.server(bastion) });
    const answers = [
      ...(await source.ask(wrongJump, [question('echo')], NEVER)),
      ...(await source.ask(wrongTarget, [question('echo')], NEVER)),
    ];
    await source.close();
    expect(answers).toMatchObject([{ reason: 'host-key' }, { reason: 'host-key' }]);
    expect(answers[0]?.ok === false && answers[0].detail).toContain('at the jump host bastion');
    expect(answers[1]?.ok === false && answers[1].detail).not.toContain('at the jump host');
  });

  it('that cannot reach the server says so', async () => {
    const bastion = await rig.sshd({ host: '127.0.0.2' });
    const source = new SshSource({ script: TEST_SCRIPT });
    const server = rig.server(sshd, { port: 1, jump: rig.server(bastion) });
    const [answer] = await source.ask(server, [question('echo')], NEVER);
    await source.close();
    expect(answer).toMatchObject({ ok: false, reason: 'unreachable' });
  });
});
