import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { demoServers } from '../../../practice/fleet/demo-servers.ts';
import { FLEET_CONFIG, openSource } from '../../../practice/fleet/open-fleet.ts';
import { RecordedServers } from '../../../practice/fleet/recorded-servers.ts';
import { PRACTICE_IDS } from '../../../practice/slack/seed.ts';
import type { Registry, Service } from '../../../src/inventory/registry.ts';
import { readRegistry } from '../../../src/inventory/registry-reading.ts';
import { aServer, askedDocument, RECORDINGS } from './diagnosed.ts';

const NOW = Date.parse('2027-10-31T00:59:00Z');

async function registry(): Promise<Registry> {
  const reading = readRegistry(await readFile(FLEET_CONFIG, 'utf8'), 'staunch.yml', {
    folder: '/',
    home: '/',
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.registry;
}

const service = async (id: string): Promise<Service> => (await registry()).services.get(id)!;

/** What the core says about a service of the demo fleet, its recordings below `folder`. */
async function diagnosed(id: string, folder = RECORDINGS) {
  const source = new RecordedServers(
    { servers: demoServers(name => join(folder, name)), openedAtMs: NOW },
    { clock: { nowMs: () => NOW }, sleep: async () => {} },
  );
  return askedDocument(source, await service(id), NOW);
}

const copies: string[] = [];
afterEach(() => {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** A copy of the recordings: folder -> the recording to copy into it, and files to leave out. */
function copyWith(folder: string, from: string, without: readonly string[] = []): string {
  const copy = mkdtempSync(join(tmpdir(), 'staunch-recordings-'));
  copies.push(copy);
  cpSync(join(RECORDINGS, from), join(copy, folder), { recursive: true });
  for (const file of without) rmSync(join(copy, folder, file));
  return copy;
}

describe("the demo fleet's registry", () => {
  it('is valid and names servers that all have a recording', async () => {
    const { servers, services, groups } = await registry();
    expect([...services.keys()]).toEqual(['checkout', 'search', 'billing', 'catalog', 'accounts', 'reports']);
    expect(groups.get('shop')?.map(member => member.id)).toEqual(['checkout', 'search', 'catalog']);
    expect([...demoServers(name => name).keys()].sort()).toEqual([...servers.keys()].sort());
    // Reserved by RFC 2606: no such host will ever exist.
    for (const server of servers.values()) expect(server.host).toMatch(/\.example\.net$/);
  });

  it('names people, groups and channels of the practice Slack only', async () => {
    const { access, services } = await registry();
    const { users, groups, channels } = PRACTICE_IDS;
    const known = new Set<string>([users, groups, channels].flatMap(ids => Object.values<string>(ids)));
    const holders = [access.roles, ...[...access.teams.values()].map(team => team.roles)];
    const named = [
      ...holders.flatMap(roles => [...roles.values()].flat()),
      ...[...services.values()].flatMap(each => each.channels),
    ];
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(id => !known.has(id))).toEqual([]);
  });
});

describe('the demo fleet', () => {
  it.each([
    ['checkout', 'confirmed', 'worker-oom-kill', 9],
    ['search', 'confirmed', 'worker-oom-kill', 354],
    ['billing', 'confirmed', 'worker-timeout', 1],
    ['catalog', 'inconclusive', undefined, 40],
    ['accounts', 'no-incident', undefined, 0],
  ] as const)('has %s, diagnosed as %s', async (id, verdict, cause, http502) => {
    const got = await diagnosed(id);
    expect([got.verdict, got.counts.http502]).toEqual([verdict, http502]);
    if (cause !== undefined) expect(got.causes[0]?.id).toBe(cause);
    else expect(got.causes.filter(c => c.probability > 0.5)).toEqual([]);
  });

  it('names the gaps of catalog and the way to close them', async () => {
    const { gaps } = await diagnosed('catalog');
    const denied = gaps.filter(gap => gap.kind === 'denied');
    expect(denied.map(gap => [gap.server, gap.source]).sort()).toEqual([
      ['catalog-2', 'kernel-log'],
      ['catalog-2', 'unit-journal'],
    ]);
    for (const gap of denied) expect(gap.fix).toContain('usermod -aG systemd-journal staunch');
  });

  it.each([
    ['billing', 'worker-timeout-sigkill-trixie-ns', 'oom-gthread-bookworm-ns', 'worker-oom-kill'],
    ['checkout', 'oom-continue-bookworm-vm', 'segv-bookworm-ns', 'worker-crash'],
    ['accounts', 'max-requests-bookworm-ns', 'deploy-restart-bookworm-ns', 'deploy-restart'],
  ])('says another thing of %s when the folder %s holds %s', async (id, folder, other, cause) => {
    expect((await diagnosed(id, copyWith(folder, other))).causes[0]?.id).toBe(cause);
  });

  const KERNEL: string = 'journal-kernel.json';
  const SEARCH = 'oom-stop-bookworm-vm';
  const CHECKOUT = 'oom-continue-bookworm-vm';
  it.each<[string, string, string, readonly string[], string, string | undefined]>([
    ['search', SEARCH, 'oom-global-stop-bookworm-vm', [], 'confirmed', 'global'],
    ['search', SEARCH, 'oom-global-stop-bookworm-vm', [KERNEL], 'inconclusive', undefined],
    ['checkout', CHECKOUT, CHECKOUT, [], 'confirmed', 'memcg'],
    // systemd still says that the kernel killed; which memory ran out is not known any more.
    ['checkout', CHECKOUT, CHECKOUT, [KERNEL], 'confirmed', undefined],
    ['checkout', CHECKOUT, CHECKOUT, [KERNEL, 'journal-gunicorn.json'], 'inconclusive', undefined],
    ['checkout', CHECKOUT, 'oom-continue-bookworm-ns', [KERNEL, 'cgroup.txt'], 'likely', undefined],
  ])('concludes about %s (%s) from %s without %j: %s', async (id, folder, from, without, verdict, scope) => {
    const got = await diagnosed(id, copyWith(folder, from, without));
    expect([got.verdict, got.causes[0]?.scope]).toEqual([verdict, scope]);
    expect(got.gaps.some(gap => gap.source === 'kernel-log' && gap.kind === 'absent')).toBe(
      without.includes(KERNEL),
    );
  });

  it('opens by itself, and with other recordings when the environment names them', async () => {
    const question = { verb: 'versions', args: [], limits: { timeoutMs: 5_000, maxBytes: 10_000 } } as const;
    const versions = async () => {
      const source = await openSource();
      const [answer] = await source.ask(aServer('billing-1'), [question], new AbortController().signal);
      await source.close();
      return answer?.ok ? Buffer.from(answer.bytes).toString() : answer?.detail;
    };
    expect(await versions()).toContain('gunicorn (version 23.0');
    const copy = copyWith('worker-timeout-sigkill-trixie-ns', 'segv-bookworm-ns');
    vi.stubEnv('STAUNCH_PRACTICE_RECORDINGS', copy);
    vi.stubEnv('STAUNCH_PRACTICE_PACE', '0');
    expect(await versions()).toContain('gunicorn (version 20.1');
  });
});
