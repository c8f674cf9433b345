import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const web = 'servers:\n  web-1: { host: 10.0.0.5 }\n';
const read = (text: string) =>
  readRegistry(text, 'staunch.yml', { folder: '/etc/staunch', home: '/home/ana' });

describe('a staunch.yml that says how changes reach a server', () => {
  it('has no way to a server without a key for it', () => {
    const reading = read(web);
    expect(reading.ok && reading.registry.servers.get('web-1')).not.toHaveProperty('apply');
  });

  it.each<[string, string, object]>([
    [
      'for all servers, with a user of its own',
      `defaults: { applyIdentityFile: keys/apply }\n${web}`,
      { user: 'staunch-apply', identityFile: '/etc/staunch/keys/apply' },
    ],
    [
      'for one server, which says more than the defaults',
      'defaults: { applyIdentityFile: a, applyUser: changer }\nservers:\n  web-1: { host: a, applyIdentityFile: ~/k }\n',
      { user: 'changer', identityFile: '/home/ana/k' },
    ],
  ])('has it %s', (_, text, apply) => {
    const reading = read(text);
    expect(reading.ok && reading.registry.servers.get('web-1')?.apply).toEqual(apply);
  });

  const table: [string, string, string[]][] = [
    [
      'with one user for reading and for changing',
      `defaults: { applyIdentityFile: a, applyUser: staunch }\n${web}`,
      [
        'staunch.yml:1:46: defaults.applyUser is the user that reads, "staunch": give changes a user of their own, a stolen read key must not reach them',
      ],
    ],
    [
      'with one key for reading and for changing',
      'servers:\n  web-1: { host: a, identityFile: k, applyIdentityFile: k }\n',
      [
        'staunch.yml:2:57: servers.web-1.applyIdentityFile is the key that reads: make a key of its own for changes, a stolen read key must not reach them',
      ],
    ],
    [
      'with a user for changes that is none',
      'servers:\n  web-1: { host: a, applyUser: "a b" }\n',
      [
        'staunch.yml:2:32: servers.web-1.applyUser is "a b": expected the login name of the user that applies changes, e.g. staunch-apply',
      ],
    ],
  ];
  it.each(table)('%s is told exactly what is wrong', (_, text, problems) => {
    const reading = read(text);
    expect(reading.ok ? [] : reading.problems.map(problemText)).toEqual(problems);
  });
});
