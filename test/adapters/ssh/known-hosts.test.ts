import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  knownHostsName,
  knownKeysOf,
  parseKeyText,
  verdictOf,
} from '../../../src/adapters/ssh/known-hosts.ts';

const folder = mkdtempSync(join(tmpdir(), 'staunch-known-hosts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A well-formed ed25519 public key with random bytes. */
function randomKey(): { line: string; blob: Buffer } {
  const type = Buffer.from('ssh-ed25519');
  const length = (bytes: number) => Buffer.from([0, 0, 0, bytes]);
  const blob = Buffer.concat([length(type.length), type, length(32), randomBytes(32)]);
  return { line: `ssh-ed25519 ${blob.toString('base64')}`, blob };
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** The same numbers on every run: a small multiplicative generator. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

const own = randomKey();
const other = randomKey();

describe('the verdict over a host key', () => {
  it.each([
    { name: 'nothing is known', lines: [], verdict: 'unknown' },
    { name: 'the key stands under the name', lines: [`web1 ${own.line} comment`], verdict: 'known' },
    { name: 'another key stands under the name', lines: [`web1 ${other.line}`], verdict: 'changed' },
    { name: 'one of several keys fits', lines: [`web1 ${other.line}`, `web1 ${own.line}`], verdict: 'known' },
    { name: 'the name is hashed', lines: [`${hashed('web1')} ${own.line}`], verdict: 'known' },
    { name: 'another name is hashed', lines: [`${hashed('web2')} ${own.line}`], verdict: 'unknown' },
    { name: 'it is in a list of names', lines: [`db,web1,10.0.0.1 ${own.line}`], verdict: 'known' },
    { name: 'a pattern fits', lines: [`w?b* ${own.line}`], verdict: 'known' },
    { name: 'a pattern fits but the name is excluded', lines: [`*,!web1 ${own.line}`], verdict: 'unknown' },
    { name: 'the exclusion stands first', lines: [`!web1,* ${own.line}`], verdict: 'unknown' },
    { name: 'only other names are excluded', lines: [`!db ${own.line}`], verdict: 'unknown' },
    { name: 'it is known for another port', lines: [`[web1]:2222 ${own.line}`], verdict: 'unknown' },
    {
      name: 'it is revoked for all',
      lines: [`@revoked * ${own.line}`, `web1 ${own.line}`],
      verdict: 'revoked',
    },
    {
      name: 'another key is revoked',
      lines: [`@revoked * ${other.line}`, `web1 ${own.line}`],
      verdict: 'known',
    },
    {
      name: 'only a CA is known',
      lines: [`@cert-authority *  ${other.line}`],
      verdict: 'only-certificate-authority',
    },
    {
      name: 'the CA key itself is shown',
      lines: [`@cert-authority * ${own.line}`],
      verdict: 'only-certificate-authority',
    },
    { name: 'a marker is unknown', lines: [`@trusted web1 ${own.line}`], verdict: 'unknown' },
    { name: 'the line is a comment', lines: [`# web1 ${own.line}`], verdict: 'unknown' },
    {
      name: 'the key type is a lie',
      lines: [`web1 ${own.line.replace('ssh-ed25519', 'ssh-rsa')}`],
      verdict: 'unknown',
    },
    { name: 'the base64 is broken', lines: ['web1 ssh-ed25519 AAAA*'], verdict: 'unknown' },
    { name: 'the file has DOS line ends', lines: [`web1 ${own.line}\r`], verdict: 'known' },
    { name: 'the name is written in capitals', lines: [`WEB1 ${own.line}`], verdict: 'known' },
  ])('is $verdict when $name', ({ lines, verdict }) => {
    expect(verdictOf([lines.join('\n')], 'web1', 22, own.blob)).toBe(verdict);
  });

  it('needs brackets for every port but 22, and counts all files', () => {
    const files = [`[web1]:2222 ${own.line}`, `@revoked web1 ${own.line}`];
    expect(verdictOf(files, 'web1', 2222, own.blob)).toBe('known');
    expect(verdictOf(files, 'web1', 22, own.blob)).toBe('revoked');
  });

  it('stays fast over a pattern made of stars', () => {
    const startedAt = performance.now();
    expect(verdictOf([`${'*a'.repeat(200)}b ${own.line}`], 'a'.repeat(250), 22, own.blob)).toBe('unknown');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('known_hosts lookups', () => {
  it('find the same lines as ssh-keygen -F, for 300 random names', () => {
    const pick = numbers(20261122);
    const hosts = [
      'web1',
      'web2',
      'db.example.org',
      'web1.example.org',
      '10.0.0.5',
      '10.0.0.15',
      '::1',
      'fe80::2',
    ];
    const patterns = [
      'web?',
      '*.example.org',
      '10.0.0.*',
      '*',
      '!web1',
      '!*.example.org',
      '[*]:2222',
      '?eb*',
      'WEB1',
    ];
    const ports = [22, 2222, 2200];
    const nameOf = () => knownHostsName(hosts[pick(hosts.length)] ?? '', ports[pick(3)] ?? 22);
    for (let round = 0; round < 10; round++) {
      const lines = Array.from({ length: 25 }, () => {
        const marker = ['', '', '', '', '@revoked ', '@cert-authority '][pick(6)];
        const names =
          pick(3) === 0
            ? hashed(nameOf())
            : Array.from({ length: 1 + pick(3) }, () =>
                pick(2) === 0 ? nameOf() : patterns[pick(patterns.length)],
              ).join(',');
        return pick(12) === 0 ? '# a comment' : `${marker}${names} ${randomKey().line}`;
      });
      const text = `${lines.join('\n')}\n`;
      const path = join(folder, `known-hosts-${round}`);
      writeFileSync(path, text);
      for (let lookup = 0; lookup < 30; lookup++) {
        const host = hosts[pick(hosts.length)] ?? '';
        const port = ports[pick(3)] ?? 22;
        let printed = '';
        try {
          printed = execFileSync('ssh-keygen', ['-F', knownHostsName(host, port), '-f', path], {
            encoding: 'utf8',
          });
        } catch {
          // exit status 1: nothing found
        }
        const wanted = [...printed.matchAll(/found: line (\d+)/g)].map(match => Number(match[1]));
        expect({
          host,
          port,
          text,
          lines: knownKeysOf([text], host, port).map(key => key.lineNumber),
        }).toEqual({
          host,
          port,
          text,
          lines: wanted,
        });
      }
    }
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('print the fingerprint of a %s key as ssh-keygen does', type => {
    const path = join(folder, `key-${type}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);
    const key = parseKeyText(readFileSync(`${path}.pub`, 'utf8'));
    const printed = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' });
    expect(printed).toContain(` ${fingerprintOf(key?.keyBlob ?? Buffer.alloc(0))} `);
  });
});
