import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppliedHost, CONFIG } from './applied-host.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

/** How the pre-flight puts it, by its sign. */
const WORDS = {
  ok: /lost 0 of 2,000/,
  warn: /Whether requests are lost when a worker leaves is not known/,
  block: /Recycling would itself cause 502s here/,
} as const;
type Sign = keyof typeof WORDS;

interface Cell {
  readonly name: string;
  readonly workerClass: 'sync' | 'gthread';
  readonly keepalive: boolean;
}
const CELLS: readonly Cell[] = [
  { name: 'sync', workerClass: 'sync', keepalive: false },
  { name: 'synckeep', workerClass: 'sync', keepalive: true },
  { name: 'gthread', workerClass: 'gthread', keepalive: false },
  { name: 'gthrkeep', workerClass: 'gthread', keepalive: true },
];
/**
 * What each Debian has, what must be said of its cells, in their order, and which of them lose GETs. With kept connections
 * gthread of 20.1 loses POSTs only: it is refused as long as nobody knows that there are none.
 */
const DEBIANS = [
  { dist: 'bookworm', version: '20.1', signs: ['ok', 'ok', 'ok', 'block'], lose: [] },
  { dist: 'trixie', version: '23.0', signs: ['ok', 'ok', 'block', 'block'], lose: ['gthread', 'gthrkeep'] },
] as const;
/** About thirty recycles. */
const REQUESTS = 1_500;

/** What was said before, and what really happened. */
interface Outcome {
  readonly said: Sign | undefined;
  readonly text: string;
  readonly statuses: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly recycled: number;
}

async function prepare(host: Host, { workerClass, keepalive }: Cell): Promise<void> {
  await host.feed(
    `cat >> ${CONFIG}`,
    `worker_class = "${workerClass}"\nthreads = ${workerClass === 'gthread' ? 4 : 1}\nmax_requests = 50\nmax_requests_jitter = 10\n`,
  );
  if (keepalive)
    await host.root(
      `sed -i 's/fail_timeout=0;/fail_timeout=0; keepalive 16;/; s/proxy_pass /proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass /' /etc/nginx/sites-available/checkout && nginx -t && systemctl reload nginx`,
    );
  await host.root('systemctl restart checkout');
}

async function tried(host: Host): Promise<Outcome> {
  const statuses = await host.load({
    path: '/slow?s=0.01',
    requests: REQUESTS,
    atOnce: 6,
    perSecond: 25,
    seconds: 110,
  });
  const recycled = await host.root(
    "journalctl -u checkout --no-pager -o cat | grep -c 'Autorestarting worker'",
    { mayFail: true },
  );
  const web = new AppliedHost(host);
  try {
    // Only with the helper is it seen what the running Gunicorn was started with.
    expect((await web.enable()).code).toBe(0);
    const numbers = ['--set', 'maxRequests=800', '--set', 'maxRequestsJitter=100'];
    const ran = await web.staunch('plan', 'checkout', '--remedy', 'recycling', ...numbers, '--json');
    const said = (['block', 'warn', 'ok'] as const).find(sign => WORDS[sign].test(ran.out));
    const { '200': served = 0, ...others } = statuses;
    const lost = Object.values(others).reduce((sum, count) => sum + count, 0);
    if (served + lost < REQUESTS) throw new Error(`only ${served + lost} of ${REQUESTS} requests were sent`);
    return { said, text: ran.out + ran.err, statuses, lost, recycled: Number(recycled) };
  } finally {
    web.remove();
  }
}

for (const { dist, version, signs, lose } of DEBIANS)
  await onRealHosts('ns', `recycling with Gunicorn ${version}`, () => {
    const outcomes = new Map<string, Outcome>();
    const of = (name: string) => outcomes.get(name)!;

    beforeAll(async () => {
      process.env.LAB_DIST = dist;
      const hosts = await boot('ns', ...CELLS.map(cell => cell.name));
      expect(await hosts[0]?.root('gunicorn --version')).toContain(version);
      await Promise.all(CELLS.map((cell, at) => prepare(hosts[at] as Host, cell)));
      await Promise.all(hosts.map(async host => outcomes.set(host.name, await tried(host))));
      for (const [name, { said, statuses, recycled }] of outcomes)
        console.log(
          `Gunicorn ${version} ${name}: said ${said}; ${JSON.stringify(statuses)} in ${recycled} recycles`,
        );
    }, 400_000);
    afterAll(async () => {
      delete process.env.LAB_DIST;
      await shutDown();
    });

    describe.each(CELLS.map((cell, at) => ({ ...cell, sign: signs[at] })))(
      'as $workerClass, NGINX keeping connections: $keepalive',
      ({ name, sign }) => {
        it(`is judged ${sign} by the pre-flight`, () => {
          expect(of(name).said, of(name).text).toBe(sign);
        });

        it('is not promised to be safe where a load loses requests', () => {
          expect(of(name).recycled).toBeGreaterThan(10);
          if (of(name).said === 'ok') expect(of(name).statuses).toEqual({ '200': REQUESTS });
        });
      },
    );

    it('loses requests under this load where it must, or the load would prove nothing, and nowhere else', () => {
      const lost = (names: readonly string[]) => names.reduce((sum, name) => sum + of(name).lost, 0);
      const names = CELLS.map(cell => cell.name);
      expect(lost(names.filter(name => !lose.some(other => other === name)))).toBe(0);
      if (lose.length > 0) expect(lost(lose)).toBeGreaterThan(0);
    });
  });
