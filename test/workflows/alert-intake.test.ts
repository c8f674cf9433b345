import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/intake/alert.ts';
import { temporaryState } from '../adapters/state/temporary-state.ts';
import { CANARIES } from '../report/secret-canaries.ts';
import { AlertRig } from './alert-rig.ts';
import { settle } from './fake-time.ts';

const temporary = temporaryState();
let rig: AlertRig;
beforeEach(async () => {
  rig = new AlertRig(await temporary.open());
});

const alert = (change: Partial<Alert> & { readonly server?: string } = {}): Alert => {
  const { server = 'web-1', ...rest } = change;
  return {
    source: 'alertmanager',
    fingerprint: 'a',
    state: 'firing',
    name: 'GunicornDown',
    labels: new Map([
      ['service', 'checkout'],
      ['instance', `${server}:9100`],
    ]),
    startsAtMs: rig.time.nowMs(),
    ...rest,
  };
};

describe('alerts', () => {
  it('open the incident of their service once, and what begins after it is stored is told', async () => {
    expect(await rig.intake.take([alert(), alert({ fingerprint: 'b', server: 'web-2' })])).toEqual({
      duplicate: false,
    });
    expect(await rig.said()).toEqual(['opened (first-alert): 2 firing, 0 over, on 2 servers']);
    expect(rig.incidents.begunIds).toHaveLength(1);
    expect(rig.taken).toEqual(['opened', 'joined']);
  });

  it('500 in a minute about one outage are one incident, seven edits at most, and all of them are told in the end', async () => {
    for (let i = 0; i < 500; i++) {
      await rig.intake.take([alert({ fingerprint: `f${i}`, server: `web-${(i % 3) + 1}` })]);
      await rig.time.advance(120);
    }
    await rig.time.advance(10_000);
    const said = await rig.said();
    expect(said.filter(words => words.startsWith('opened'))).toHaveLength(1);
    expect(said.length).toBeLessThanOrEqual(1 + 7);
    expect(said.at(-1)).toBe('edited: 500 firing, 0 over, on 3 servers');
    expect(rig.incidents.begunIds).toHaveLength(1);
  });

  it('500 at once in one delivery, and the same again, are one message', async () => {
    const all = Array.from({ length: 500 }, (_, i) => alert({ fingerprint: `f${i}` }));
    await rig.intake.take(all);
    await rig.intake.take(all);
    await rig.time.advance(60_000);
    expect(await rig.said()).toEqual(['opened (first-alert): 500 firing, 0 over, on 1 servers']);
  });

  it('that come side by side from many connections lose nothing', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => rig.intake.take([alert({ fingerprint: `f${i}` })])),
    );
    await rig.time.advance(10_000);
    const said = await rig.said();
    expect(said.filter(words => words.startsWith('opened'))).toHaveLength(1);
    expect(said.at(-1)).toBe('edited: 60 firing, 0 over, on 1 servers');
  });

  it('that end are told, once by a word of its own; what comes back within half an hour is the same incident', async () => {
    await rig.intake.take([alert()]);
    await rig.time.advance(60_000);
    await rig.intake.take([alert({ state: 'resolved' })]);
    await rig.time.advance(60_000);
    await rig.intake.take([alert()]);
    await rig.time.advance(60_000);
    await rig.intake.take([alert({ state: 'resolved' })]);
    await rig.time.advance(60_000);
    expect(await rig.said()).toEqual([
      'opened (first-alert): 1 firing, 0 over, on 1 servers',
      'over',
      'edited: 0 firing, 1 over, on 1 servers, and says so',
      'reopened',
      'edited: 1 firing, 0 over, on 1 servers',
      'over',
      'edited: 0 firing, 1 over, on 1 servers',
    ]);
    await rig.time.advance(31 * 60_000);
    await rig.intake.take([alert()]);
    expect((await rig.said()).at(-1)).toBe('opened (long-quiet): 1 firing, 0 over, on 1 servers');
  });

  it('of several services are several incidents', async () => {
    const cart = alert({ labels: new Map([['service', 'cart']]) });
    await rig.intake.take([alert(), cart]);
    expect(await rig.said()).toHaveLength(2);
  });

  it('without a service are logged with their labels and open nothing', async () => {
    await rig.intake.take([alert({ labels: new Map([['job', 'node']]) })]);
    expect(await rig.said()).toEqual([]);
    expect(rig.taken).toEqual(['nowhere']);
    expect(rig.logged).toEqual([
      {
        text: 'an alert belongs to no service',
        fields: { source: 'alertmanager', reason: 'names-no-service', labels: { job: 'node' } },
      },
    ]);
  });

  it('of a service that has no channel are kept and told nowhere', async () => {
    rig.incidents.nowhere.add('checkout');
    await rig.intake.take([alert()]);
    await rig.intake.take([alert({ state: 'resolved' })]);
    await rig.time.advance(60_000);
    expect(await rig.said()).toEqual([]);
    expect(rig.time.pending).toBe(0);
  });

  it('are not taken while staunch.yml has a mistake, so that the sender tries again', async () => {
    rig.registry = undefined;
    await expect(rig.intake.take([alert()], 'k')).rejects.toThrow(/staunch\.yml has a mistake/);
    expect(await rig.state.inbox.claim('k', 0)).toBe(true);
  });

  it('of one signed delivery act once', async () => {
    expect(await rig.intake.take([alert()], 'signature/1')).toEqual({ duplicate: false });
    await rig.intake.take([alert({ state: 'resolved' })]);
    expect(await rig.intake.take([alert()], 'signature/1')).toEqual({ duplicate: true });
    expect(await rig.state.alertGroups.find('checkout')).toMatchObject({ state: 'resolved' });
  });
});

describe('a list of all that fires', () => {
  const list = (firing: readonly Alert[], there = firing.map(({ fingerprint }) => fingerprint)) => ({
    source: 'alertmanager',
    firing,
    there,
    askedAtMs: rig.time.nowMs(),
  });

  it('ends what is not on it any more, of its own source only', async () => {
    await rig.intake.take([alert(), alert({ fingerprint: 'b' }), alert({ source: 'sentry' })]);
    await rig.time.advance(1_000);
    await rig.intake.takeAll(list([alert({ fingerprint: 'b' })]));
    const group = await rig.state.alertGroups.find('checkout');
    expect(group?.alerts.map(({ key, state }) => `${key} ${state}`).sort()).toEqual([
      'alertmanager/a resolved',
      'alertmanager/b firing',
      'sentry/a firing',
    ]);
  });

  it('does not end what is silenced, nor what came while it was asked for', async () => {
    await rig.intake.take([alert()]);
    const { askedAtMs } = list([]);
    await rig.time.advance(1_000);
    await rig.intake.take([alert({ fingerprint: 'b' })]);
    await rig.intake.takeAll({ ...list([], ['a']), askedAtMs });
    expect(await rig.state.alertGroups.find('checkout')).toMatchObject({
      alerts: [{ state: 'firing' }, { state: 'firing' }],
    });
  });
});

describe('a process that ends in the middle', () => {
  it.each(['opened', 'edited', 'over', 'reopened'])(
    'of words that begin with “%s” loses nothing and says nothing twice',
    async word => {
      const steps = [alert(), alert({ state: 'resolved' }), alert()];
      for (const step of steps) {
        const take = () => rig.intake.take([{ ...step, startsAtMs: rig.time.nowMs() }]);
        rig.incidents.fail = word;
        const cut = await take().then(
          () => false,
          () => true,
        );
        rig.incidents.fail = undefined;
        rig.intake.stop();
        rig.begin();
        await rig.intake.start();
        if (cut) await take();
        await rig.time.advance(60_000);
      }
      expect(await rig.said()).toEqual([
        'opened (first-alert): 1 firing, 0 over, on 1 servers',
        'over',
        'edited: 0 firing, 1 over, on 1 servers, and says so',
        'reopened',
        'edited: 1 firing, 0 over, on 1 servers',
      ]);
    },
  );

  it('leaves what it had not told yet to the next start', async () => {
    await rig.intake.take([alert()]);
    await rig.intake.take([alert({ fingerprint: 'b' })]);
    rig.intake.stop();
    await rig.time.advance(60_000);
    expect(await rig.said()).toHaveLength(1);
    await rig.begin().start();
    expect((await rig.said()).at(-1)).toBe('edited: 2 firing, 0 over, on 1 servers');
  });

  it('of the database is told to the log, and tried again', async () => {
    await rig.intake.take([alert()]);
    await rig.intake.take([alert({ fingerprint: 'b' })]);
    rig.incidents.fail = 'edited';
    await rig.time.advance(10_000);
    await settle();
    expect(rig.logged.map(({ text }) => text)).toContain(
      'news of alerts could not be told; it will be tried again',
    );
    rig.incidents.fail = undefined;
    await rig.time.advance(10_000);
    expect((await rig.said()).at(-1)).toBe('edited: 2 firing, 0 over, on 1 servers');
  });
});

describe('what a sender wrote', () => {
  it('is stored and logged without secrets', async () => {
    for (const [index, { line }] of CANARIES.entries())
      await rig.intake.take([
        alert({ fingerprint: `f${index}`, name: line, summary: line }),
        alert({ fingerprint: line, labels: new Map([['job', line]]) }),
      ]);
    const stored = JSON.stringify([await rig.state.alertGroups.find('checkout'), rig.logged]);
    const found = CANARIES.filter(({ secret }) => stored.includes(JSON.stringify(secret).slice(1, -1)));
    expect(found.map(({ where }) => where)).toEqual([]);
  });

  it('never breaks anything, whatever it is', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.constantFrom('firing' as const, 'resolved' as const),
        async (name, label, state) => {
          const labels = new Map([
            ['service', 'checkout'],
            ['instance', label],
            [label, name],
          ]);
          await rig.intake.take([alert({ fingerprint: 'x', name, summary: label, labels, state })]);
        },
      ),
      { numRuns: 200 },
    );
    const names = (await rig.state.alertGroups.find('checkout'))?.alerts.map(({ name }) => name);
    expect(names?.every(name => typeof name === 'string')).toBe(true);
  });
});
