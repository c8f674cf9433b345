import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const base = { folder: '/etc/staunch', home: '/home/ana', agentSocket: '/run/agent' };

function registryOf(text: string) {
  const reading = readRegistry(text, 'staunch.yml', base);
  if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.registry;
}

describe('a right staunch.yml', () => {
  it('fills in what is not said, and never leaves a host key undecided', () => {
    expect(registryOf('servers:\n  web-1: { host: 10.0.0.5 }\n').servers.get('web-1')).toEqual({
      id: 'web-1',
      host: '10.0.0.5',
      port: 22,
      user: 'staunch',
      tier: 'production',
      hostKey: { kind: 'known-hosts', paths: ['/home/ana/.ssh/known_hosts'] },
    });
  });

  it('lets a server override the defaults, and takes paths from the home folder or the folder of the file', () => {
    const registry = registryOf(
      'defaults: { user: reader, port: 2222, tier: staging, identityFile: keys/read, knownHosts: [../hosts, /etc/h] }\n' +
        'servers:\n  a: { host: a }\n  b: { host: "fe80::1%eth0", port: 22, tier: production, agent: $SSH_AUTH_SOCK }\n' +
        `  c: { host: c, identityFile: ~/.ssh/c, hostKey: "SHA256:${'a'.repeat(43)}=" }\n`,
    );
    expect(registry.servers.get('a')).toEqual({
      id: 'a',
      host: 'a',
      port: 2222,
      user: 'reader',
      tier: 'staging',
      identityFile: '/etc/staunch/keys/read',
      hostKey: { kind: 'known-hosts', paths: ['/etc/hosts', '/etc/h'] },
    });
    // Its own way to sign in replaces the default key, which would otherwise be tried first.
    expect(registry.servers.get('b')).toMatchObject({ port: 22, tier: 'production', agent: '/run/agent' });
    expect(registry.servers.get('b')).not.toHaveProperty('identityFile');
    expect(registry.servers.get('c')).toMatchObject({
      identityFile: '/home/ana/.ssh/c',
      hostKey: { kind: 'fingerprint', sha256: `SHA256:${'a'.repeat(43)}` },
    });
  });

  it('keeps a pinned public key without its comment', () => {
    const body = `AAAAC3NzaC1lZDI1NTE5AAAAI${'b'.repeat(43)}`;
    const registry = registryOf(`servers:\n  a: { host: a, hostKey: "ssh-ed25519 ${body} root@a" }\n`);
    expect(registry.servers.get('a')?.hostKey).toEqual({ kind: 'key', line: `ssh-ed25519 ${body}` });
  });

  it('resolves jumps whatever order the servers stand in, sharing one server object', () => {
    const registry = registryOf(
      'servers:\n  web: { host: a, jump: inner }\n  inner: { host: b, jump: outer }\n  outer: { host: c }\n' +
        'services:\n  shop: { unit: g.service, servers: [web], nginx: { servers: [outer], accessLogs: [/a] }, upstreams: { "unix:/run/g.sock": web } }\n' +
        'groups: { all: [shop] }\n',
    );
    const web = registry.servers.get('web');
    expect(web?.jump?.jump).toBe(registry.servers.get('outer'));
    expect([...registry.servers.keys()]).toEqual(['web', 'inner', 'outer']);
    const shop = registry.services.get('shop');
    expect(shop?.servers).toEqual([web]);
    expect(shop?.nginx).toEqual({ servers: [registry.servers.get('outer')], accessLogs: ['/a'] });
    expect(shop?.upstreams.get('unix:/run/g.sock')).toBe('web');
    expect(registry.groups.get('all')).toEqual([shop]);
  });

  it('understands anchors, merge keys, a byte order mark and sections left empty', () => {
    const registry = registryOf(
      '\uFEFFservers:\n  a: &common { host: a, user: ops }\n  b: { <<: *common, host: b }\nservices:\ngroups:\ndefaults:\n',
    );
    expect(registry.servers.get('b')).toMatchObject({ host: 'b', user: 'ops' });
    expect(registry.services.size + registry.groups.size).toBe(0);
  });

  it('places a problem in a merged field at the server that merges it', () => {
    const text = 'servers:\n  a: &common { host: a, port: 0 }\n  b: { <<: *common, host: b }\n';
    const reading = readRegistry(text, 'staunch.yml', base);
    expect(reading.ok ? [] : reading.problems.map(problemText)).toEqual([
      'staunch.yml:2:31: servers.a.port is 0: expected a whole number from 1 to 65535',
      'staunch.yml:3:6: servers.b.port is 0: expected a whole number from 1 to 65535',
    ]);
  });
});
