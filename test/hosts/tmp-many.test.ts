import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnose, type Inventory } from './cli.ts';
import { boot, type Host, inLab, onRealHosts, shutDown } from './lab.ts';

const ANSWERING = 180;
const SILENT = 20;
const SLOWEST_MS = 20_000;
const UNIT = 'checkout.service';
const silentServer = join(import.meta.dirname, 'lab', 'silent-server.py');

/** Server number to its address, and how many 502s its own access log holds: a different number for each. */
const numbers = Array.from({ length: ANSWERING }, (_, i) => i + 1);
const addressOf = (number: number): string => `10.213.1.${number}`;
const silentAddressOf = (number: number): string => `10.213.2.${number}`;
const folderOf = (number: number): string => `/var/log/nginx/s${number}`;

await onRealHosts('ns', `${ANSWERING} servers that answer and ${SILENT} that never do`, () => {
  let host: Host;
  let silence: ChildProcess;
  let inventory: Inventory;

  beforeAll(async () => {
    [host] = (await boot('ns', 'fleet')) as [Host];
    // One machine plays them all, so sessions of its login manager would be counted 180 times.
    // Without PAM sshd takes "!" for a locked account; "*" is an account without a password.
    await host.root(
      "echo 'UsePAM no' > /etc/ssh/sshd_config.d/fleet.conf; usermod -p '*' readonly; systemctl restart ssh",
    );
    await host.feed('python3', plantedLogs());
    silence = await keepSilent();
    const servers = [
      ...numbers.map(number => [`s${number}`, addressOf(number)] as const),
      ...numbers.slice(0, SILENT).map(number => [`quiet${number}`, silentAddressOf(number)] as const),
    ];
    const key = host.knownHost.split(' ').slice(1).join(' ');
    inventory = {
      user: 'readonly',
      servers: Object.fromEntries(servers),
      services: Object.fromEntries(
        servers.map(([name]) => {
          const folder = `/var/log/nginx/${name}`;
          const nginx = { accessLogs: [`${folder}/access.log`], errorLogs: [`${folder}/error.log`] };
          return [`on-${name}`, { unit: UNIT, servers: [name], nginx }];
        }),
      ),
      groups: { fleet: servers.map(([name]) => `on-${name}`) },
      knownHosts: servers.map(([, address]) => `${address} ${key}`),
    };
  });
  afterAll(async () => { if (process.env.KEEP) return;
    silence?.kill('SIGTERM');
    await shutDown();
  });

  it('has a different number of 502s behind each address', async () => {
    const counts = await host.reader(
      `for n in ${numbers.join(' ')}; do grep -c '" 502 ' /var/log/nginx/s$n/access.log; done`,
    );
    expect(counts.trim().split('\n').map(Number)).toEqual(numbers);
    const banner = await inLab([
      'timeout',
      '2',
      'bash',
      '-c',
      `read -r line </dev/tcp/${addressOf(ANSWERING)}/22; echo "$line"`,
    ]);
    expect(banner.out).toContain('SSH-2.0');
    const nothing = await inLab([
      'timeout',
      '2',
      'bash',
      '-c',
      `read -r line </dev/tcp/${silentAddressOf(SILENT)}/22; echo "$line"`,
    ]);
    expect(nothing).toMatchObject({ out: '', code: 124 });
  });

  it(`hears all within ${SLOWEST_MS / 1000} s and names the silent ones`, async () => {
    const { documents, tookMs } = await diagnose(inventory, ['fleet', '--since', '30m']);
    console.log(`${ANSWERING} + ${SILENT} servers: ${Math.round(tookMs)} ms`);
    const byService = new Map(documents.map(document => [document.service, document]));
    require2(documents); expect(numbers.map(number => byService.get(`on-s${number}`)?.counts.http502)).toEqual(numbers);
    for (const number of numbers.slice(0, SILENT)) {
      const name = `quiet${number}`;
      const document = byService.get(`on-${name}`);
      expect(document?.verdict).toBe('inconclusive');
      const kinds = document?.gaps
        .filter(gap => gap.server === name && gap.source === 'connection')
        .map(gap => gap.kind);
      expect(['unreachable', 'timed-out']).toContain(kinds?.[0]);
    }
    expect(byService.size).toBe(ANSWERING + SILENT);
    expect(tookMs).toBeLessThan(SLOWEST_MS);
  });
});

/** A Python program that gives the host its addresses and each address its own logs of the last minutes. */
function plantedLogs(): string {
  return `
import os, subprocess, time
now = int(time.time())
for n in range(1, ${ANSWERING} + 1):
    subprocess.run(["ip", "address", "add", "${addressOf(0).replace(/0$/, '')}%d/16" % n, "dev", "eth0"], check=True)
    folder = "${folderOf(0).replace(/0$/, '')}%d" % n
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/access.log", "w") as access, open(folder + "/error.log", "w") as errors:
        for i in range(1000):
            at = now - 1000 + i
            failed = i >= 1000 - n
            stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
            access.write('10.9.8.7 - - [%s] "GET /items/%d HTTP/1.1" %d 157 "-" "lab" rt=0.001 urt="0.001" us="%d" '
                         'ua="unix:/run/checkout/app.sock" id=%032x msec=%d.500\\n'
                         % (stamp, i, 502 if failed else 200, 502 if failed else 200, i, at))
            if failed:
                errors.write('%s [error] 41#41: *%d upstream prematurely closed connection while reading response header '
                             'from upstream, client: 10.9.8.7, server: _, request: "GET /items/%d HTTP/1.1", upstream: '
                             '"http://unix:/run/checkout/app.sock:/items/%d", host: "shop.example"\\n'
                             % (time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(at)), i, i, i))
`;
}

/** Listens on the silent addresses at this end of the lab's bridge. */
async function keepSilent(): Promise<ChildProcess> {
  const addresses = numbers.slice(0, SILENT).map(silentAddressOf);
  const add = addresses.map(address => `ip address add ${address}/32 dev lab0`).join(' && ');
  expect((await inLab(['sh', '-c', add])).code).toBe(0);
  const command = ['netns', 'exec', 'staunch-lab', silentServer, '22', '900', ...addresses];
  const child = spawn('ip', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
import { writeFileSync } from 'node:fs';
function require2(d: unknown) { writeFileSync('/tmp/try/many.json', JSON.stringify(d)); }
