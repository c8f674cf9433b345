import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegistryStore } from '../../src/adapters/registry-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staunch-registry-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const storeAt = (file: string) =>
  openRegistryStore(file, { home: '/home/ana', schemaFile: join(folder, 'staunch.schema.json') });

describe('a registry file', () => {
  it('that is not there yet is said to be absent, with the way to make one', async () => {
    const stored = await storeAt(join(folder, 'staunch.yml')).read();
    expect(stored).toMatchObject({ ok: false, absent: true });
    expect(!stored.ok && stored.problems[0]?.message).toMatch(
      /create it with "staunch server add user@host"/,
    );
  });

  it('is made, read back and added to, keeping its mode', async () => {
    const file = join(folder, 'staunch.yml');
    const store = storeAt(file);
    expect(await store.add({ servers: { a: { host: 'a' } } })).toEqual({ ok: true });
    expect(await readFile(file, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/staunch\.schema\.json\n/,
    );
    await chmod(file, 0o600);
    expect(await store.add({ servers: { b: { host: 'b', identityFile: 'key' } } })).toEqual({ ok: true });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const stored = await store.read();
    expect(stored.ok && stored.registry.servers.get('b')?.identityFile).toBe(join(folder, 'key'));
    expect(await readdir(folder)).toEqual(['staunch.yml']);
  });

  it('is left as it was when the addition is refused', async () => {
    const file = join(folder, 'staunch.yml');
    await writeFile(file, 'servers:\n  a: { host: a }\n');
    expect(await storeAt(file).add({ servers: { a: { host: 'other' } } })).toMatchObject({ ok: false });
    expect(await readFile(file, 'utf8')).toBe('servers:\n  a: { host: a }\n');
  });

  it('can be looked at with an addition that is not written', async () => {
    const file = join(folder, 'staunch.yml');
    const preview = await storeAt(file).preview({ servers: { a: { host: 'a' } } });
    expect(preview.ok && preview.registry.servers.get('a')?.port).toBe(22);
    expect(await readdir(folder)).toEqual([]);
  });

  it('behind a link is replaced where it is, and the link stays', async () => {
    const real = join(folder, 'real.yml');
    const link = join(folder, 'staunch.yml');
    await writeFile(real, 'servers: {}\n');
    await symlink(real, link);
    expect(await storeAt(link).add({ servers: { a: { host: 'a' } } })).toEqual({ ok: true });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(real, 'utf8')).toBe('servers:\n  a:\n    host: a\n');
  });

  it.each([
    ['a folder in its place', (file: string) => mkdir(file), 'could not be read'],
    ['no folder to be in', () => Promise.resolve(undefined), 'could not be written'],
  ])('with %s is a problem, not an exception', async (_, prepare, message) => {
    const file = join(folder, message.includes('written') ? 'nowhere/staunch.yml' : 'staunch.yml');
    await prepare(file);
    const added = await storeAt(file).add({ servers: { a: { host: 'a' } } });
    expect(added).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining(message) }] });
  });
});
