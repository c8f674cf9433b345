import { describe, expect, it } from 'vitest';
import { serverList } from '../../../handlers/terminal/server-list.ts';
import { aTerminal, registryInMemory } from './server-terminal.ts';

describe('staunch server list', () => {
  it('shows servers, services and groups, without asking a server', async () => {
    const { context, shown } = aTerminal({
      registry: registryInMemory(
        `servers:\n  bastion: { host: b.example, port: 2222, hostKey: "SHA256:${'a'.repeat(43)}" }\n` +
          '  web-1: { host: 10.0.0.5, tier: staging, jump: bastion }\n' +
          'services:\n  shop: { unit: shop.service, servers: [web-1] }\ngroups: { all: [shop] }\n',
      ),
    });
    expect(await serverList(context)).toBe(0);
    expect(shown.out).toBe(
      [
        'SERVER   ADDRESS                 TIER        JUMP         HOST KEY                    SERVICES',
        'bastion  staunch@b.example:2222  production               pinned SHA256:aaaaaaaa…     -',
        'web-1    staunch@10.0.0.5        staging     via bastion  /home/ana/.ssh/known_hosts  shop',
        '',
        'SERVICE  UNIT          SERVERS  NGINX ON',
        'shop     shop.service  web-1    web-1',
        '',
        'GROUP  SERVICES',
        'all    shop',
        '',
      ].join('\n'),
    );
    expect(shown.asked).toEqual([]);
  });

  it('tells how to begin when there is no server, and no file', async () => {
    const empty = aTerminal({ registry: registryInMemory('servers: {}\n') });
    expect(await serverList(empty.context)).toBe(0);
    expect(empty.shown.out).toContain('staunch server add user@host');
    const none = aTerminal({});
    expect(await serverList(none.context)).toBe(2);
    expect(none.shown.err).toContain('there is no file');
  });
});
