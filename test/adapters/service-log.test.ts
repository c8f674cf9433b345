import { describe, expect, it } from 'vitest';
import { serviceLog } from '../../src/adapters/service-log.ts';

/** Made up here, put together so that no scanner takes them for real. */
const CANARY = 'canary7Qx4vT2mKd9sLw';
const KNOWN = '0123456789abcdef'.repeat(2);
const pem = (kind: string) =>
  ['-----BEGIN', `${kind}PRIVATE KEY-----\nMIIEow${CANARY}\nABC\n-----END`, `${kind}PRIVATE KEY-----`].join(
    ' ',
  );
const token = (kind: string) => `${kind}-${'1'.repeat(4)}-${CANARY}`;

function written(level: 'debug' | 'info' | 'warn' | 'error' = 'debug', secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = serviceLog(level, { write: (line: string) => void lines.push(line) }, secrets);
  return { log, lines, all: () => lines.join('') };
}

function withProperties(error: Error, properties: object): Error {
  return Object.assign(error, properties);
}

const nested = new Error('outer', {
  cause: new Error('middle', { cause: new TypeError(`inner Bearer ${CANARY}`) }),
});
const ofSdk = withProperties(new Error('An API error occurred: invalid_auth'), {
  code: 'slack_webapi_platform_error',
  config: { headers: { Authorization: `Bearer ${token('xoxb')}` } },
  request: { url: `https://slack.com/api/x?token=${token('xoxp')}` },
});

/** Where a secret may hide in what is logged. */
const HIDING: readonly (readonly [string, object])[] = [
  ['a bot token in a text', { said: `using ${token('xoxb')} now` }],
  ['an app token in a text', { said: `using ${token('xapp')}` }],
  ['a user token in a text', { said: token('xoxp') }],
  ['a rotated token', { said: `xoxe.${token('xoxb')}` }],
  ['a workflow token', { said: token('xwfp') }],
  ['a token behind a quote in JSON', { said: JSON.stringify({ a: token('xoxb') }) }],
  ['a key of a model', { said: `sk-proj-${CANARY}` }],
  ['a short key of a model', { said: `sk-${CANARY.slice(0, 12)}` }],
  ['a private key', { said: pem('') }],
  ['an OpenSSH key', { said: `key is ${pem('OPENSSH ')} end` }],
  ['a private key that was cut off', { said: pem('RSA ').slice(0, 60) }],
  ['a private key inside JSON', { said: JSON.stringify({ k: pem('EC ') }) }],
  ['an Authorization header in a text', { said: `authorization: Bearer ${CANARY}` }],
  ['a Basic header in a text', { said: `Proxy-Authorization: Basic ${CANARY}==` }],
  ['headers by name', { headers: { 'X-Anything': CANARY } }],
  ['raw headers, flat', { got: ['Accept', '*/*', 'Authorization', `Token ${CANARY}`] }],
  ['arguments, flat', { args: ['start', '--token', CANARY] }],
  ['an address with a password', { proxy: `http://user:${CANARY}@proxy.example.com:3128/` }],
  ['a URL object with a password', { proxy: new URL(`http://user:${CANARY}@proxy.example.com:3128/`) }],
  ['a response URL', { said: `POST https://hooks.slack.com/commands/T01/123/${CANARY}` }],
  ['a response URL by name', { response_url: `http://127.0.0.1:1/${CANARY}` }],
  ['a webhook', { said: `https://hooks.slack.com/services/T01/B01/${CANARY}` }],
  ['a place for an upload', { said: `https://files.slack.com/upload/v1/${CANARY}` }],
  ['the ticket of a socket', { said: `wss://wss-primary.slack.com/link/?ticket=${CANARY}&app_id=1` }],
  ['a cookie', { said: `Cookie: d=${CANARY}; theme=dark` }],
  ['a cookie by name', { 'set-cookie': [`d=${CANARY}`] }],
  ['a token by name', { botToken: CANARY }],
  ['a signing secret by name', { signing_secret: CANARY }],
  ['a password in an assignment', { said: `DB_PASSWORD=${CANARY} ./run` }],
  ['an environment by name', { env: { HARMLESS: CANARY } }],
  ['a token in an array', { list: ['a', ['b', token('xoxb')]] }],
  ['a token in a Map', { map: new Map([['x', token('xoxb')]]) }],
  ['a named secret in a Map', { map: new Map([['password', CANARY]]) }],
  ['a token in a Set', { set: new Set([token('xapp')]) }],
  ['a token in a Buffer', { bytes: Buffer.from(token('xoxb')) }],
  ['a token as a name', { [token('xoxb')]: 1 }],
  ['a token as the name in a Map', { map: new Map([[token('xoxb'), 1]]) }],
  ['a token in the message of an error', { err: new Error(`failed with ${token('xoxb')}`) }],
  ['a token in the causes of an error', { err: nested }],
  ['what an error of an SDK carries', { err: ofSdk }],
  ['errors in an AggregateError', { err: new AggregateError([new Error(token('xapp'))], 'all failed') }],
  ['an error as the fields', new Error(`Bearer ${CANARY}`)],
  ['a token across the cut of a long text', { said: `${'x '.repeat(3_995)} ${token('xoxb')}` }],
  ['a secret of this process where nothing betrays it', { said: `checked ${KNOWN} against it` }],
];

describe('the log of the service', () => {
  it.each(HIDING)('never shows %s', (_, fields) => {
    const { log, lines, all } = written('debug', [KNOWN]);
    log.error(fields, 'something failed');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(all())).toMatchObject({ level: 'error', msg: 'something failed' });
    for (const secret of [CANARY, CANARY.slice(0, 12), KNOWN, `"${Buffer.from(CANARY)[0]}"`])
      expect(all()).not.toContain(secret);
    expect(all()).not.toContain(Buffer.from(CANARY).join(','));
  });

  it.each(HIDING)('hides in its text what it hides in fields: %s', (_, fields) => {
    const { log, all } = written('debug', [KNOWN]);
    if ('said' in fields) log.warn({}, String(fields.said));
    expect(all()).not.toContain(CANARY.slice(0, 12));
    expect(all()).not.toContain(KNOWN);
  });

  it('has canaries that would be seen if nothing were hidden', () => {
    const seen = HIDING.map(([, fields]) => JSON.stringify(fields)).filter(text => text.includes(CANARY));
    expect(seen.length).toBeGreaterThan(25);
  });

  it('keeps what an operator needs', () => {
    const { log, all } = written();
    const err = withProperties(new Error('connect ECONNREFUSED 10.0.0.5:22', { cause: new Error('why') }), {
      code: 'ECONNREFUSED',
    });
    log.error(
      { err, key: 'run-1/root', at: new Date(0), service: 'checkout', n: 3n, gone: null },
      'could not',
    );
    expect(JSON.parse(all())).toMatchObject({
      level: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      err: {
        name: 'Error',
        message: 'connect ECONNREFUSED 10.0.0.5:22',
        code: 'ECONNREFUSED',
        stack: expect.stringContaining('service-log.test.ts'),
        cause: { message: 'why' },
      },
      key: 'run-1/root',
      at: '1970-01-01T00:00:00.000Z',
      service: 'checkout',
      n: '3',
      gone: null,
    });
  });

  it('survives what cannot be written as JSON', () => {
    const circle: Record<string, unknown> = { name: 'a' };
    circle.self = circle;
    const self = new Error('self');
    self.cause = self;
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const getter = {
      get broken(): string {
        throw new Error('no');
      },
    };
    const wide = Array.from({ length: 40 }, () =>
      Array.from({ length: 40 }, () => ({ a: { b: [1, 2, 3] } })),
    );
    const { log, lines } = written();
    for (const fields of [
      circle,
      { self },
      { trap },
      { getter },
      { wide },
      { f() {}, s: Symbol('s') },
      { d: new Date('x') },
    ])
      log.info(fields, 'written all the same');
    log.info({ text: 'x'.repeat(1_000_000) }, 'y'.repeat(1_000_000));
    expect(lines).toHaveLength(8);
    for (const line of lines) {
      expect(() => JSON.parse(line)).not.toThrow();
      expect(line.length).toBeLessThan(30_000);
    }
  });

  it('is one line, whatever is logged, with one level, time and text', () => {
    const { log, lines } = written();
    log.info({ level: 'fatal', msg: 'other', time: 1, text: 'a\nb' }, 'c\nd');
    expect(lines[0]?.trimEnd().split('\n')).toHaveLength(1);
    expect(lines[0]?.match(/"(level|msg|time)":/g)).toEqual(['"level":', '"time":', '"msg":']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      level_: 'fatal',
      msg_: 'other',
      time_: 1,
    });
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('at level %s writes %j', (level, expected) => {
    const { log, lines } = written(level);
    for (const at of ['debug', 'info', 'warn', 'error'] as const) log[at]({}, at);
    expect(lines.map(line => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });
});
