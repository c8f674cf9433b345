import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnoseOne } from './cli.ts';
import { almostAll, leakUntilKilled } from './failures.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

const KILLED =
  "journalctl -k -o cat | sed -n 's/.*Memory cgroup out of memory: Killed process \\([0-9]*\\).*/\\1/p'";

const cases = [
  { name: 'goeson', unit: 'OOMPolicy=continue', tells: 'the service goes on' },
  { name: 'stopsall', unit: '', tells: "systemd's default stops the whole service" },
];

await onRealHosts('uml', 'a host with a kernel of its own and cgroup v2', () => {
  const hosts = new Map<string, Host>();

  beforeAll(async () => {
    for (const host of await boot('uml', ...cases.map(one => one.name))) hosts.set(host.name, host);
    await Promise.all(
      cases.map(async ({ name, unit }) => {
        await hosts.get(name)?.configure({ unit: `MemoryMax=150M\n${unit}` });
        await leakUntilKilled(hosts.get(name)!);
      }),
    );
  });
  afterAll(shutDown);

  it.each(cases)('has kills after which $tells', async ({ name }) => {
    const host = hosts.get(name)!;
    expect((await host.root(KILLED)).trim()).not.toBe('');
    expect(await host.count('" 502 ', '/var/log/nginx/access.log')).toBeGreaterThan(0);
    const result = await host.root(
      'journalctl -u checkout -o cat | grep -c "Failed with result \'oom-kill\'"',
      { mayFail: true },
    );
    expect(Number(result) > 0).toBe(name === 'stopsall');
  });

  it.each(cases)('names the killed workers when $tells', async ({ name }) => {
    const host = hosts.get(name)!;
    const killed = (await host.root(KILLED)).trim().split('\n').map(Number);
    const http502 = await host.count('" 502 ', '/var/log/nginx/access.log');
    const document = await diagnoseOne(
      {
        user: 'readonly',
        servers: { [name]: host.address },
        services: { checkout: { unit: 'checkout.service', servers: [name] } },
        knownHosts: [host.knownHost],
      },
      ['checkout', '--since', '15m'],
    );
    expect(document.verdict).toBe('confirmed');
    expect(document.causes[0]).toMatchObject({ id: 'worker-oom-kill', scope: 'memcg' });
    expect(document.counts).toMatchObject({
      http502,
      oomKillsOfTheUnit: new Set(killed).size,
    });
    expect(document.counts.explained502).toBeGreaterThanOrEqual(almostAll(http502));
    const deaths = document.deaths.filter(death => death.cause === 'worker-oom-kill').map(death => death.pid);
    expect(deaths.sort()).toEqual([...new Set(killed)].sort());
  });
});
