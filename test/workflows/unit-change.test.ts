import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type UnitMoment, unitChange } from '../../src/workflows/unit-change.ts';

const moment = (change: Partial<UnitMoment> = {}): UnitMoment => ({
  bootId: 'b',
  master: { pid: 10, startTicks: 1 },
  workers: [{ pid: 11, startTicks: 2 }],
  oomKills: 3,
  killsAbove: 8,
  ...change,
});
const without = (base: UnitMoment, ...names: (keyof UnitMoment)[]): UnitMoment =>
  Object.fromEntries(Object.entries(base).filter(([name]) => !names.includes(name as 'workers'))) as never;
const restarted = { master: { pid: 20, startTicks: 9 } };

describe('kills between two samples', () => {
  it.each([
    { name: 'nothing changed', now: moment(), kills: 0 },
    { name: 'the counter rose', now: moment({ oomKills: 5 }), kills: 2 },
    { name: 'the counter began anew', now: moment({ ...restarted, oomKills: 0 }), kills: 0 },
    { name: 'it began anew and rose', now: moment({ ...restarted, oomKills: 1 }), kills: 1 },
    { name: 'a restart kept the counter (a new master by SIGUSR2)', now: moment(restarted), kills: 0 },
    {
      name: 'the unit stopped and the slice counted',
      now: without(moment({ killsAbove: 9, workers: [] }), 'master', 'oomKills'),
      kills: 1,
      proof: 'slice',
    },
    {
      name: 'the unit restarted and the slice counted what the unit counts as well',
      now: moment({ ...restarted, oomKills: 1, killsAbove: 9 }),
      kills: 1,
      proof: 'unit',
    },
    { name: 'only the slice counted', now: moment({ killsAbove: 20 }), kills: 0 },
    { name: 'the server rebooted', now: moment({ bootId: 'c', oomKills: 0, killsAbove: 0 }), kills: 0 },
    { name: 'the server rebooted and then killed', now: moment({ bootId: 'c', oomKills: 1 }), kills: 1 },
    { name: 'the counter cannot be read any more', now: without(moment(), 'oomKills'), kills: 0 },
  ])('are $kills when $name', ({ now, kills, proof = 'unit' }) => {
    expect(unitChange(moment(), now)).toMatchObject({ oomKills: kills, proof });
  });

  it('are those of the new life when the unit comes back', () => {
    const down = without(moment({ workers: [] }), 'master', 'oomKills');
    expect(unitChange(down, moment({ oomKills: 2 }), { pid: 5 })).toMatchObject({
      oomKills: 2,
      restarts: 1,
    });
  });

  it('are none where the counter could not be read before', () => {
    expect(unitChange(without(moment(), 'oomKills'), moment({ oomKills: 50 })).oomKills).toBe(0);
  });

  it('are none in the first sample', () => {
    expect(unitChange(undefined, moment())).toEqual({
      workerEnds: 0,
      restarts: 0,
      oomKills: 0,
      proof: 'unit',
    });
  });
});

describe('any two samples', () => {
  const count = fc.option(fc.nat(20), { nil: undefined });
  const life = fc.record({ pid: fc.integer({ min: 2, max: 6 }), startTicks: fc.nat(3) });
  const any = fc
    .record({
      bootId: fc.constantFrom('a', 'b'),
      master: fc.option(life, { nil: undefined }),
      workers: fc.uniqueArray(life, { selector: ({ pid }) => pid }),
      oomKills: count,
      killsAbove: count,
    })
    .map(
      record =>
        Object.fromEntries(
          Object.entries(record).filter(([, value]) => value !== undefined),
        ) as unknown as UnitMoment,
    );

  it('never count below zero, never more ends than workers, and nothing for the same one twice', () => {
    fc.assert(
      fc.property(any, any, (before, now) => {
        const change = unitChange(before, now);
        expect(Math.min(change.workerEnds, change.restarts, change.oomKills)).toBeGreaterThanOrEqual(0);
        expect(change.workerEnds).toBeLessThanOrEqual(before.workers.length);
        expect(unitChange(now, now)).toMatchObject({ workerEnds: 0, restarts: 0, oomKills: 0 });
      }),
      { numRuns: 2_000 },
    );
  });
});
