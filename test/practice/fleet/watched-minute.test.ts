import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoServers } from '../../../practice/fleet/demo-servers.ts';
import type { RecordedServer } from '../../../practice/fleet/fleet.ts';
import { RecordedServers } from '../../../practice/fleet/recorded-servers.ts';
import { watchQuestion } from '../../../src/collectors/watch-question.ts';
import { USUAL_WARNINGS } from '../../../src/inventory/registry.ts';
import { USUAL_CHANGES } from '../../../src/policy/change-rules.ts';
import { masterOf } from '../../../src/signals/master-process.ts';
import { readUnitMinute } from '../../../src/signals/unit-minute.ts';
import { WatchRig } from '../../workflows/watch-rig.ts';
import { aServer, RECORDINGS } from './diagnosed.ts';

const NOW = Date.parse('2027-10-31T00:59:00Z');
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;
const folderOf = (name: string) => join(RECORDINGS, name);
const LOG = '/var/log/nginx/access.log';

/** A server of the fleet at instants of our choice. */
function hostOf(server: RecordedServer) {
  const time = { nowMs: NOW };
  const source = new RecordedServers(
    { servers: new Map([['app1', server]]), openedAtMs: NOW },
    { clock: { nowMs: () => time.nowMs }, sleep: async () => {} },
  );
  return async (atMs: number, cursor?: { file: string; offset: number }) => {
    time.nowMs = atMs;
    const logs = [{ path: LOG, place: 'after-request', ...(cursor && { cursor }) }];
    const question = watchQuestion({ cgroup: '/system.slice/gunicorn.service', logs });
    const [answer] = await source.ask(aServer('app1'), [question], new AbortController().signal);
    if (!answer?.ok) throw new Error(answer?.detail);
    return readUnitMinute(Buffer.from(answer.bytes).toString('latin1'), 'app1');
  };
}

describe('a recorded host', () => {
  it.each(['oom-continue-bookworm-vm', 'oom-continue-bookworm-ns', 'deploy-restart-bookworm-ns'])(
    '%s answers a minute as it was left',
    async name => {
      const got = await hostOf({ recording: folderOf(name) })(NOW);
      const master = masterOf(got?.processes ?? []);
      const workers = got?.processes.filter(({ parentPid }) => parentPid === master?.pid);
      expect(workers?.length).toBeGreaterThan(1);
      expect(got?.memory?.currentBytes).toBeGreaterThan(10 * MIB);
      expect(got?.memory?.limitBytes).toBe(224 * MIB);
      expect(got?.host?.totalBytes).toBeGreaterThan(0);
    },
  );

  it('shows the counter of kills rise while the recording lasts, and its requests', async () => {
    // Read from before its begin up to its end.
    const minute = hostOf({ recording: folderOf('oom-continue-bookworm-vm') });
    const kills: number[] = [];
    let cursor: { file: string; offset: number } | undefined;
    let requests = 0;
    for (let back = 40; back >= 0; back--) {
      const got = await minute(NOW - back * 30_000, cursor);
      cursor = got?.logs[0]?.cursor ?? cursor;
      requests += got?.logs[0]?.requests ?? 0;
      kills.push(got?.memory?.oomKills ?? -1);
    }
    expect([kills[0], kills.at(-1)]).toEqual([0, 9]);
    expect(kills).toEqual(kills.toSorted((a, b) => a - b));
    expect(requests).toBeGreaterThan(100);
  });

  it('counts nothing new once its log has ended', async () => {
    const minute = hostOf({ recording: folderOf('oom-stop-bookworm-vm') });
    const first = await minute(NOW);
    expect(first?.logs[0]).toMatchObject({ state: 'begun', requests: 0 });
    expect((await minute(NOW + MINUTE_MS, first?.logs[0]?.cursor))?.logs[0]).toMatchObject({
      state: 'read',
      requests: 0,
    });
  });

  it('refuses a log that this user may not read', async () => {
    const minute = hostOf({
      recording: folderOf('oom-stop-bookworm-vm'),
      denied: ['nginx-access.log'],
    });
    expect((await minute(NOW))?.logs[0]?.state).toBe('denied');
  });
});

describe('workers that grow', () => {
  const minute = hostOf({ recording: folderOf('deploy-reload-bookworm-ns'), growing: true });
  const total = async (atMs: number) => {
    const got = await minute(atMs);
    return (got?.processes ?? []).reduce((sum, { rssBytes }) => sum + rssBytes, 0) / MIB;
  };

  it('are four under one master, the same ones hour after hour', async () => {
    const [before, now] = [await minute(NOW - 5 * 60 * MINUTE_MS), await minute(NOW)];
    expect(masterOf(now?.processes ?? [])?.pid).toBe(1564);
    expect(now?.processes.length).toBe(5);
    const lives = (got: typeof now) => got?.processes.map(({ pid, startTicks }) => [pid, startTicks]);
    expect(lives(before)).toEqual(lives(now));
    expect(now?.memory).toMatchObject({ limitBytes: 224 * MIB, oomKills: 0 });
  });

  it('reach 95 % of the limit an hour and a half after the fleet was opened, and never the limit', async () => {
    expect(await total(NOW - 500 * MINUTE_MS)).toBeLessThan(180);
    expect(await total(NOW + 90 * MINUTE_MS)).toBeLessThan(0.95 * 224);
    expect(await total(NOW + 100 * MINUTE_MS)).toBeGreaterThan(0.95 * 224);
    expect(await total(NOW + 24 * 60 * MINUTE_MS)).toBeLessThan(224);
  });

  it('did not run before their deploy', async () => {
    expect((await minute(NOW - 12 * 60 * MINUTE_MS))?.unitAbsent).toBe(true);
  });
});

describe('the demo fleet', () => {
  it('can be watched, and has seen the growth when it is watched from this morning on', async () => {
    const servers = demoServers(folderOf);
    const rig = new WatchRig(
      [...servers.keys()].map(id => ({
        id: id.slice(0, -2),
        unit: 'gunicorn.service',
        servers: [aServer(id)],
        nginx: { servers: [aServer(id)] },
        upstreams: new Map(),
        channels: [],
        warnings: USUAL_WARNINGS,
        changes: USUAL_CHANGES,
      })),
      {},
      undefined,
      'one',
      time => new RecordedServers({ servers, openedAtMs: NOW }, { clock: time, sleep: async () => {} }),
    );
    await rig.time.advance(NOW - 60 * MINUTE_MS - rig.time.nowMs());
    await rig.minutes(64);
    const of = (id: string) => rig.samples.kept.filter(sample => sample.server === id);
    expect(of('reports-1').length).toBe(64);
    const grown = of('reports-1').map(({ workers }) => workers[0]?.rssBytes ?? 0);
    expect((grown.at(-1) ?? 0) - (grown[0] ?? 0)).toBeGreaterThan(MIB);
    expect(rig.events('kill-seen').map(event => event.service)).toContain('checkout');
    expect(rig.events('burst-seen').map(event => event.service)).toContain('search');
    expect(rig.events('server-silent')).toEqual([]);
  });
});
