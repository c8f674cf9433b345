import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ImportedServers } from '../../src/inventory/imported-servers.ts';
import { editRegistry } from '../../src/inventory/registry-edit.ts';
import { type ImportFormat, importFormatOf, importServers } from '../../src/inventory/server-import.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/inventory/${name}`, import.meta.url), 'utf8');
const base = { folder: '/etc/staunch', home: '/home/ana' };

function imported(text: string, format: ImportFormat): ImportedServers {
  const result = importServers(text, format);
  if (!result.ok) throw new Error(result.detail);
  return result;
}

describe('an OpenSSH configuration', () => {
  const { servers, notes } = imported(fixture('ssh_config'), 'openssh');
  const knownHosts = ['~/.ssh/known_hosts', '~/.ssh/known_hosts_work'];

  it('gives the servers a person can name, each setting from the first block that has it', () => {
    expect(servers.bastion).toEqual({
      host: '203.0.113.4',
      port: 2222,
      user: 'jump',
      identityFile: '~/.ssh/bastion',
      knownHosts,
    });
    expect(servers['web-2']).toEqual({
      host: 'web-2.internal.example.com',
      port: 22,
      user: 'staunch',
      jump: 'bastion',
      identityFile: '~/.ssh/staunch read',
      knownHosts,
    });
  });

  it('makes a server of every hop, and a second bastion where the way to it differs', () => {
    expect(servers.outer).toMatchObject({ host: 'outer.example.com', port: 2200, user: 'me' });
    expect(servers['bastion-via-outer']).toMatchObject({ host: '203.0.113.4', port: 2222, jump: 'outer' });
    expect(servers.deep).toMatchObject({ host: 'deep', jump: 'bastion-via-outer' });
  });

  it('never switches host key checking off', () => {
    expect(servers.direct).not.toHaveProperty('knownHosts');
    expect(notes).toContain(
      'direct: StrictHostKeyChecking no was not taken over: a host key is always checked',
    );
    expect(notes).toContain(
      'direct: UserKnownHostsFile /dev/null was left out: a host key is always checked',
    );
  });

  it('leaves out what it cannot judge without running a command, and says so', () => {
    expect(Object.keys(servers)).toEqual([
      'bastion',
      'web-1',
      'web-2',
      'outer',
      'bastion-via-outer',
      'deep',
      'direct',
    ]);
    expect(servers['web-1']?.user).toBe('staunch');
    expect(notes).toEqual(
      expect.arrayContaining([
        'Include ~/.ssh/config.d/* (the top of the file): not followed; import that file by itself',
        'Host *.example.com, Host *: a pattern, not a server: left out; its settings were given to the servers it matches',
        'Match exec test -f /tmp/at-home host web-1: left out, because its settings depend on a command and an import runs none',
        'Match user root: left out, because Match conditions are not worked out; give its settings by hand',
        'old: left out, because it is reached through a ProxyCommand, which Staunch does not run; use ProxyJump',
        'loop-a: left out, because its ProxyJump goes in a circle',
      ]),
    );
  });

  it('that cannot be parsed is an answer, not an exception', () => {
    expect(importServers('Host "a\n', 'openssh')).toMatchObject({ ok: false });
  });

  it('matches hostile patterns in linear time', () => {
    const text = `Host ${'*a'.repeat(400)}*b\n  User x\nHost ${'a'.repeat(5_000)}\n  Port 22\n`;
    const started = performance.now();
    imported(text, 'openssh');
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('an Ansible inventory', () => {
  it('in INI form gives its hosts, ranges and group variables included', () => {
    const { servers, groups, notes } = imported(fixture('hosts.ini'), 'ansible-ini');
    expect(servers.web02).toEqual({
      host: 'web02.example.com',
      port: 2200,
      user: 'deploy',
      identityFile: '~/.ssh/web',
      jump: 'bastion',
    });
    expect(servers['10-0-0-7']).toMatchObject({ host: '10.0.0.8' });
    expect(servers['db-b']).toMatchObject({ host: 'db-b.example.com', user: 'dba' });
    expect(servers.bastion).toEqual({ host: 'bastion.example.com', port: 2222, user: 'jump' });
    expect([...groups]).toEqual([
      ['web', ['web01', 'web02', 'web03', '10-0-0-7']],
      ['db', ['db-a', 'db-b']],
    ]);
    expect(notes).toEqual([
      'line 12: left out, because its range makes no sense or too many hosts: broken[5:1].example.com',
      'line 25: left out, because this kind of section is not known: [db:surprise]',
      '10.0.0.7: ansible_become was left out: Staunch signs in with a key and needs no sudo',
      'windows: left out, because it is not reached by SSH (ansible_connection=winrm)',
      "template: left out, because ansible_host={{ lookup('x') }} is a template, and templates are not worked out",
    ]);
  });

  it('in YAML form lets an inner group win over an outer one, and a host over both', () => {
    const { servers, groups, notes } = imported(fixture('hosts.yml'), 'ansible-yaml');
    expect(servers).toEqual({
      'web1-a-example-com': { host: 'web1.a.example.com', port: 2200, user: 'web' },
      web2: { host: 'web2.a.example.com', port: 2200, user: 'web' },
      'web1-b-example-com': { host: '10.0.0.5', port: 2201, user: 'web' },
    });
    expect([...groups.keys()]).toEqual(['web']);
    expect(notes).toEqual([
      'localhost: left out, because it is not reached by SSH (ansible_connection=local)',
    ]);
  });

  it.each([
    ['an empty file', '', 'ansible-ini'],
    ['a broken YAML', 'all: [', 'ansible-yaml'],
    ["a plugin's output", '_meta: { hostvars: {} }', 'ansible-yaml'],
    ['groups without hosts', 'all: { children: { web: } }', 'ansible-yaml'],
  ] as const)('that is %s is an answer with a reason', (_, text, format) => {
    expect(importServers(text, format)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^(this|no hosts)/),
    });
  });

  it('survives groups that are children of each other', () => {
    const text = '[a]\nh1\n[a:children]\nb\n[b:children]\na\n[b:vars]\nansible_user=x\n';
    expect(imported(text, 'ansible-ini').servers.h1).toEqual({ host: 'h1', user: 'x' });
  });

  it('with a range of millions does not fill the memory', () => {
    const { servers, notes } = imported('ok\nweb[1:9999999]\n[g]\nx[1:999][1:999]\n', 'ansible-ini');
    expect(Object.keys(servers)).toEqual(['ok']);
    expect(notes).toHaveLength(2);
  });
});

it.each([
  ['ssh_config', 'openssh'],
  ['hosts.ini', 'ansible-ini'],
  ['hosts.yml', 'ansible-yaml'],
] as const)('what %s gives is written to a staunch.yml that reads back', (name, format) => {
  const { servers } = imported(fixture(name), format);
  expect(importFormatOf(name === 'hosts.yml' ? 'inventory' : name, fixture(name))).toBe(format);
  expect(editRegistry(undefined, { servers }, 'staunch.yml', base, './s.json')).toMatchObject({ ok: true });
});
