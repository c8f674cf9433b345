import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const base = { folder: '/etc/staunch', home: '/home/ana', agentSocket: '/run/agent' };
const read = (text: string) => readRegistry(text, 'staunch.yml', base);

function problemsOf(text: string): string[] {
  const reading = read(text);
  return reading.ok ? [] : reading.problems.map(problemText);
}

const HOST = 'expected a host name or an IP address, without user and port';
const NAME = 'expected a name of a-z, 0-9 and "-" that begins with a letter or a digit';
const KEY =
  'expected "SHA256:" and 43 characters as ssh-keygen -l prints them, or a public key such as "ssh-ed25519 AAAA…"';
const web = 'servers:\n  web-1: { host: 10.0.0.5 }\n';

describe('a broken staunch.yml', () => {
  const table: [string, string, string[]][] = [
    ['that is empty', '', ['staunch.yml:1:1: the file is empty: expected at least servers: { … }']],
    [
      'with comments only',
      '# nothing\n',
      ['staunch.yml:1:1: the file is empty: expected at least servers: { … }'],
    ],
    [
      'that is a list',
      '- web-1\n',
      [
        'staunch.yml:1:1: the file is a list: expected the fields servers, services, groups, teams, slack, warnings, changes and defaults',
      ],
    ],
    [
      'without servers',
      'services: {}\n',
      [
        'staunch.yml:1:1: servers is missing: expected a map of server name to its settings, e.g. web-1: { host: 10.0.0.5 }',
      ],
    ],
    [
      'with servers as a list',
      'servers:\n  - host: a\n',
      [
        'staunch.yml:2:3: servers is a list: expected a map of server name to its settings, e.g. web-1: { host: 10.0.0.5 }',
      ],
    ],
    [
      'with a bracket left open',
      'servers:\n  web-1: { host: a\nservices: {}\n',
      [
        'staunch.yml:3:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
      ],
    ],
    [
      'indented with a tab',
      'servers:\n\tweb-1: { host: a }\n',
      ['staunch.yml:2:1: a tab stands where YAML wants spaces: indent with spaces'],
    ],
    [
      'with two documents',
      `${web}---\n${web}`,
      ['staunch.yml:3:1: a second YAML document begins here ("---"): keep everything in one document'],
    ],
    [
      'with an alias of nothing',
      'servers:\n  web-1: *nowhere\n',
      [
        'staunch.yml:1:1: not valid YAML: Unresolved alias (the anchor must be set before the alias): nowhere',
      ],
    ],
    [
      'with a server twice',
      'servers:\n  web-1: { host: a }\n  web-1: { host: b }\n',
      ['staunch.yml:3:3: web-1 is written twice in the same map: keep one, the other would be lost'],
    ],
    [
      'with a field that is misspelt',
      'servers:\n  web-1: { host: a, prot: 22 }\n',
      ['staunch.yml:2:21: servers.web-1.prot is not a field here; did you mean port?'],
    ],
    [
      'with a field nobody knows',
      'servers:\n  web-1: { host: a, password: x }\n',
      [
        'staunch.yml:2:21: servers.web-1.password is not a field here; there are host, port, user, tier, jump, hostKey, knownHosts, identityFile and others',
      ],
    ],
    [
      'with a misspelt section',
      `${web}defualts: { port: 22 }\n`,
      ['staunch.yml:3:1: defualts is not a field here; did you mean defaults?'],
    ],
    [
      'without a host',
      'servers:\n  web-1: { port: 22 }\n',
      [`staunch.yml:2:10: servers.web-1.host is missing: ${HOST}`],
    ],
    [
      'with an empty host',
      'servers:\n  web-1:\n    host:\n',
      [`staunch.yml:3:5: servers.web-1.host is empty: ${HOST}`],
    ],
    [
      'with user and host in one',
      'servers:\n  web-1: { host: root@web }\n',
      [`staunch.yml:2:18: servers.web-1.host is "root@web": ${HOST}`],
    ],
    [
      'with an option as host',
      'servers:\n  web-1: { host: -oProxyCommand=x }\n',
      [`staunch.yml:2:18: servers.web-1.host is "-oProxyCommand=x": ${HOST}`],
    ],
    [
      'with a port out of range',
      'servers:\n  web-1: { host: a, port: 70000 }\n',
      ['staunch.yml:2:27: servers.web-1.port is 70000: expected a whole number from 1 to 65535'],
    ],
    [
      'with a port in quotes',
      'servers:\n  web-1: { host: a, port: "22" }\n',
      ['staunch.yml:2:27: servers.web-1.port is "22": expected a whole number from 1 to 65535'],
    ],
    [
      'with an unknown tier',
      'servers:\n  web-1: { host: a, tier: prod }\n',
      ['staunch.yml:2:27: servers.web-1.tier is "prod": expected production, staging or development'],
    ],
    [
      'with a name in capitals',
      'servers:\n  Web-1: { host: a }\n',
      [`staunch.yml:2:3: servers.Web-1 is not a name that can be used here: ${NAME}`],
    ],
    [
      'with a wrong name over a wrong field',
      'servers:\n  Web_1: { host: a, port: 0 }\n',
      [
        `staunch.yml:2:3: servers.Web_1 is not a name that can be used here: ${NAME}`,
        'staunch.yml:2:27: servers.Web_1.port is 0: expected a whole number from 1 to 65535',
      ],
    ],
    [
      'with half a fingerprint',
      'servers:\n  web-1: { host: a, hostKey: "SHA256:abc" }\n',
      [`staunch.yml:2:30: servers.web-1.hostKey is "SHA256:abc": ${KEY}`],
    ],
    [
      'with an MD5 fingerprint',
      'servers:\n  web-1: { host: a, hostKey: "MD5:aa:bb" }\n',
      [`staunch.yml:2:30: servers.web-1.hostKey is "MD5:aa:bb": ${KEY}`],
    ],
    [
      'with a private key pasted in',
      'servers:\n  web-1:\n    host: a\n    hostKey: |\n      -----BEGIN OPENSSH PRIVATE KEY-----\n      c2VjcmV0\n',
      [`staunch.yml:4:14: servers.web-1.hostKey is "-----BEGIN OPENSSH PRIVATE KEY-----"…: ${KEY}`],
    ],
    [
      'with hostKey and knownHosts',
      `servers:\n  web-1: { host: a, hostKey: "SHA256:${'a'.repeat(43)}", knownHosts: ~/.ssh/known_hosts }\n`,
      [
        'staunch.yml:2:96: servers.web-1.knownHosts stands beside hostKey: keep one, the host key is decided in one place',
      ],
    ],
    [
      'with a jump to nowhere',
      'servers:\n  web-1: { host: a, jump: basiton }\n  bastion: { host: b }\n',
      ['staunch.yml:2:27: servers.web-1.jump is "basiton": there is no such server; did you mean bastion?'],
    ],
    [
      'with a jump to itself',
      'servers:\n  web-1: { host: a, jump: web-1 }\n',
      [
        'staunch.yml:2:27: servers.web-1.jump goes in a circle (web-1 → web-1): one of them must be reached directly',
      ],
    ],
    [
      'with jumps in a circle',
      'servers:\n  a: { host: a, jump: b }\n  b: { host: b, jump: c }\n  c: { host: c, jump: b }\n',
      ['staunch.yml:3:23: servers.b.jump goes in a circle (b → c → b): one of them must be reached directly'],
    ],
    [
      'with a service on an unknown server',
      `${web}services:\n  shop: { unit: g.service, servers: [web-1, wbe-1] }\n`,
      ['staunch.yml:4:45: services.shop.servers[1] is "wbe-1": there is no such server; did you mean web-1?'],
    ],
    [
      'with a service that lists a server twice',
      `${web}services:\n  shop: { unit: g.service, servers: [web-1, web-1] }\n`,
      ['staunch.yml:4:45: services.shop.servers[1] is "web-1" again: list each server once'],
    ],
    [
      'with a service without servers',
      `${web}services:\n  shop: { unit: g.service, servers: [] }\n`,
      [
        'staunch.yml:4:37: services.shop.servers is an empty list: expected a list of server names, e.g. [web-1, web-2]',
      ],
    ],
    [
      'with a unit without ending',
      `${web}services:\n  shop: { unit: gunicorn, servers: [web-1] }\n`,
      [
        'staunch.yml:4:17: services.shop.unit is "gunicorn": expected a systemd service unit with its ending, e.g. gunicorn.service or gunicorn@shop.service',
      ],
    ],
    [
      'with a template as unit',
      `${web}services:\n  shop: { unit: gunicorn@.service, servers: [web-1] }\n`,
      [
        'staunch.yml:4:17: services.shop.unit is "gunicorn@.service": expected a systemd service unit with its ending, e.g. gunicorn.service or gunicorn@shop.service',
      ],
    ],
    [
      'with a relative log path',
      `${web}services:\n  shop: { unit: g.service, servers: [web-1], nginx: { errorLogs: [error.log] } }\n`,
      [
        'staunch.yml:4:67: services.shop.nginx.errorLogs[0] is "error.log": expected an absolute path on the server, e.g. /var/log/nginx/error.log',
      ],
    ],
    [
      'with an upstream behind an unknown server',
      `${web}services:\n  shop: { unit: g.service, servers: [web-1], upstreams: { "10.0.0.5:8000": web1 } }\n`,
      [
        'staunch.yml:4:76: services.shop.upstreams["10.0.0.5:8000"] is "web1": there is no such server; did you mean web-1?',
      ],
    ],
    [
      'with an upstream that is a URL',
      `${web}services:\n  shop: { unit: g.service, servers: [web-1], upstreams: { "http://a/": web-1 } }\n`,
      [
        'staunch.yml:4:59: services.shop.upstreams["http://a/"] is not a name that can be used here: expected an upstream address as NGINX prints it, e.g. 10.0.0.5:8000 or unix:/run/app.sock',
      ],
    ],
    [
      'with a group of servers',
      `${web}groups: { all: [web-1] }\n`,
      ['staunch.yml:3:17: groups.all[0] is "web-1": there is no such service; no service is defined'],
    ],
    [
      'with one name for a server and a service',
      `${web}services:\n  web-1: { unit: g.service, servers: [web-1] }\n`,
      [
        'staunch.yml:4:10: services.web-1 has the name of a server: rename one, a name must say what is meant',
      ],
    ],
    [
      'that refers to what every object inherits',
      `${web}groups: { all: [constructor] }\n`,
      ['staunch.yml:3:17: groups.all[0] is "constructor": there is no such service; no service is defined'],
    ],
    [
      'with a variable as agent',
      'servers:\n  web-1: { host: a, agent: $OTHER }\n',
      [
        'staunch.yml:2:28: servers.web-1.agent is "$OTHER": expected $SSH_AUTH_SOCK or the path of the agent\'s socket',
      ],
    ],
    [
      'with a tag nobody knows',
      'servers:\n  web-1: { host: !secret a }\n',
      ['staunch.yml:2:18: not understood: Unresolved tag: !secret'],
    ],
  ];
  it.each(table)('%s is told exactly what is wrong', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('hears about everything at once, in the order of the lines', () => {
    const text =
      'servers:\n  web-1: { host: a, port: 0 }\n  web-2: { user: x, jump: web-3 }\n' +
      'services:\n  shop: { unit: g, servers: [web-9] }\ngroups: { g: [shpo] }\n';
    const places = problemsOf(text).map(problem => problem.split(': ', 1)[0]);
    expect(places).toEqual([
      'staunch.yml:2:27',
      'staunch.yml:3:10',
      'staunch.yml:3:27',
      'staunch.yml:5:17',
      'staunch.yml:5:30',
      'staunch.yml:6:15',
    ]);
  });

  it('cannot make the reader expand aliases without end', () => {
    const layers = Array.from(
      { length: 12 },
      (_, n) => `a${n}: &a${n} [${n ? `*a${n - 1},`.repeat(9) : 'x'}]`,
    );
    expect(problemsOf(layers.join('\n'))[0]).toMatch(
      /^staunch\.yml:1:1: not valid YAML: Excessive alias count/,
    );
  });
});
