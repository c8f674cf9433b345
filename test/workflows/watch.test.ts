import { describe, expect, it } from 'vitest';
import { aServer, aService } from './recorded-source.ts';
import { MINUTE_MS, WatchRig } from './watch-rig.ts';

const MIB = 1024 * 1024;

describe('a watched service', () => {
  it('is sampled once a minute: workers, master, memory, host and requests', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(3, () => app.log.push(200, 200, 504));
    expect(rig.samples.kept.length).toBe(3);
    expect(rig.samples.kept[1]).toMatchObject({
      server: 'app1',
      service: 'checkout',
      unit: 'gunicorn.service',
      bootId: 'boot-1',
      masterPid: 100,
      masterRssBytes: 30 * MIB,
      workers: [
        { pid: 101, startTicks: 11, rssBytes: 50 * MIB },
        { pid: 102, startTicks: 12, rssBytes: 60 * MIB },
      ],
      memory: { currentBytes: 200 * MIB, maxBytes: 400 * MIB, oomKills: 0 },
      hostTotalBytes: 8_192_000_000,
      counts: { requests: 3, http502: 0, http504: 1 },
    });
    // Nobody knows since when the first minute's lines are there.
    expect(rig.samples.kept[0]?.counts).toBeUndefined();
    expect(rig.samples.sum('checkout', 'requests')).toBe(6);
    expect(rig.samples.sum('checkout', 'http504')).toBe(2);
    expect(rig.told).toEqual([]);
  });

  it('needs one round trip a minute once its places are known, and looks for them again within the hour', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(1);
    app.asked = 0;
    await rig.minutes(30);
    expect(app.asked).toBe(30);
    app.verbs = [];
    await rig.minutes(60);
    expect(app.verbs.filter(verb => verb === 'unit-state').length).toBe(1);
    expect(app.verbs.filter(verb => verb === 'watch-sample').length).toBe(60);
  });

  it('is asked for unshared memory of one worker at a time, each at most hourly', async () => {
    const rig = new WatchRig();
    await rig.minutes(62);
    const read = rig.samples.kept.flatMap(sample =>
      sample.workers.flatMap(worker => (worker.ussBytes === undefined ? [] : [worker.pid])),
    );
    expect(read).toEqual([101, 102, 101]);
  });

  it.each([
    { what: 'a worker that is gone', change: { workerEnds: 1, restarts: 0, oomKills: 0 } },
    { what: 'another process under the same pid', change: { workerEnds: 1, restarts: 0, oomKills: 0 } },
    { what: 'a restarted unit', change: { workerEnds: 2, restarts: 1, oomKills: 0 } },
    { what: 'a rebooted server', change: { workerEnds: 2, restarts: 1, oomKills: 0 } },
  ])('counts $what', async ({ what, change }) => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(2);
    if (what.startsWith('a worker')) app.workers.pop();
    if (what.startsWith('another')) app.workers[0] = { pid: 101, startTicks: 999, rssBytes: MIB };
    if (what.startsWith('a restarted')) {
      app.master = { pid: 200, startTicks: 500 };
      app.workers = [{ pid: 201, startTicks: 501, rssBytes: MIB }];
    }
    if (what.startsWith('a rebooted')) app.bootId = 'boot-2';
    await rig.minutes(2);
    for (const [figure, count] of Object.entries(change))
      expect([figure, rig.samples.sum('checkout', figure as 'restarts')]).toEqual([figure, count]);
    expect(rig.told).toEqual([]);
  });

  it('counts a restart once, however long the unit was down', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(2);
    app.master = undefined;
    await rig.minutes(3);
    expect(rig.watch.gaps.map(gap => gap.what)).toEqual(['workers']);
    app.master = { pid: 300, startTicks: 900 };
    await rig.minutes(3);
    expect(rig.samples.sum('checkout', 'restarts')).toBe(1);
    expect(rig.watch.gaps).toEqual([]);
  });
});

describe('a kill that no log shows', () => {
  it('is told with the minutes between which the counter rose, once', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(3);
    const fromMs = rig.samples.kept.at(-1)?.atMs;
    app.oomKills = 2;
    await rig.minutes(3);
    expect(rig.told).toEqual([
      {
        kind: 'kill-seen',
        server: 'app1',
        service: 'checkout',
        unit: 'gunicorn.service',
        kills: 2,
        fromMs,
        toMs: (fromMs ?? 0) + MINUTE_MS,
        proof: 'unit',
      },
    ]);
    expect(rig.samples.sum('checkout', 'oomKills')).toBe(2);
  });

  it('is none when the counter began anew with the unit', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    app.oomKills = 7;
    await rig.minutes(2);
    app.oomKills = 0;
    app.master = { pid: 200, startTicks: 900 };
    await rig.minutes(2);
    expect(rig.told).toEqual([]);
  });

  it('is seen in the slice when systemd restarted the unit after it', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    app.killsAbove = 5;
    await rig.minutes(2);
    app.killsAbove = 6;
    app.master = { pid: 200, startTicks: 900 };
    await rig.minutes(2);
    expect(rig.events('kill-seen')).toMatchObject([{ kills: 1, proof: 'slice' }]);
  });

  it("is not this unit's when only the slice counted it", async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    app.killsAbove = 5;
    await rig.minutes(2);
    app.killsAbove = 9;
    await rig.minutes(2);
    expect(rig.told).toEqual([]);
  });

  it('is seen although it happened while Staunch was being restarted', async () => {
    const rig = new WatchRig();
    await rig.minutes(2);
    await rig.watch.stop();
    rig.servers.of('app1').oomKills = 1;
    const next = new WatchRig(rig.services, {}, rig, 'two');
    await next.minutes(1);
    expect(next.events('kill-seen')).toMatchObject([{ kills: 1 }]);
  });

  it('is no news when it happened while nobody watched for a day', async () => {
    const rig = new WatchRig();
    await rig.minutes(2);
    await rig.watch.stop();
    await rig.time.advance(24 * 60 * MINUTE_MS);
    rig.servers.of('app1').oomKills = 1;
    const next = new WatchRig(rig.services, {}, rig, 'two');
    await next.minutes(2);
    expect(next.told).toEqual([]);
  });

  it('is told by the next sample when the one that saw it could not be stored', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(2, () => app.log.push(200));
    app.oomKills = 1;
    const ticking = rig.watch.tick();
    await rig.watch.renew();
    rig.samples.fault = new Error('the disk is full');
    await rig.time.advance(0);
    await ticking;
    expect(rig.told).toEqual([]);
    rig.samples.fault = undefined;
    await rig.restOfMinute();
    app.log.push(200);
    await rig.minutes(1);
    expect(rig.events('kill-seen')).toMatchObject([{ kills: 1 }]);
    expect(rig.samples.sum('checkout', 'requests')).toBe(2);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['workers', 'hidepid', 'hidden', true],
    ['kills', 'counts no OOM kills', 'oomKills', undefined],
    ['requests', 'may not be read', 'logState', 'denied'],
    ['requests', 'is not there', 'logState', 'absent'],
    ['read-script', 'older than this Staunch', 'old', true],
    [
      'requests',
      'writes no access log',
      'nginx',
      'server { access_log off; location / { proxy_pass http://a; } }',
    ],
  ] as const)('is said of %s (%s), once in the log', async (what, words, property, value) => {
    const rig = new WatchRig();
    Object.assign(rig.servers.of('app1'), { [property]: value });
    await rig.minutes(3);
    const gap = rig.watch.gaps.find(each => each.what === what);
    expect(gap?.text).toContain(words);
    expect(rig.logged.filter(text => text.includes('cannot be watched')).length).toBe(rig.watch.gaps.length);
    expect(rig.events('server-silent')).toEqual([]);
  });

  it('leaves the counts out instead of calling them zero', async () => {
    const rig = new WatchRig();
    rig.servers.of('app1').logState = 'denied';
    await rig.minutes(2);
    expect(rig.samples.kept.map(sample => sample.counts)).toEqual([undefined, undefined]);
  });
});

describe('an NGINX host apart from its app hosts', () => {
  it('is asked for requests only, and one log of two services is read once for both', async () => {
    const [app1, app2, front] = ['app1', 'app2', 'front'].map(id => aServer(id, `10.0.0.${id.length}`)) as [
      ReturnType<typeof aServer>,
      ReturnType<typeof aServer>,
      ReturnType<typeof aServer>,
    ];
    const rig = new WatchRig([aService([app1], [front]), { ...aService([app2], [front]), id: 'search' }]);
    await rig.minutes(2, () => rig.servers.of('front').log.push(200, 502, 502, 502));
    expect(rig.samples.kept.map(sample => sample.server).sort()).toEqual(['app1', 'app1', 'app2', 'app2']);
    expect(rig.samples.sum('checkout', 'requests')).toBe(4);
    expect(rig.samples.sum('search', 'http502')).toBe(3);
    expect(rig.events('burst-seen').map(event => [event.service, event.server])).toEqual([
      ['checkout', 'front'],
      ['search', 'front'],
    ]);
    expect(rig.servers.of('front').verbs.filter(verb => verb === 'watch-sample').length).toBe(2);
  });
});

describe('the growth analysis', () => {
  it('is asked at first and after each twenty minutes, with the lives of every unit', async () => {
    const rig = new WatchRig([aService([aServer('app1'), aServer('app2')])]);
    await rig.minutes(45);
    expect(rig.judged.map(about => about.atMs % (20 * MINUTE_MS))).toEqual([0, 0, 0]);
    expect(rig.judged[2]?.units.map(({ server, lives }) => [server, lives.length])).toEqual([
      ['app1', 2],
      ['app2', 2],
    ]);
    expect(rig.judged[2]?.units[0]?.last?.memory?.maxBytes).toBe(400 * MIB);
    expect(rig.judged[2]?.units[0]?.before?.atMs).toBeLessThan(rig.judged[2]?.units[0]?.last?.atMs ?? 0);
    expect(rig.looks.length).toBe(3);
  });

  it('is asked by one of two processes that share the servers of a service', async () => {
    const services = [aService([aServer('app1'), aServer('app2')])];
    const one = new WatchRig(services);
    one.services = [aService([aServer('app1')])];
    await one.minutes(1);
    one.services = services;
    const two = new WatchRig(services, {}, one, 'two');
    await two.watch.renew();
    expect([one.watch.owned, two.watch.owned]).toEqual([['app1'], ['app2']]);
    for (let minute = 0; minute < 25; minute++) {
      await two.tick();
      await one.minutes(1);
    }
    expect([one.judged.length, two.judged.length]).toEqual([2, 0]);
  });
});

describe('a thousand servers', () => {
  it('are each sampled in every minute, and what happens on one of them is told of that one', async () => {
    const ids = Array.from({ length: 1_000 }, (_, number) => `s${number}`);
    const rig = new WatchRig(ids.map(id => ({ ...aService([aServer(id)]), id: `service-${id}` })));
    await rig.minutes(2);
    rig.servers.of('s500').oomKills = 1;
    rig.servers.of('s7').failure = 'unreachable';
    await rig.minutes(2);
    expect(rig.samples.kept.length).toBe(3_998);
    expect(rig.servers.mostAtOnce).toBeLessThanOrEqual(50);
    expect(rig.told.map(event => [event.kind, 'server' in event && event.server]).sort()).toEqual([
      ['kill-seen', 's500'],
      ['server-silent', 's7'],
    ]);
  });
});
