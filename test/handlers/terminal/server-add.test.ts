import { describe, expect, it } from 'vitest';
import { type ServerAddOptions, serverAdd } from '../../../handlers/terminal/server-add.ts';
import { type Answers, aTerminal, HEALTHY, notReached, registryInMemory } from './server-terminal.ts';

const FINGERPRINT = `SHA256:${'f'.repeat(43)}`;

async function add(
  options: ServerAddOptions,
  setup: {
    registry?: string;
    answers?: Answers;
    replies?: string[];
    scan?: { ok: false; detail: string };
  } = {},
) {
  const registry = registryInMemory(setup.registry);
  const { context, shown } = aTerminal({
    registry,
    answers: setup.answers ?? HEALTHY,
    ...(setup.replies && { replies: setup.replies }),
  });
  const scanned: unknown[] = [];
  const exit = await serverAdd(options, {
    ...context,
    registry,
    async scanHostKey(host, port, jump) {
      scanned.push([host, port, jump?.id]);
      return setup.scan ?? { ok: true, key: { keyType: 'ssh-ed25519', fingerprint: FINGERPRINT } };
    },
    publicKeyOf: async () => 'ssh-ed25519 AAAAC3Nz ana@laptop',
  });
  return { exit, written: registry.text, scanned, ...shown };
}

describe('adding a server by talking', () => {
  it('shows the key, what was found, asks, writes the file and tells how to install the key', async () => {
    const { exit, out, questions, written, asked } = await add(
      { target: 'staunch@10.0.0.5:2222', id: 'web-1', identity: '~/.ssh/read' },
      { replies: ['yes', '1', ''] },
    );
    expect(exit).toBe(0);
    expect(out).toContain(`10.0.0.5 shows this host key:\n  ssh-ed25519  ${FINGERPRINT}\n`);
    expect(out).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(out).toContain('[1] checkout.service  /srv/checkout/bin/gunicorn -w 4 shop.wsgi');
    expect(out).toContain('NGINX error logs: /var/log/nginx/error.log');
    expect(out).toContain('NGINX access logs: /var/log/nginx/access.log');
    expect(out).toContain(
      'Service "checkout" (checkout.service) is registered. Try: staunch diagnose checkout',
    );
    expect(out).toContain('restrict,from="ADDRESS-OF-STAUNCH" ssh-ed25519 AAAAC3Nz staunch-read');
    expect(out).toContain(
      'restrict,from="ADDRESS-OF-STAUNCH",command="/usr/local/libexec/staunch-read" ssh-ed25519',
    );
    expect(questions).toEqual([
      'Is it the same? Type yes, or paste the fingerprint: ',
      'Which unit is the service? [1, or Enter for none] ',
      'Name of the service, or - for none [checkout]: ',
    ]);
    expect(written).toContain(`servers:
  web-1:
    host: 10.0.0.5
    port: 2222
    user: staunch
    identityFile: ~/.ssh/read
    hostKey: ${FINGERPRINT}
services:
  checkout:
    unit: checkout.service
    servers: [ web-1 ]
`);
    expect(asked).toEqual(
      expect.arrayContaining(['web-1 unit-list', 'web-1 access checkout.service', 'web-1 nginx-config']),
    );
  });

  it.each([
    ['no', 5],
    ['', 5],
    ['y', 5],
    [`SHA256:${'x'.repeat(43)}`, 5],
    ['YES', 0],
    [FINGERPRINT, 0],
  ])('the answer "%s" to the key question ends with %i', async (reply, exit) => {
    const result = await add({ target: 'a@b', service: 'shop' }, { replies: [reply] });
    expect(result.exit).toBe(exit);
    expect(result.written === undefined).toBe(exit !== 0);
    expect(result.asked.length > 0).toBe(exit === 0);
  });

  it('shows the line to install when the login is refused, and tries again', async () => {
    let tries = 0;
    const answers: Answers = {
      ...HEALTHY,
      get 'b unit-list'() {
        tries++;
        return tries < 3 ? notReached('login-refused', 'no key fits') : HEALTHY['unit-list'];
      },
    };
    const { exit, out, err } = await add(
      { target: 'a@b', service: 'shop' },
      { answers, replies: ['yes', '', ''] },
    );
    expect(exit).toBe(0);
    expect(err).toContain('LOGIN REFUSED: no key fits');
    expect(out.indexOf('restrict,from=')).toBeLessThan(out.indexOf('can read'));
  });

  it('asks again when the unit is none of those found', async () => {
    const { exit, err, written } = await add(
      { target: 'a@b' },
      { replies: ['yes', '7', 'checkout.service', '-'] },
    );
    expect(exit).toBe(0);
    expect(err).toContain('"7" is none of them.');
    expect(written).not.toContain('services');
  });
});

describe('adding a server without anybody to ask', () => {
  it('names the flag that vouches for the key, and writes nothing', async () => {
    const { exit, err, written, asked } = await add({ target: 'a@b', yes: true });
    expect(exit).toBe(2);
    expect(err).toContain(`--fingerprint ${FINGERPRINT}`);
    expect([written, asked]).toEqual([undefined, []]);
  });

  it('refuses a key with another fingerprint, even with --yes, and connects to nothing', async () => {
    const { exit, err, written, asked } = await add({
      target: 'a@b',
      yes: true,
      fingerprint: `SHA256:${'x'.repeat(43)}`,
    });
    expect(exit).toBe(5);
    expect(err).toContain('HOST KEY REFUSED');
    expect([written, asked]).toEqual([undefined, []]);
  });

  it.each([FINGERPRINT, FINGERPRINT.slice(7), `${FINGERPRINT}=`])(
    'takes the fingerprint as %s',
    async fingerprint => {
      expect(await add({ target: 'a@b', yes: true, fingerprint })).toMatchObject({ exit: 0 });
    },
  );

  it('adds a second server to the service that has the same unit', async () => {
    const registry =
      'servers:\n  web-1: { host: 10.0.0.5 }\nservices:\n  shop: { unit: checkout.service, servers: [ web-1 ] }\n';
    const { exit, out, written } = await add(
      {
        target: 'a@10.0.0.6',
        id: 'web-2',
        yes: true,
        fingerprint: FINGERPRINT,
        jump: 'web-1',
        tier: 'staging',
      },
      { registry },
    );
    expect(exit).toBe(0);
    expect(out).toContain('It was added to the service "shop".');
    expect(written).toContain('servers: [ web-1, web-2 ]');
    expect(written).toContain('    tier: staging\n    jump: web-1\n');
  });

  it('asks for --unit when several units run Gunicorn', async () => {
    const answers = { ...HEALTHY, 'unit-list': 'a.service\t1\tx\nb.service\t2\ty\n' };
    const { exit, err, written } = await add(
      { target: 'a@b', yes: true, fingerprint: FINGERPRINT },
      { answers },
    );
    expect(exit).toBe(2);
    expect(err).toContain(
      'Say it with --unit; these run Gunicorn: a.service, b.service. Nothing was written.',
    );
    expect(written).toBeUndefined();
  });

  it('registers a server without services where none runs, and one without NGINX with a hint', async () => {
    const bare = { ...HEALTHY, 'unit-list': '', 'nginx-config': '' };
    const alone = await add({ target: 'a@edge', yes: true, fingerprint: FINGERPRINT }, { answers: bare });
    expect(alone.out).toContain('No service was registered on it.');
    const app = await add(
      { target: 'a@b', yes: true, fingerprint: FINGERPRINT },
      { answers: { ...HEALTHY, 'nginx-config': '' } },
    );
    expect(app.out).toContain('nginx: { servers: [NAME] }');
  });

  it('writes nothing when the login is refused, but shows the line to install', async () => {
    const answers = { b: notReached('login-refused', 'no key fits') };
    const { exit, out, written } = await add(
      { target: 'a@b', yes: true, fingerprint: FINGERPRINT },
      { answers },
    );
    expect(exit).toBe(4);
    expect(out).toContain('restrict,from=');
    expect(written).toBeUndefined();
  });
});

describe('before anything is connected', () => {
  const registry =
    'servers:\n  web-1: { host: a }\nservices:\n  shop: { unit: s.service, servers: [web-1] }\n';
  it.each<[string, ServerAddOptions, string]>([
    ['a target that is none', { target: 'a b' }, '"a b" is not of the form user@host or user@host:port.'],
    ['an id of the wrong form', { target: 'a@b', id: 'Web' }, '--id "Web" cannot be used: expected a name'],
    [
      'a name that is taken',
      { target: 'a@web-1' },
      'The name "web-1" is among the servers already: give another one with --id.',
    ],
    ['the name of a service', { target: 'a@shop' }, 'The name "shop" is among the services already'],
    [
      'a jump that is not registered',
      { target: 'a@b', jump: 'bastion' },
      '--jump names "bastion", which is not registered',
    ],
  ])('%s is refused', async (_, options, message) => {
    const { exit, err, scanned } = await add(options, { registry });
    expect(exit).toBe(2);
    expect(err).toContain(message);
    expect(scanned).toEqual([]);
  });

  it('a broken staunch.yml is told, and left alone', async () => {
    const { exit, err, written } = await add({ target: 'a@b' }, { registry: 'servers: [' });
    expect(exit).toBe(2);
    expect(err).toMatch(/^staunch\.yml:\d+:\d+: not valid YAML/);
    expect(written).toBe('servers: [');
  });

  it('a server that shows no key is not reached', async () => {
    const { exit, err } = await add({ target: 'a@b' }, { scan: { ok: false, detail: 'refused' } });
    expect(exit).toBe(4);
    expect(err).toContain('The host key of b could not be fetched: refused');
  });
});
