import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedState, openState, openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { systemTimer } from '../../../src/adapters/system-timer.ts';
import { Delivery } from '../../../src/workflows/delivery.ts';
import type { Shipment } from '../../../src/workflows/surface-ports.ts';
import { postgresServer } from './postgres-for-tests.ts';
import { aProposal, approve, begun, proposed } from './remediation/changes.ts';
import { aDocument, anUpdate, aPost, aRun, DAY_MS, headsOf, opened, START_MS } from './sample.ts';

const postgres = postgresServer();
const clock = { nowMs: () => START_MS };
/** Its lease is over as soon as it is said: to the others it is dead. */
const AS_DEAD_MS = -1;

describe('processes that share a state', () => {
  let address = '';
  let all: OpenedState[] = [];
  const open = async (leaseMs = 60_000) => {
    const state = await openState(address, { clock, leaseMs });
    all.push(state);
    return state;
  };
  const several = (count: number) => Promise.all(Array.from({ length: count }, () => open()));
  beforeEach(async () => {
    address = await postgres.server.address();
  });
  afterEach(async () => {
    await Promise.all(all.map(state => state.close()));
    all = [];
  });

  it('make its tables once when they start at once, and have numbers of their own', async () => {
    const states = await several(5);
    expect(states.map(state => state.epoch).toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(await Promise.all(states.map(state => state.renewLease()))).not.toContain(false);
  });

  it('let one of them claim a delivery, and one begin a re-run', async () => {
    const states = await several(3);
    for (let round = 0; round < 5; round += 1) {
      const claims = states.flatMap(state =>
        Array.from({ length: 10 }, () => state.inbox.claim(`event:${round}`, START_MS)),
      );
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
      const id = `i${round}`;
      await opened(states[0]!, id);
      const ends = await Promise.all([
        states[1]!.incidents.finish(`${id}-1`, aDocument(), START_MS),
        states[2]!.incidents.fail(`${id}-1`, 'too late', START_MS),
      ]);
      expect(ends.filter(Boolean)).toHaveLength(1);
      const again = states.flatMap((state, from) =>
        Array.from({ length: 5 }, (_, index) => state.incidents.again(id, aRun(`${id}-${from}-${index}`))),
      );
      expect((await Promise.all(again)).filter(run => run !== undefined)).toHaveLength(1);
    }
  });

  it('never lose a re-run that begins while old incidents are deleted', async () => {
    const [asking, deleting] = await several(2);
    const retention = { deliveriesMs: DAY_MS, evidenceMs: DAY_MS, incidentsMs: DAY_MS };
    const outcomes = { begun: 0, deleted: 0 };
    for (let round = 0; round < 25; round += 1) {
      const id = `i${round}`;
      await opened(asking!, id);
      await asking!.incidents.fail(`${id}-1`, 'no server answered', START_MS);
      const [run] = await Promise.all([
        asking!.incidents.again(id, aRun(`${id}-2`, START_MS + 9 * DAY_MS)),
        deleting!.purge(START_MS + 9 * DAY_MS, retention),
      ]);
      if (run) outcomes.begun += 1;
      else outcomes.deleted += 1;
      expect((await deleting!.incidents.run(`${id}-2`))?.id).toBe(run?.id);
      await asking!.incidents.fail(`${id}-2`, 'no server answered', START_MS);
    }
    expect(outcomes.begun + outcomes.deleted).toBe(25);
  });

  describe('runs', () => {
    it('are seen as cut off by others only when the process that is at them is dead', async () => {
      const living = await open();
      const dead = await open(AS_DEAD_MS);
      const other = await open();
      await opened(living, 'i1');
      await opened(dead, 'i2');
      const running = async (state: OpenedState) => (await state.incidents.running()).map(run => run.id);
      expect(await running(other)).toEqual(['i2-1']);
      expect(await running(living)).toEqual(['i1-1', 'i2-1']);
      expect(await other.incidents.resume('i1-1')).toBeUndefined();
      const resumed = await Promise.all([other.incidents.resume('i2-1'), living.incidents.resume('i2-1')]);
      expect(resumed.filter(run => run?.attempts === 2)).toHaveLength(1);
      expect(
        [...(await running(other)), ...(await running(living))].filter(id => id === 'i2-1'),
      ).toHaveLength(1);
    });

    it('of a process that stopped in order are left to the others at once', async () => {
      const [leaving, other] = await several(2);
      await opened(leaving!, 'i1');
      expect(await other!.incidents.running()).toEqual([]);
      await leaving!.close();
      all = all.filter(state => state !== leaving);
      expect(await other!.incidents.running()).toMatchObject([{ id: 'i1-1' }]);
    });
  });

  describe('changes', () => {
    it('are seen as cut off by others only when the process that is at them is dead, and are taken up once', async () => {
      const living = await open();
      const dead = await open(AS_DEAD_MS);
      const other = await open();
      await begun(living, 'a', { service: 'a' });
      const cutOff = await begun(dead, 'b', { service: 'b' });
      const underWay = async (state: OpenedState) =>
        (await state.remediations.underWay()).map(step => step.proposalId);
      expect(await underWay(other)).toEqual(['b']);
      expect(await underWay(living)).toEqual(['a', 'b']);
      const takeUp = (state: OpenedState) =>
        state.remediations.move(cutOff, { state: cutOff.state, atMs: START_MS });
      const takenUp = await Promise.all([takeUp(other), takeUp(living), takeUp(dead)]);
      expect(takenUp.filter(Boolean)).toHaveLength(1);
      // Whoever believes to be at it still is refused.
      expect(await dead.remediations.move(cutOff, { state: 'written', atMs: START_MS })).toBeUndefined();
    });

    it.each([
      ['a day ahead', DAY_MS],
      ['a day behind', -DAY_MS],
    ])('are judged by the clock of the database, whoever’s is %s', async (_, aheadMs) => {
      const state = await open();
      const atMs = Date.now() + aheadMs;
      const proposal = await proposed(state, aProposal('a', {}, { createdAtMs: atMs }));
      expect(proposal.expiresAtMs - proposal.createdAtMs).toBe(900_000);
      expect(await state.remediations.expire(atMs)).toEqual([]);
      expect(await approve(state, proposal, 'U-ONE', { atMs: atMs - aheadMs * 2 })).toMatchObject({
        ok: true,
      });
      const over = aProposal('b', { service: 'cart' }, { createdAtMs: atMs, lastingMs: -1 });
      const late = await approve(state, await proposed(state, over), 'U-ONE', { atMs: atMs - DAY_MS });
      expect(late).toMatchObject({ refusal: { reason: 'expired' } });
      expect(await state.remediations.expire(atMs - DAY_MS)).toMatchObject([{ id: 'b' }]);
    });

    it('are each opened and stopped by one at a time, while all append to one audit', async () => {
      const states = await several(4);
      const many = Array.from({ length: 40 }, (_, index) => index);
      const opened = await Promise.all(
        many.map(index =>
          states[index % 4]!.remediations.propose(aProposal(`p${index}`, { maxRequests: 700 + index })),
        ),
      );
      const open = await states[0]!.remediations.inState(['open']);
      expect(open).toHaveLength(1);
      const superseded = opened.flatMap(each => each?.superseded ?? []);
      expect(superseded).toHaveLength(39);
      await Promise.all(
        many.map(index =>
          index % 2
            ? states[index % 4]!.remediations.stopChanges({ person: 'U1', why: 'x', atMs: START_MS })
            : approve(states[index % 4]!, open[0]!, `U-${index}`),
        ),
      );
      const reading = await openStateForReading(address);
      expect((await reading.audit.check([])).fault).toBeUndefined();
      await reading.close();
    });
  });

  describe('parcels', () => {
    it('of one channel are shipped by one process, in order, each once', async () => {
      const states = await several(3);
      await opened(states[0]!, 'i1');
      const shipped = new Map<string, string[]>();
      // Fast enough that no channel has to wait for its next message.
      let nowMs = START_MS;
      const quick = { nowMs: () => (nowMs += 1_000) };
      const deliveries = states.map(
        state =>
          new Delivery({
            state,
            clock: quick,
            timer: systemTimer,
            surface: { ship: async parcel => ship(parcel, shipped) },
          }),
      );
      const expected = new Map<string, string[]>();
      for (let number = 0; number < 60; number += 1) {
        const channel = `C${number % 6}`;
        expected.set(channel, [...(expected.get(channel) ?? []), `p${number}`]);
        await states[number % 3]!.outbox.put(aPost(`p${number}`, undefined, { channel }), START_MS);
        for (const delivery of deliveries) void delivery.deliverDue();
      }
      const left = async () => (await states[0]!.outbox.backlog()).waiting;
      while ((await left()) > 0) await Promise.race(deliveries.map(delivery => delivery.deliverDue()));
      expect(shipped).toEqual(expected);
    });

    it('of one that is dead are shipped by another, and are not given back when it returns', async () => {
      const dead = await open(AS_DEAD_MS);
      const [other, third] = await several(2);
      await opened(other!, 'i1');
      await other!.outbox.put(aPost('p1'), START_MS);
      expect(await headsOf(dead)).toEqual(['p1: p1']);
      expect(await headsOf(other!)).toEqual(['p1: p1']);
      expect(await headsOf(third!)).toEqual([]);
      expect(await headsOf(dead)).toEqual([]);
      await other!.close();
      all = all.filter(state => state !== other);
      expect(await headsOf(third!)).toEqual(['p1: p1']);
    });

    it('that edit one message arrive newest last, while others go on editing', async () => {
      const [editing, delivering] = await several(2);
      await opened(editing!, 'i1');
      const contents: string[] = [];
      let done = false;
      const edits = (async () => {
        for (let number = 1; number <= 60; number += 1) {
          await editing!.outbox.put(anUpdate('i1/root', String(number)), START_MS);
        }
        done = true;
      })();
      for (;;) {
        const last = done;
        const [head] = await delivering!.outbox.heads();
        if (head && head.parcel.kind === 'update') {
          contents.push(head.parcel.message.text);
          await delivering!.outbox.sent(head.sequence, START_MS);
        } else if (last) break;
      }
      await edits;
      expect(contents.map(Number)).toEqual(contents.map(Number).toSorted((a, b) => a - b));
      expect(contents.at(-1)).toBe('60');
      expect(new Set(contents).size).toBe(contents.length);
    });
  });
});

async function ship(parcel: Shipment, shipped: Map<string, string[]>) {
  shipped.set(parcel.channel, [...(shipped.get(parcel.channel) ?? []), parcel.key]);
  // Others get their chance to ship the same.
  await new Promise(resolve => setTimeout(resolve, 2));
  return { ok: true, ts: `${shipped.size}.${parcel.key}` } as const;
}
