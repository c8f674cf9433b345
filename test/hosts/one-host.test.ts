import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnoseOne, gapsOf, type Inventory } from './cli.ts';
import { almostAll, FAILURES } from './failures.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

const UNIT = 'checkout.service';
const ACCESS_LOG = '/var/log/nginx/access.log';
const OOM_KILLS =
  'awk \'$1 == "oom_kill" { print $2 }\' /sys/fs/cgroup/memory/system.slice/checkout.service/memory.oom_control';

const inventoryOf = (host: Host, user: Inventory['user']): Inventory => ({
  user,
  servers: { [host.name]: host.address },
  services: { checkout: { unit: UNIT, servers: [host.name] } },
  knownHosts: [host.knownHost],
});

await onRealHosts('ns', 'one host with NGINX and Gunicorn', () => {
  const hosts = new Map<string, Host>();
  const hostOf = (name: string): Host => hosts.get(name)!;

  beforeAll(async () => {
    const names = [...FAILURES.map(failure => failure.host), 'quiet'];
    for (const host of await boot('ns', ...names)) hosts.set(host.name, host);
    await Promise.all(FAILURES.map(failure => hostOf(failure.host).configure(failure.setup)));
    // All at once: the machine's kernel log then holds the kills of one host in the sight of all others.
    await Promise.all([
      ...FAILURES.map(failure => failure.cause(hostOf(failure.host))),
      hostOf('quiet').load({ path: '/health', requests: 100, atOnce: 4, perSecond: 10 }),
    ]);
  });
  afterAll(shutDown);

  it.each(FAILURES)('has $tells', async ({ host: name, sign }) => {
    const host = hostOf(name);
    const said = await host.root(`journalctl -u checkout -o cat | grep -cE '${sign}'`, { mayFail: true });
    expect(Number(said)).toBeGreaterThan(0);
    expect(await host.count('" 502 ', ACCESS_LOG)).toBeGreaterThan(0);
  });

  it.each(FAILURES)('recognises $tells', async ({ host: name, expected, verdicts }) => {
    const host = hostOf(name);
    const [http502, requests, oomKills] = await Promise.all([
      host.count('" 502 ', ACCESS_LOG),
      host.count('.', ACCESS_LOG),
      host.root(OOM_KILLS),
    ]);
    const document = await diagnoseOne(inventoryOf(host, 'readonly'), ['checkout', '--since', '10m']);
    expect(document.causes[0]?.id).toBe(expected);
    expect(verdicts).toContain(document.verdict);
    expect(document.counts).toMatchObject({
      http502,
      requests,
      oomKillsOfTheUnit: Number(oomKills),
    });
    expect(document.counts.explained502).toBeGreaterThanOrEqual(almostAll(http502));
    expect(gapsOf(document, name).filter(gap => gap.endsWith(' denied'))).toEqual([]);
    for (const reason of document.causes.flatMap(cause => cause.because)) {
      expect(reason.evidence.every(id => document.evidence[id]?.server === name)).toBe(true);
    }
  });

  it('finds no incident on the quiet host, although the kernel log it sees is full of kills', async () => {
    const host = hostOf('quiet');
    expect(await host.count('.', ACCESS_LOG)).toBe(100);
    expect(
      Number(await host.root("journalctl -k -o cat | grep -c 'Killed process'", { mayFail: true })),
    ).toBeGreaterThan(0);
    const document = await diagnoseOne(inventoryOf(host, 'readonly'), ['checkout', '--since', '10m']);
    expect(document.verdict).toBe('no-incident');
    expect(document.counts).toMatchObject({ requests: 100, http502: 0, oomKillsOfTheUnit: 0 });
  });

  it.each(['oom', 'killed', 'quiet'])(
    'names what it may not read on %s as a user without groups',
    async name => {
      const document = await diagnoseOne(inventoryOf(hostOf(name), 'limited'), [
        'checkout',
        '--since',
        '10m',
      ]);
      expect(['likely', 'inconclusive']).toContain(document.verdict);
      expect(document.counts.http502).toBeNull();
      const gaps = gapsOf(document, name);
      expect(gaps).toEqual(expect.arrayContaining(['nginx-access-log denied', 'nginx-error-log denied']));
      for (const source of ['unit-journal', 'kernel-log']) {
        expect(gaps.some(gap => gap === `${source} denied` || gap === `${source} unproven`)).toBe(true);
      }
      expect(document.gaps.every(gap => gap.text !== '' && gap.fix !== '')).toBe(true);
    },
  );
});
