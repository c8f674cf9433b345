import { describe, expect, it } from 'vitest';
import { serverImport } from '../../../handlers/terminal/server-import.ts';
import { aTerminal, registryInMemory } from './server-terminal.ts';

describe('staunch server import', () => {
  const config = 'Host web-1 web-2\n  User x\nHost shop\n  ProxyCommand nc %h %p\n';
  const run = async (
    options: { write?: boolean; file?: string },
    registry = registryInMemory(),
    text = config,
  ) => {
    const { context, shown } = aTerminal({ registry });
    const readText = async () => ({ ok: true as const, text });
    const exit = await serverImport({ file: 'config', ...options }, { ...context, readText });
    return { exit, written: registry.text, ...shown };
  };

  it('shows the servers as YAML and what was left out, and writes nothing', async () => {
    const { exit, out, err, written } = await run({});
    expect(exit).toBe(0);
    expect(out).toBe(
      'servers:\n  web-1:\n    host: web-1\n    user: x\n  web-2:\n    host: web-2\n    user: x\n',
    );
    expect(err).toContain('  - shop: left out, because it is reached through a ProxyCommand');
    expect(err).toContain('2 servers found. Add to staunch.yml with --write.');
    expect(written).toBeUndefined();
  });

  it('with --write adds what is new and leaves what is there', async () => {
    const registry = registryInMemory('# mine\nservers:\n  web-1: { host: kept }\n');
    const { exit, out, err, written } = await run({ write: true }, registry);
    expect(exit).toBe(0);
    expect(out).toContain('1 server added to staunch.yml.');
    expect(err).toContain('  - web-1: the name is in staunch.yml already, left as it is');
    expect(written).toBe(
      '# mine\nservers:\n  web-1: { host: kept }\n  web-2:\n    host: web-2\n    user: x\n',
    );
  });

  it('offers the groups of Ansible as services, which only a person can decide', async () => {
    const { err } = await run({ file: 'hosts.ini' }, registryInMemory(), '[web]\na\nb\n');
    expect(err).toContain(
      '  - group "web" (a, b): if one app runs on these, add it under services with its unit',
    );
  });

  it.each([
    ['hosts.yml', 'all: [', 2, 'It was read as ansible-yaml; --format says otherwise.'],
    ['config', 'Host *\n  User x\n', 0, 'a pattern, not a server'],
  ])('of %s with %j ends with %i', async (file, text, exit, message) => {
    const result = await run({ file }, registryInMemory(), text);
    expect(result.exit).toBe(exit);
    expect(result.err).toContain(message);
  });

  it('of a file that cannot be read says why', async () => {
    const { context, shown } = aTerminal({});
    const readText = async () => ({ ok: false as const, detail: 'EACCES' });
    expect(await serverImport({ file: 'x' }, { ...context, readText })).toBe(1);
    expect(shown.err).toBe('x could not be read: EACCES\n');
  });
});
