import { describe, expect, it } from 'vitest';
import { logsInForce, readNginxConfig } from '../../src/signals/nginx-config.ts';
import { fixture, withoutLines } from './host-state-fixture.ts';

const read = (text: string) => {
  const config = readNginxConfig(text, 's');
  if (config === undefined) throw new Error('nothing was read');
  return config;
};
const http = (body: string) => read(`error_log /main.log;\nhttp {\n${body}\n}\n`);
const logsOf = (body: string, pass = 0) => {
  const config = http(body);
  const { access, error } = logsInForce(config, config.proxyPasses[pass]?.level ?? '?');
  return { access: access.map(log => log.target), error: error.map(log => log.target) };
};

describe('a captured nginx -T', () => {
  const config = read(fixture('nginx-T-vm.txt'));

  it('names upstream, pass and level across included files', () => {
    expect(withoutLines(config.proxyPasses)).toEqual([
      { target: 'app', level: 'http/server#1(_)/location /' },
    ]);
    expect(config.upstreams.get('app')).toEqual({
      servers: ['unix:/run/gunicorn/app.sock'],
      line: {
        server: 's',
        source: 'nginx-config',
        text: 'upstream app { server unix:/run/gunicorn/app.sock fail_timeout=0; }',
      },
    });
  });

  it('joins the quoted parts of a log format', () => {
    expect([...config.formats.keys()]).toEqual(['combined', 'staunch', 'staunch_json']);
    expect(config.formats.get('staunch')?.template).toMatch(
      /^\$remote_addr - .* uct="\$upstream_connect_time" uht=.* msec=\$msec$/,
    );
    expect(config.formats.get('staunch_json')).toMatchObject({
      escape: 'json',
      template: expect.stringMatching(/^\{"ts":"\$time_iso8601",.*"request_id":"\$request_id"\}$/),
    });
  });

  it('finds the logs that the proxied location writes', () => {
    const { access, error } = logsInForce(config, config.proxyPasses[0]!.level);
    expect(access.map(log => [log.target, log.style])).toEqual([
      ['/var/log/nginx/access.log', 'combined'],
      ['/var/log/nginx/app_access.log', 'staunch'],
      ['/var/log/nginx/app_access.json', 'staunch_json'],
    ]);
    expect(new Set(access.map(log => log.level)).size).toBe(1);
    expect(error).toMatchObject([{ target: '/var/log/nginx/error.log', level: 'http/server#1(_)' }]);
  });
});

describe('logs in force', () => {
  it.each([
    [
      'the server replaces http',
      'access_log /h; server { access_log /s; location / { proxy_pass http://a; } }',
      ['/s'],
    ],
    [
      'a location replaces its server',
      'server { access_log /s; location / { access_log /l; proxy_pass http://a; } }',
      ['/l'],
    ],
    ['settings may stand below', 'server { location / { proxy_pass http://a; } access_log /s; }', ['/s']],
    [
      'off silences the level',
      'access_log /h; server { access_log off; access_log /x; location / { proxy_pass http://a; } }',
      ['off'],
    ],
    [
      'an inner log wins over off',
      'access_log off; server { access_log /s; location / { proxy_pass http://a; } }',
      ['/s'],
    ],
    [
      'a sibling with a longer name does not count',
      'access_log /h; server { location /a { access_log /a; } location /a/b { proxy_pass http://a; } }',
      ['/h'],
    ],
    [
      'another server does not count',
      'server { access_log /x; } server { access_log /y; location / { proxy_pass http://a; } }',
      ['/y'],
    ],
    [
      'an if is a level',
      'server { access_log /s; location / { if ($x) { access_log /i; proxy_pass http://a; } } }',
      ['/i'],
    ],
    [
      'none named: the built-in one',
      'server { location / { proxy_pass http://a; } }',
      ['/var/log/nginx/access.log'],
    ],
    [
      'nested locations',
      'server { location /a { access_log /a; location /a/b { proxy_pass http://a; } } }',
      ['/a'],
    ],
  ])('%s', (_, body, access) => expect(logsOf(body).access).toEqual(access));

  it.each([
    ['from main', 'server { location / { proxy_pass http://a; } }', ['/main.log']],
    ['from http', 'error_log /h.log warn; server { location / { proxy_pass http://a; } }', ['/h.log']],
    [
      'two of one level',
      'server { error_log /s.log; error_log stderr; location / { proxy_pass http://a; } }',
      ['/s.log', 'stderr'],
    ],
    [
      'sent nowhere',
      'server { error_log /dev/null crit; location / { proxy_pass http://a; } }',
      ['/dev/null'],
    ],
  ])('error log %s', (_, body, error) => expect(logsOf(body).error).toEqual(error));

  it('is the packages’ error log when none is named, as nginx -T does not print it', () => {
    const config = read('http { server { location / { proxy_pass http://a; } } }');
    expect(config.errorLogs).toMatchObject([
      { target: '/var/log/nginx/error.log', style: 'error', level: 'main' },
    ]);
    expect(logsInForce(config, config.proxyPasses[0]!.level).error).toHaveLength(1);
  });
});

describe('log directives', () => {
  it.each([
    ['access_log /a main buffer=32k flush=5s;', { target: '/a', style: 'main', buffered: true }],
    ['access_log /a main gzip;', { target: '/a', style: 'main', buffered: true }],
    ['access_log /a main if=$loggable;', { target: '/a', style: 'main', buffered: false, conditional: true }],
    ['access_log /a;', { target: '/a', style: 'combined', buffered: false }],
    [
      'access_log syslog:server=10.0.0.1,tag=ng combined;',
      { target: 'syslog:server=10.0.0.1,tag=ng', style: 'combined', buffered: false },
    ],
    ['access_log off;', { target: 'off', style: 'combined', buffered: false }],
  ])('%s', (directive, expected) => {
    expect(withoutLines(http(directive).accessLogs[0])).toEqual({ ...expected, level: 'http' });
  });

  it.each([
    ['error_log /e;', '/e', 'error'],
    ['error_log /e warn;', '/e', 'warn'],
    ['error_log syslog:server=unix:/dev/log info;', 'syslog:server=unix:/dev/log', 'info'],
    ['error_log stderr;', 'stderr', 'error'],
  ])('%s', (directive, target, style) => {
    expect(read(directive).errorLogs).toMatchObject([{ target, style, level: 'main' }]);
  });
});

describe('upstreams and passes', () => {
  it('strips parameters of servers and reads keepalive', () => {
    const config = http(`upstream app {
      zone app 64k; least_conn;
      server 10.0.0.2:8000 weight=3 max_fails=2;
      server unix:/run/app.sock backup;
      keepalive 16;
    }`);
    expect(config.upstreams.get('app')).toMatchObject({
      servers: ['10.0.0.2:8000', 'unix:/run/app.sock'],
      keepalive: 16,
      line: { text: 'upstream app {' },
    });
  });

  it.each([
    ['proxy_pass http://app;', 'app'],
    ['proxy_pass https://app/base/;', 'app'],
    ['proxy_pass http://unix:/run/app.sock:/;', 'unix:/run/app.sock'],
    ['proxy_pass http://unix:/run/app.sock;', 'unix:/run/app.sock'],
    ['proxy_pass http://127.0.0.1:8000;', '127.0.0.1:8000'],
    ['proxy_pass http://127.0.0.1:8000$request_uri;', '127.0.0.1:8000'],
    ['proxy_pass http://[::1]:8000/;', '[::1]:8000'],
    ['proxy_pass http://$backend;', '$backend'],
    ['proxy_pass $scheme://$backend/x;', '$backend'],
    ['uwsgi_pass unix:/run/uwsgi.sock;', 'unix:/run/uwsgi.sock'],
    ['fastcgi_pass 127.0.0.1:9000;', '127.0.0.1:9000'],
  ])('%s goes to %s', (directive, target) => {
    expect(http(`server { location / { ${directive} } }`).proxyPasses[0]?.target).toBe(target);
  });

  it('gives each pass the settings in force there, and the shortest time-out on top', () => {
    const config = http(`proxy_read_timeout 2m; proxy_http_version 1.1;
      server { server_name a.example b.example;
        location / { proxy_pass http://a; proxy_next_upstream error timeout; }
        location /slow { proxy_read_timeout 500ms; proxy_connect_timeout 1m30s; proxy_pass http://a; }
      }
      server { location / { proxy_pass http://b; } }`);
    expect(withoutLines(config.proxyPasses)).toEqual([
      {
        target: 'a',
        level: 'http/server#1(a.example)/location /',
        readTimeoutMs: 120_000,
        httpVersion: '1.1',
        nextUpstream: 'error timeout',
      },
      {
        target: 'a',
        level: 'http/server#1(a.example)/location /slow',
        readTimeoutMs: 500,
        connectTimeoutMs: 90_000,
        httpVersion: '1.1',
      },
      { target: 'b', level: 'http/server#2/location /', readTimeoutMs: 120_000, httpVersion: '1.1' },
    ]);
    expect(config).toMatchObject({
      proxyReadTimeoutMs: 500,
      proxyConnectTimeoutMs: 90_000,
      proxyHttpVersion: '1.1',
      proxyNextUpstream: 'error timeout',
    });
  });
});

describe('parts of a configuration', () => {
  it('reads a site file on its own as a part of http', () => {
    const config = read(
      'upstream a { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://a; } }\n',
    );
    expect(config.proxyPasses[0]?.level).toBe('http/server#1/location /');
  });

  it('reads a site whose nginx.conf was not readable', () => {
    const config = read(
      '# configuration file /etc/nginx/conf.d/f.conf:\nlog_format f x;\n# configuration file /etc/nginx/sites-enabled/a:\nserver { access_log /a f; location / { proxy_pass http://a; } }\n',
    );
    expect(config.formats.get('f')?.template).toBe('x');
    expect(config.accessLogs).toMatchObject([{ target: '/a', style: 'f' }]);
  });

  it('leaves stream and mail out', () => {
    const config = read('stream { server { access_log /st; proxy_pass x; } }\nhttp { }\n');
    expect(config.accessLogs).toEqual([]);
    expect(config.proxyPasses).toEqual([]);
  });

  it.each(['', '\n# only a comment\n', 'nginx: [emerg] open() failed (13: Permission denied)'])(
    'gives nothing for %j',
    text => {
      expect(readNginxConfig(text, 's')).toBeUndefined();
    },
  );
});
