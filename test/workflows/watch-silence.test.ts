import { describe, expect, it } from 'vitest';
import { aServer, aService } from './recorded-source.ts';
import { MINUTE_MS, WatchRig } from './watch-rig.ts';

/** What was told of servers, in order. */
const kinds = (rig: WatchRig) => rig.told.map(event => event.kind).filter(kind => kind.startsWith('server-'));

describe('a server that does not answer', () => {
  it('is tried after 1, 2, 5, 10 and then every 10 minutes, said once, and said once when it is back', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(2);
    app.failure = 'unreachable';
    const tries: number[] = [];
    let asked = app.asked;
    await rig.minutes(40, minute => {
      if (app.asked > asked) tries.push(minute - 1);
      asked = app.asked;
    });
    expect(tries).toEqual([0, 1, 3, 8, 18, 28, 38]);
    expect(kinds(rig)).toEqual(['server-silent']);
    expect(rig.events('server-silent')).toMatchObject([
      { server: 'app1', services: ['checkout'], detail: 'app1 does not answer' },
    ]);
    expect([...rig.watch.silent.keys()]).toEqual(['app1']);
    app.failure = undefined;
    await rig.minutes(12);
    expect(kinds(rig)).toEqual(['server-silent', 'server-back']);
    const [silent] = rig.events('server-silent');
    expect(rig.events('server-back')[0]?.sinceMs).toBe(silent?.sinceMs);
    expect(rig.watch.silent.size).toBe(0);
    // And every minute again.
    const kept = rig.samples.kept.length;
    await rig.minutes(3);
    expect(rig.samples.kept.length).toBe(kept + 3);
  });

  it('is not said for one missed minute', async () => {
    const rig = new WatchRig();
    await rig.minutes(6, minute => {
      rig.servers.of('app1').failure = minute % 2 === 0 ? undefined : 'connection-lost';
    });
    expect(rig.told).toEqual([]);
    expect(rig.samples.kept.length).toBe(3);
  });

  it.each(['host-key', 'login-refused'] as const)(
    'is said at once when only a person can help: %s',
    async reason => {
      const rig = new WatchRig();
      rig.servers.of('app1').failure = reason;
      await rig.minutes(1);
      expect(rig.told.map(event => event.kind)).toEqual(['server-silent']);
    },
  );

  it('shows a kill from the time of its silence', async () => {
    const rig = new WatchRig();
    const app = rig.servers.of('app1');
    await rig.minutes(2);
    app.failure = 'unreachable';
    await rig.minutes(5);
    app.oomKills = 1;
    app.failure = undefined;
    await rig.minutes(5);
    const [kill] = rig.events('kill-seen');
    expect(((kill?.toMs ?? 0) - (kill?.fromMs ?? 0)) / MINUTE_MS).toBe(9);
  });

  it('that hangs is given up at its deadline and holds nobody up', async () => {
    const rig = new WatchRig([aService([aServer('app1'), aServer('app2')])], { deadlineMs: 30_000 });
    await rig.minutes(1);
    rig.servers.of('app1').failure = 'hangs';
    const ticking = rig.watch.tick();
    await rig.time.advance(1);
    expect(rig.samples.kept.at(-1)?.server).toBe('app2');
    await rig.time.advance(30_000);
    expect(await ticking).toMatchObject({ visited: 2, silent: 1 });
    expect(rig.time.pending).toBe(0);
  });
});

describe('ticks', () => {
  it('do not overlap', async () => {
    const rig = new WatchRig(undefined, { deadlineMs: 50_000 });
    await rig.minutes(1);
    rig.servers.of('app1').failure = 'hangs';
    const first = rig.watch.tick();
    await rig.time.advance(0);
    expect(await rig.watch.tick()).toMatchObject({ overlapped: true, visited: 0 });
    await rig.time.advance(50_000);
    expect(await first).toMatchObject({ overlapped: false });
  });

  it('sample a minute once, however often they come', async () => {
    const rig = new WatchRig();
    for (let times = 0; times < 5; times++) await rig.tick();
    expect(rig.samples.kept.length).toBe(1);
  });

  it('read at most so many servers at the same time', async () => {
    const servers = Array.from({ length: 40 }, (_, number) => aServer(`s${number}`));
    const rig = new WatchRig([aService(servers)], { atOnce: 7 });
    rig.servers.sleep = () => new Promise(resolve => setImmediate(resolve));
    expect(await rig.watch.tick()).toMatchObject({ visited: 40 });
    expect(rig.servers.mostAtOnce).toBe(7);
  });

  it('go by minutes of the epoch over a change of the clocks', async () => {
    const rig = new WatchRig();
    // 02:58 in Berlin, two minutes before the hour that comes twice.
    await rig.time.advance(Date.parse('2027-10-31T00:58:00Z') - rig.time.nowMs());
    await rig.minutes(125);
    const minutes = rig.samples.kept.map(sample => Math.floor(sample.atMs / MINUTE_MS));
    expect(minutes).toEqual(minutes.map((_, at) => (minutes[0] ?? 0) + at));
    expect(rig.judged.length).toBe(8);
  });

  it('keep to what was registered last while the registry cannot be read', async () => {
    const rig = new WatchRig();
    await rig.minutes(1);
    rig.services = undefined;
    await rig.minutes(2);
    expect(rig.samples.kept.length).toBe(3);
  });

  it('begin anew with a server whose entry was edited, and forget one that was taken out', async () => {
    const rig = new WatchRig();
    await rig.minutes(2);
    rig.services = [{ ...aService([aServer('app1', '10.9.9.9')]), unit: 'other.service' }];
    await rig.minutes(1);
    expect(rig.samples.kept.at(-1)?.unit).toBe('other.service');
    rig.services = [];
    rig.samples.leases.clear();
    await rig.minutes(2);
    expect(rig.watch.owned).toEqual([]);
    expect(rig.samples.kept.length).toBe(3);
  });
});

describe('two processes', () => {
  it('sample each server once, and the one that is left takes over at once', async () => {
    const services = [aService([aServer('app1'), aServer('app2')])];
    const one = new WatchRig(services);
    const two = new WatchRig(services, {}, one, 'two');
    one.services = [aService([aServer('app1')])];
    await one.watch.renew();
    await two.watch.renew();
    one.services = services;
    await one.watch.renew();
    expect([one.watch.owned, two.watch.owned]).toEqual([['app1'], ['app2']]);
    for (let minute = 0; minute < 3; minute++) {
      await Promise.all([one.watch.tick(), two.watch.tick()]);
      for (let part = 0; part < 12; part++) {
        await one.time.advance(5_000);
        await Promise.all([one.watch.renew(), two.watch.renew()]);
      }
    }
    // The first visits were made when the servers came to them.
    expect(one.samples.kept.length).toBe(6);
    // One is killed: its lease ends, and its server is sampled without waiting for the next tick.
    const before = one.time.nowMs();
    const known = one.samples.kept.length;
    while (one.samples.kept.length === known && one.time.nowMs() - before < MINUTE_MS) {
      await one.time.advance(5_000);
      await two.watch.renew();
      await one.time.advance(0);
    }
    expect(one.samples.kept.at(-1)?.server).toBe('app1');
    expect(one.time.nowMs() - before).toBeLessThanOrEqual(30_000);
  });

  it('tell what happened once, even when one of them was stopped and goes on', async () => {
    const one = new WatchRig();
    await one.minutes(2);
    // Asleep for half a minute: the other took over meanwhile.
    await one.time.advance(30_000);
    const two = new WatchRig(one.services, {}, one, 'two');
    await two.watch.renew();
    await two.time.advance(30_000 - (two.time.nowMs() % 30_000) + 1_000);
    one.servers.of('app1').oomKills = 1;
    await two.watch.renew();
    await Promise.all([two.watch.tick(), one.watch.tick()]);
    await one.time.advance(0);
    expect([...one.events('kill-seen'), ...two.events('kill-seen')].length).toBe(1);
    expect(one.watch.owned).toEqual([]);
  });

  it.each(['unit', 'slice'] as const)(
    'tell a kill again, once, when they take over: the first may have ended before it told (%s)',
    async proof => {
      const rig = new WatchRig();
      const app = rig.servers.of('app1');
      app.killsAbove = 5;
      await rig.minutes(2);
      if (proof === 'unit') app.oomKills = 1;
      else {
        app.killsAbove = 6;
        app.master = { pid: 200, startTicks: 900 };
      }
      await rig.minutes(1);
      const [first] = rig.events('kill-seen');
      expect(first?.proof).toBe(proof);
      await rig.watch.stop();
      const next = new WatchRig(rig.services, {}, rig, 'two');
      await next.minutes(3);
      // The counter of the slice is not stored.
      expect(next.told).toEqual(proof === 'unit' ? [{ ...first, again: true }] : []);
    },
  );

  it('stops sampling what may belong to somebody else by now', async () => {
    const rig = new WatchRig();
    await rig.minutes(2);
    rig.samples.fault = new Error('the database is away');
    await rig.time.advance(25_000);
    const asked = rig.servers.of('app1').asked;
    await rig.time.advance(MINUTE_MS);
    expect(await rig.watch.tick()).toMatchObject({ visited: 0 });
    expect(rig.servers.of('app1').asked).toBe(asked);
    rig.samples.fault = undefined;
    await rig.minutes(1);
    expect(rig.samples.kept.length).toBe(3);
  });
});

describe('stopping', () => {
  it('takes less than a second, leaves no timer, gives the servers up and begins nothing more', async () => {
    const servers = Array.from({ length: 20 }, (_, number) => aServer(`s${number}`));
    const rig = new WatchRig([aService(servers)], { atOnce: 5 });
    for (const { id } of servers) rig.servers.of(id).failure = 'hangs';
    const ticking = rig.watch.tick();
    await rig.time.advance(10);
    const startedMs = rig.time.nowMs();
    const stopping = rig.watch.stop();
    await rig.time.advance(0);
    await stopping;
    expect(rig.time.nowMs() - startedMs).toBeLessThan(1_000);
    await ticking;
    expect(rig.time.pending).toBe(0);
    expect([...rig.samples.leases.values()].every(lease => lease.untilMs === 0)).toBe(true);
    const asked = rig.servers.of('s0').asked;
    await rig.minutes(2);
    expect(rig.servers.of('s0').asked).toBe(asked);
    expect(rig.told).toEqual([]);
  });

  it('does not wait for a source that ignores it', async () => {
    const rig = new WatchRig();
    rig.servers.sleep = () => new Promise(() => {});
    void rig.watch.tick();
    await rig.time.advance(10);
    const stopping = rig.watch.stop();
    await rig.time.advance(900);
    await stopping;
  });
});
