import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnoseOne } from './cli.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

const LOG = '/var/log/nginx/access.log';
const LOG_BYTES = 2_000_000_000;
const DAYS = 7;
const MOST_READ = 50_000_000;
const MOST_SENT = 5_000_000;

await onRealHosts('ns', 'an access log of 2 GB', () => {
  let host: Host;
  let perSecond: number;
  const end = Math.floor(Date.now() / 1000);
  const longAgo = end - 4 * 86_400;
  const planted = [
    { at: end - 3600, count: 41 },
    { at: end - 600, count: 7 },
    { at: end - 8000, count: 1000 },
    { at: longAgo - 1800, count: 23 },
    { at: longAgo + 60, count: 1000 },
  ];
  const iso = (epoch: number): string => new Date(epoch * 1000).toISOString().replace('.000', '');
  const windows = [
    { name: 'the last two hours', args: () => ['--from', iso(end - 7200), '--to', iso(end)], http502: 48 },
    {
      name: 'two hours four days back',
      args: () => ['--from', iso(longAgo - 7200), '--to', iso(longAgo)],
      http502: 23,
    },
  ];

  beforeAll(async () => {
    [host] = (await boot('ns', 'large')) as [Host];
    const generator = readFileSync(join(import.meta.dirname, 'lab', 'large-log.py'), 'utf8');
    const extra = planted.map(({ at, count }) => `${at}:${count}`).join(' ');
    perSecond = Number(await host.feed(`python3 - ${LOG} ${LOG_BYTES} ${end} ${DAYS} ${extra}`, generator));
  });
  afterAll(shutDown);

  it('has the size and the planted 502s', async () => {
    expect(Number(await host.root(`stat -c %s ${LOG}`))).toBeGreaterThan(LOG_BYTES * 0.95);
    expect(await host.count('" 502 ', LOG)).toBe(planted.reduce((sum, { count }) => sum + count, 0));
  });

  it.each(windows)(
    'answers for $name by reading little and sending less',
    async ({ name, args, http502 }) => {
      const before = {
        read: await bytesRead(host),
        sent: await bytesSent(host),
        cpuMs: await cpuUsedMs(host),
      };
      const began = performance.now();
      const document = await diagnoseOne(
        {
          user: 'readonly',
          servers: { large: host.address },
          services: { checkout: { unit: 'checkout.service', servers: ['large'] } },
          knownHosts: [host.knownHost],
        },
        ['checkout', ...args()],
      );
      const tookMs = performance.now() - began;
      // First, because each look logs in: it costs some of what it counts.
      const cpuMs = (await cpuUsedMs(host)) - before.cpuMs;
      const read = (await bytesRead(host)) - before.read;
      const sent = (await bytesSent(host)) - before.sent;
      const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
      console.log(
        `2 GB, ${name}: ${Math.round(tookMs)} ms, ${megabytes(read)} read, ${megabytes(sent)} sent, ${cpuMs} ms CPU there`,
      );
      expect(document.counts.http502).toBe(http502);
      // Both ends of a window are inclusive; whether the last second counts whole is not what this is about.
      expect(document.counts.requests).toBeGreaterThanOrEqual(7200 * perSecond + http502 - perSecond);
      expect(document.counts.requests).toBeLessThanOrEqual(7201 * perSecond + http502);
      expect(read).toBeLessThan(MOST_READ);
      expect(sent).toBeLessThan(MOST_SENT);
    },
  );
});

/**
 * Bytes that sshd and everything it ever started have read, pipes and sockets included: an upper bound of what
 * was read from disk. A process inherits the figures of each child it has waited for; orphans go to PID 1.
 */
async function bytesRead(host: Host): Promise<number> {
  const out = await host.root('sleep 0.5; cat /proc/1/io "/proc/$(systemctl show -P MainPID ssh)/io"');
  return [...out.matchAll(/^rchar: (\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}

async function bytesSent(host: Host): Promise<number> {
  return Number(await host.root('awk \'$1 == "eth0:" { print $10 }\' /proc/net/dev'));
}

/**
 * CPU of sshd, of PID 1 and of all that they have waited for, the journal's readers and systemctl's questions to PID 1
 * among it; in steps of 10 ms.
 */
async function cpuUsedMs(host: Host): Promise<number> {
  const out = await host.root('sleep 0.5; cat /proc/1/stat "/proc/$(systemctl show -P MainPID ssh)/stat"');
  return out
    .trim()
    .split('\n')
    .map(stat => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .flatMap(fields => fields.slice(11, 15))
    .reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
