import { describe, expect, it } from 'vitest';
import { type OpenedState, openState } from '../../../../src/adapters/state/open-state.ts';
import { seededChance, trustCount, trustSeed } from '../../../trust-counts.ts';
import { START_MS } from '../sample.ts';
import { temporaryState } from '../temporary-state.ts';
import { aProposal, approve, MINUTE_MS, proposed, reasonOf } from './changes.ts';

const SCHEDULES = trustCount(60, 1_000);
const LASTING_MS = 15 * MINUTE_MS;
/** Two seconds from where it was, either way. */
const SKEW_MS = 4_000;
const STEPS_MS = [-3_600_000, 3_600_000, -5_000, 5_000, -900, 900] as const;
const MOST_SKEW_MS = 2_000;

/** A machine: time goes on, and its clock may be set. */
class Machine {
  trueMs = 1_000_000;
  offsetMs = START_MS;
  readonly clock = { nowMs: () => this.trueMs + this.offsetMs };
  readonly uptimeMs = () => this.trueMs;
}

const temporary = temporaryState();

describe('a clock that is set', () => {
  const open = (machine: Machine, isWatched: boolean) =>
    openState(temporary.folder, {
      clock: machine.clock,
      ...(isWatched && { uptimeMs: machine.uptimeMs }),
    });

  it(`lets nothing through after its time, nor ends it early, in ${SCHEDULES} schedules`, async () => {
    const machine = new Machine();
    const state = await open(machine, true);
    const figures = await schedules(state, machine, SCHEDULES);
    await state.close();
    expect(figures).toMatchObject({ late: [], early: [], acrossStep: [] });
    expect(figures.claimed).toBeGreaterThan(0);
    expect(figures.expired).toBeGreaterThan(0);
    expect(figures.clockSet).toBeGreaterThan(0);
  }, 600_000);

  it('would be caught if nobody watched it', async () => {
    const machine = new Machine();
    const state = await open(machine, false);
    const { late, early } = await schedules(state, machine, 60);
    await state.close();
    expect(late.length).toBeGreaterThan(0);
    expect(early.length).toBeGreaterThan(0);
  });

  it.each<[string, number, number | undefined]>([
    ['an hour back', -3_600_000, -3_600_000],
    ['five seconds back', -5_000, -5_000],
    ['an hour forward', 3_600_000, 3_600_000],
    ['by less than two seconds', -1_500, undefined],
  ])('%s makes what waits unapprovable, and says by how much', async (_, stepMs, byMs) => {
    const machine = new Machine();
    const state = await open(machine, true);
    const make = (id: string) => aProposal(id, {}, { createdAtMs: machine.clock.nowMs() });
    const proposal = await proposed(state, make('a'));
    machine.offsetMs += stepMs;
    const answer = await approve(state, proposal, 'U-ONE', { atMs: machine.clock.nowMs() });
    if (byMs === undefined) expect(reasonOf(answer)).toBe('ok');
    else {
      expect(answer).toEqual({ ok: false, refusal: { reason: 'clock-set', byMs } });
      expect(await state.audit.lastOf('clock-set')).toMatchObject({ body: { byMs } });
      // Planned again it can be approved: the old one is no answer, though it says the same.
      const again = await state.remediations.propose(make('b'));
      expect(again).toMatchObject({ proposal: { id: 'b' }, superseded: [{ id: 'a' }] });
      const now = await approve(state, again!.proposal, 'U-ONE', { atMs: machine.clock.nowMs() });
      expect(reasonOf(now)).toBe('ok');
    }
    await state.close();
  });

  it('is noticed over a restart of Staunch, and what was approved is not begun', async () => {
    const machine = new Machine();
    const before = await open(machine, true);
    const proposal = await proposed(before, aProposal('a', {}, { createdAtMs: machine.clock.nowMs() }));
    await approve(before, proposal, 'U-ONE', { atMs: machine.clock.nowMs() });
    await before.close();
    machine.offsetMs -= 3_600_000;
    const after = await open(machine, true);
    expect(await after.remediations.claim('a', 'p1', machine.clock.nowMs())).toBeUndefined();
    expect(await after.audit.lastOf('clock-set')).toMatchObject({ body: { byMs: -3_600_000 } });
    await after.close();
  });

  it('does not stop a change that has begun', async () => {
    const machine = new Machine();
    const state = await open(machine, true);
    const proposal = await proposed(state, aProposal('a', {}, { createdAtMs: machine.clock.nowMs() }));
    await approve(state, proposal, 'U-ONE', { atMs: machine.clock.nowMs() });
    const step = await state.remediations.claim('a', 'p1', machine.clock.nowMs());
    machine.offsetMs -= 3_600_000;
    const done = await state.remediations.move(step!, { state: 'done', atMs: machine.clock.nowMs() });
    expect(done).toBeDefined();
    expect(await state.remediations.claim('a', 'p1', machine.clock.nowMs())).toMatchObject({
      server: 'web-2',
    });
    await state.close();
  });
});

/** Approved or expired at random moments while the clock is set at random, each schedule with a plan of its own. */
async function schedules(state: OpenedState, machine: Machine, count: number) {
  const chance = seededChance(trustSeed());
  const figures = {
    ...{ late: [] as string[], early: [] as string[], acrossStep: [] as string[] },
    ...{ claimed: 0, expired: 0, clockSet: 0 },
  };
  for (let number = 0; number < count; number += 1) {
    const id = `s${number}`;
    const bornMs = machine.trueMs;
    const bornOffset = machine.offsetMs;
    const wish = { service: id, servers: ['web-1'] };
    const made = aProposal(id, wish, { createdAtMs: machine.clock.nowMs(), lastingMs: LASTING_MS });
    const proposal = await proposed(state, made);
    const age = () => machine.trueMs - bornMs;
    const wasSet = () => Math.abs(machine.offsetMs - bornOffset) > 2 * MOST_SKEW_MS;
    for (let ended = false; !ended && age() < 3 * 3_600_000; ) {
      const nowMs = machine.clock.nowMs();
      const what = chance();
      if (what < 0.4) machine.trueMs += Math.round(chance() * 6 * MINUTE_MS);
      else if (what < 0.6) machine.offsetMs += STEPS_MS[Math.floor(chance() * STEPS_MS.length)]!;
      else if (what < 0.8) {
        const answer = await approve(state, proposal, 'U-ONE', { atMs: nowMs });
        if (reasonOf(answer) === 'clock-set') figures.clockSet += 1;
        if (answer.ok) note(figures, id, age(), wasSet());
      } else if (what < 0.9) {
        if (await state.remediations.claim(id, 'p1', nowMs)) {
          figures.claimed += 1;
          note(figures, id, age(), wasSet());
          ended = true;
        }
      } else if ((await state.remediations.expire(nowMs)).some(each => each.id === id)) {
        figures.expired += 1;
        if (age() < LASTING_MS - SKEW_MS) figures.early.push(`${id} after ${age()} ms`);
        ended = true;
      }
    }
  }
  return figures;
}

function note(figures: { late: string[]; acrossStep: string[] }, id: string, ageMs: number, wasSet: boolean) {
  if (ageMs > LASTING_MS + SKEW_MS) figures.late.push(`${id} after ${ageMs} ms`);
  if (wasSet) figures.acrossStep.push(id);
}
