import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasking, MaskingSettings, maskDocument } from '../../src/report/masking.ts';
import { aDocument, confirmedOom } from './documents.ts';
import { CANARIES } from './secret-canaries.ts';

const KEY = 'a key of this test only';
const mask = createMasking({ pseudonymKey: KEY });

describe('a planted secret does not survive masking', () => {
  it.each(CANARIES)('$where', ({ line, secret }) => {
    expect(line).toContain(secret);
    const masked = mask(line);
    expect(masked).not.toContain(secret);
    expect(mask(masked)).toBe(masked);
  });

  it('is tried with more than 50 of them', () => {
    expect(new Set(CANARIES.map(canary => canary.secret)).size).toBeGreaterThan(50);
  });
});

describe('what a reader needs survives masking', () => {
  it.each([
    'Memory cgroup out of memory: Killed process 832 (gunicorn) total-vm:93612kB, anon-rss:75516kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:204kB oom_score_adj:0',
    'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/system.slice/gunicorn.service,task_memcg=/system.slice/gunicorn.service,task=gunicorn,pid=832,uid=999',
    '[2026-11-22 10:11:40 +0000] [827] [WARNING] Worker with pid 829 was terminated due to signal 9',
    '[2026-11-22 10:18:45 +0000] [560] [ERROR] Worker (pid:562) was sent SIGKILL! Perhaps out of memory?',
    'gunicorn.service: A process of this unit has been killed by the OOM killer.',
    "auth-token.service: Failed with result 'oom-kill'.",
    'session-13.scope: Consumed 1min 56.730s CPU time.',
    'getty@tty1.service and gunicorn@checkout.service',
    'memory.events:oom_kill 9',
    'SigCgt:\t0000000008314a07',
    'audit: type=1701 auid=4294967295 uid=33 ses=3 pid=491 comm="gunicorn" sig=11 res=1',
    'PWD=/srv/app token_count=12 max_tokens=4096 TOKEN_FILE=/run/secrets/token',
    'upstream: "http://127.0.0.1:8000/pay", host: "localhost", listen [::1]:80 and 0.0.0.0:80',
    'gunicorn 20.1.0 on Linux 6.1.176, nginx/1.22.1, systemd 252.39-1~deb12u1, Chrome/120.0.0.0',
    'MAC 52:54:00:12:34:56 at 10:11:37, std::string, unix:/run/gunicorn/app.sock:/x',
    'no user/password was provided for basic authentication',
  ])('%s', line => {
    expect(mask(line)).toBe(line);
  });

  it('keeps status, times, request and peer of NGINX lines, and the names in a query string', () => {
    expect(
      mask(
        '10.213.0.1 - - [22/Nov/2026:10:18:38 +0000] "GET /slow?s=0.5&n=3 HTTP/1.1" 502 157 "-" "lab-load" rt=0.021 us="502" ua="unix:/run/gunicorn/app.sock" msec=1795342718.021',
      ).replace(/^ip-[0-9a-f]{6}/, 'CLIENT'),
    ).toBe(
      'CLIENT - - [22/Nov/2026:10:18:38 +0000] "GET /slow?s=…&n=3 HTTP/1.1" 502 157 "-" "lab-load" rt=0.021 us="502" ua="unix:/run/gunicorn/app.sock" msec=1795342718.021',
    );
    expect(
      mask(
        '2026/11/22 10:11:37 [error] 824#824: *273 connect() failed (111: Connection refused) while connecting to upstream, client: 10.213.0.1, server: _, request: "GET /a?mb=1 HTTP/1.1", upstream: "http://127.0.0.1:8000/a?mb=1"',
      ).replace(/ip-[0-9a-f]{6}/, 'CLIENT'),
    ).toBe(
      '2026/11/22 10:11:37 [error] 824#824: *273 connect() failed (111: Connection refused) while connecting to upstream, client: CLIENT, server: _, request: "GET /a?mb=1 HTTP/1.1", upstream: "http://127.0.0.1:8000/a?mb=1"',
    );
  });

  it('leaves a journal record in JSON that can still be read', () => {
    const record = {
      MESSAGE: 'login failed for "ann@shop.example": password="hunter2 and more", token=abc\nnext line ?a=b"',
      _PID: '827',
      _SYSTEMD_UNIT: 'gunicorn.service',
      __REALTIME_TIMESTAMP: '1795342284570995',
    };
    const masked = JSON.parse(mask(JSON.stringify(record)));
    expect(masked).toEqual({
      ...record,
      MESSAGE: 'login failed for "[e-mail]": password="[masked]", token=[masked]\nnext line ?a=b"',
    });
  });
});

describe('addresses', () => {
  it('get the same pseudonym each time, and another client another one', () => {
    const [first, second, again] = mask('192.0.2.1 192.0.2.2 192.0.2.1').split(' ');
    expect(first).toMatch(/^ip-[0-9a-f]{6}$/);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
  });

  it.each([
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1'],
    ['203.0.113.7', '::ffff:203.0.113.7'],
  ])('%s is the same client as %s', (one, other) => {
    expect(mask(`client: ${one},`)).toBe(mask(`client: ${other},`));
    expect(mask(one)).toMatch(/^ip-/);
  });

  it.each([
    '[2001:db8::1]:443',
    'from 2001:db8::1: closed',
    'fe80::1%eth0 said',
    'end of sentence 192.0.2.1.',
    'x_forwarded_for="192.0.2.1, 198.51.100.9"',
    'to http://192.0.2.1/x',
  ])('are found in: %s', line => {
    expect(mask(line)).not.toMatch(/2001|fe80|192\.0|198\.51/);
  });

  it('of the upstream peers are kept, with or without port', () => {
    const keeping = createMasking({
      pseudonymKey: KEY,
      keepAddresses: ['10.0.0.5:8000', '[2001:db8::5]:8000'],
    });
    expect(keeping('upstream: "http://10.0.0.5:8000/" and 2001:db8:0::5')).toBe(
      'upstream: "http://10.0.0.5:8000/" and 2001:db8:0::5',
    );
  });

  it('have no pseudonym without a key, for one could be reversed by trying all', () => {
    expect(createMasking()('client: 192.0.2.1, server: _')).toBe('client: [ip], server: _');
  });

  it('have other pseudonyms under another key', () => {
    expect(createMasking({ pseudonymKey: 'quite another secret' })('192.0.2.1')).not.toBe(mask('192.0.2.1'));
  });
});

describe('settings', () => {
  it('can hide all values of a query string or none, but never show a secret', () => {
    const line = 'GET /x?n=3&q=shoes&token=abcdef';
    expect(createMasking({ queryValues: 'hide' })(line)).toBe('GET /x?n=…&q=…&token=[masked]');
    expect(createMasking({ queryValues: 'keep' })(line)).toBe('GET /x?n=3&q=shoes&token=[masked]');
  });

  it('can hide more by patterns of their own', () => {
    const masking = createMasking({ extraPatterns: ['ACCT-\\d{6,12}'] });
    expect(masking('order of ACCT-00123456 failed')).toBe('order of [masked] failed');
  });

  it.each([
    ['(a+)+$', 'bounded repetition'],
    ['.*secret', 'bounded repetition'],
    ['a{1,}', 'bounded repetition'],
    ['(ab){2}', 'group'],
    ['x{1,200}y{1,200}', 'multiply'],
    ['(?=a)b', 'look around'],
    ['[', 'not a regular expression'],
    ['', 'characters'],
    ['x?', 'empty'],
    ['[a-z]{3,8}', 'mask itself'],
  ])('refuse the pattern %s and say why', (pattern, reason) => {
    const result = MaskingSettings.safeParse({ extraPatterns: [pattern] });
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.message).toContain(reason);
  });
});

describe('laws', () => {
  const piece = fc.constantFrom(
    ...CANARIES.map(canary => canary.line.slice(0, 200)),
    ...CANARIES.map(canary => canary.secret),
    ...[
      '?',
      '&',
      '=',
      ': ',
      '"',
      "'",
      '\\"',
      '@',
      '%40',
      '://',
      '[masked]',
      '[masked',
      ']',
      ' ',
      '\n',
      ', ',
      '…',
      'ip-3f2a9c',
    ],
    ...[
      'password',
      'token=',
      'Authorization: ',
      'Bearer ',
      'eyJ',
      '192.0.2.1',
      '::',
      'fe80::',
      'a=b',
      'session',
      '--',
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 12 }).map(all => all.join('')),
  );

  it('masking twice is masking once', () => {
    fc.assert(
      fc.property(text, line => {
        const once = mask(line);
        return mask(once) === once;
      }),
      { numRuns: 3_000 },
    );
  });

  it('no line is lost or added outside of a private key', () => {
    fc.assert(
      fc.property(
        text.filter(line => !line.includes('-----BEGIN')),
        line => mask(line).split('\n').length === line.split('\n').length,
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    'a',
    'a=',
    '=',
    'password=',
    'password="',
    'eyJ',
    'eyJaaaaa.',
    '1.',
    '1.1.1.1',
    ':',
    'a:',
    '::',
    'a.',
    'a@',
    '@a.',
    '%40',
    'http://',
    'http://a:b',
    '?a=',
    '?',
    '&',
    'sk-',
    'SG.',
    '\\"',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    '--token ',
    ' ',
    "('token', ",
    'A1b2',
  ])('time grows with the length, not with its square, for repeated %j', unit => {
    const took = (length: number): number => {
      const line = unit.repeat(Math.ceil(length / unit.length));
      const start = performance.now();
      mask(line);
      return performance.now() - start;
    };
    took(50_000);
    // Sixteen times the length; a square would be 256 times. The floor keeps out noise of the clock.
    expect(took(800_000)).toBeLessThan(Math.max(took(50_000), 20) * 70);
  });
});

describe('a document', () => {
  it('is masked in every text and keeps its ids, instants, counts and servers', () => {
    const document = aDocument({
      causes: [
        { id: 'worker-exit', probability: 1, because: [{ text: 'saw token=s3cr3tvalue', evidence: ['E1'] }] },
      ],
      observed: [{ id: 'graceful-reload', text: 'by ann@shop.example', evidence: [] }],
      evidence: { E1: { server: 'web-1', source: 'unit-journal', at: null, text: 'DB_PASSWORD=hunter2' } },
      correlation: { matched: 0, bursts: 0, expectedByChance: null, p: null, wording: 'client 192.0.2.1' },
      gaps: [
        {
          server: 'web-1',
          source: 'kernel-log',
          kind: 'denied',
          text: 'token=abc123',
          fix: 'password=abc123',
        },
      ],
    });
    const text = JSON.stringify(maskDocument(document, mask));
    for (const secret of ['s3cr3tvalue', 'ann@', 'hunter2', '192.0.2.1', 'abc123'])
      expect(text).not.toContain(secret);
    const { evidence, ...oom } = confirmedOom();
    const masked = maskDocument({ ...oom, evidence }, mask);
    expect(masked.deaths).toEqual(oom.deaths);
    expect(masked.counts).toEqual(oom.counts);
    expect(masked.evidence.E1).toEqual(evidence.E1);
    expect(masked.evidence.E2?.text).toMatch(
      /client: ip-[0-9a-f]{6}, server: _, request: "GET \/leak\?mb=1&ms=20 HTTP/,
    );
  });
});
