import { describe, expect, it } from 'vitest';
import { accessGrant } from '../../src/inventory/access-grant.ts';
import { authorizedKeysLines } from '../../src/inventory/authorized-keys.ts';
import { resolvePath } from '../../src/inventory/file-base.ts';
import { readHop } from '../../src/inventory/jump-hop.ts';
import { serverIds } from '../../src/inventory/server-id.ts';
import { readUnitList } from '../../src/inventory/unit-list.ts';

describe('what grants access to', () => {
  it.each([
    ['kernel-log', '', ['sudo usermod -aG adm,systemd-journal reader']],
    ['unit-journal', '', ['sudo usermod -aG adm,systemd-journal reader']],
    [
      'nginx-config',
      '/etc/nginx/conf.d/shop.conf: denied',
      ['sudo setfacl -m u:reader:r /etc/nginx/conf.d/shop.conf'],
    ],
    [
      'error-log',
      '/srv/log/error.log',
      [
        'sudo usermod -aG adm reader',
        'sudo setfacl -m u:reader:rx,d:u:reader:r /srv/log && sudo setfacl -m u:reader:r /srv/log/*.log',
      ],
    ],
    [
      'nginx-error-log',
      '/var/log/nginx/error.log: user reader may not read it. Add the user to the group of the file (www-data:adm -rw-r-----).',
      ['sudo usermod -aG adm reader'],
    ],
    [
      'nginx-access-log',
      '/var/log/nginx/access.log: user reader may not enter /var/log/nginx (root:root drwx--x---).',
      [
        'sudo setfacl -m u:reader:rx,d:u:reader:r /var/log/nginx && sudo setfacl -m u:reader:r /var/log/nginx/*.log',
      ],
    ],
    ['process-table', '', ['findmnt -no OPTIONS /proc']],
    ['config-file', '/srv/app/gunicorn.conf.py', ['sudo setfacl -m u:reader:r /srv/app/gunicorn.conf.py']],
  ])('%s (%s) is one exact command for an administrator', (name, detail, commands) => {
    expect(accessGrant(name, 'reader', detail)).toMatchObject({ commands, advised: true });
  });

  it.each([
    ['gunicorn-environment', 'not recommended'],
    ['smaps', 'instead'],
    ['dmesg', 'journal instead'],
  ])('%s is not granted at all, with the reason', (name, reason) => {
    const grant = accessGrant(name, 'reader');
    expect(grant).toMatchObject({ commands: [], advised: false });
    expect(grant.remark).toContain(reason);
  });

  it('something in a hostile path never becomes part of a command', () => {
    const { commands } = accessGrant('error-log', 'reader', '/var/log/a;reboot $(id)/x.log');
    expect(commands.join(' ')).not.toMatch(/reboot|\$\(/);
  });
});

describe('a line for authorized_keys', () => {
  it('restricts the key in both ways, and names the script in one', () => {
    expect(authorizedKeysLines('ssh-ed25519 AAAAC3Nz ana@laptop', '10.0.0.9')).toEqual({
      plain: 'restrict,from="10.0.0.9" ssh-ed25519 AAAAC3Nz staunch-read',
      forced:
        'restrict,from="10.0.0.9",command="/usr/local/libexec/staunch-read" ssh-ed25519 AAAAC3Nz staunch-read',
      jump: 'restrict,port-forwarding,permitopen="ADDRESS-BEHIND-IT:22",from="10.0.0.9" ssh-ed25519 AAAAC3Nz staunch-read',
      toFillIn: [],
    });
  });

  it.each([
    [undefined, undefined],
    ['not a key', '10.0.0.0"; x'],
  ])('lets nobody in while something is not filled in (%s, %s)', (key, address) => {
    const lines = authorizedKeysLines(key, address);
    expect(lines.plain).toBe('restrict,from="ADDRESS-OF-STAUNCH" ssh-ed25519 YOUR-PUBLIC-KEY staunch-read');
    expect(lines.toFillIn).toHaveLength(2);
  });
});

it.each([
  ['ana@web.example.com', { user: 'ana', host: 'web.example.com' }],
  ['ana@web:2222', { user: 'ana', host: 'web', port: 2222 }],
  ['ssh://ana@web:2222', { user: 'ana', host: 'web', port: 2222 }],
  ['[fe80::1]:22', { host: 'fe80::1', port: 22 }],
  ['fe80::1', { host: 'fe80::1' }],
  ['web:0', undefined],
  ['web:99999', undefined],
  ['a b', undefined],
  ['', undefined],
])('the destination "%s" is read as %j', (text, hop) => {
  expect(readHop(text)).toEqual(hop);
});

it('ids are short where that is enough, and never the same twice', () => {
  expect([
    ...serverIds(['web-1.a.org', 'db.a.org', 'db.b.org', '10.0.0.5', 'DB', '_', 'a_b', 'a-b']).values(),
  ]).toEqual(['web-1', 'db-a-org', 'db-b-org', '10-0-0-5', 'db', 'server', 'a-b', 'a-b-2']);
});

it.each([
  ['~/k', '/home/ana/k'],
  ['~', '/home/ana'],
  ['/k', '/k'],
  ['./a/../k', '/etc/staunch/k'],
  ['../../../k', '/k'],
  ['C:\\k', 'C:\\k'],
])('the path %s in a file stands for %s', (written, path) => {
  expect(resolvePath(written, { folder: '/etc/staunch/', home: '/home/ana' })).toBe(path);
});

it('units are read with their command line, and lines that are none are skipped', () => {
  expect(
    readUnitList('a.service\t12\tgunicorn -w 2\n#staunch note\nb.service\t-\tx\nc.service\t3\n'),
  ).toEqual([
    { unit: 'a.service', mainPid: 12, commandLine: 'gunicorn -w 2' },
    { unit: 'c.service', mainPid: 3, commandLine: '' },
  ]);
});
