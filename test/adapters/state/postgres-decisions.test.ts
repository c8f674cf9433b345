import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type OpenedState, openState, openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { StateProblem } from '../../../src/adapters/state/state-problem.ts';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { postgresServer } from './postgres-for-tests.ts';
import { aProposal, approve } from './remediation/changes.ts';
import { killDeciders } from './remediation/killed-deciders.ts';

const KILLS = trustCount(12, 1_000);
const RESTARTS = trustCount(4, 100);
const LONGEST_MS = 250;
const LONG_MS = 1_800_000;

describe('decisions on PostgreSQL', () => {
  const postgres = postgresServer();

  it(`are neither lost nor told otherwise over ${KILLS} processes killed at them`, {
    timeout: LONG_MS,
  }, async () => {
    const place = await postgres.server.address();
    const figures = await killDeciders(place, KILLS, seededChance(trustSeed()), LONGEST_MS);
    console.log(`killed on PostgreSQL: ${JSON.stringify(figures)}`);
    expect(figures).toMatchObject({ kills: KILLS, lost: [], torn: [] });
    expect(figures.auditFault).toBeUndefined();
    expect(figures.acknowledged).toBeGreaterThan(KILLS);
  });

  it(`are made once over ${RESTARTS} crashes of the server under load, and none is made while it is down`, {
    timeout: LONG_MS,
  }, async () => {
    const place = await postgres.server.address();
    const load = await crashed(place, RESTARTS);
    console.log(`crashes: ${RESTARTS}, claimed ${load.claimed.length}, cut off ${load.cutOff}`);
    expect(load.unexpected).toEqual([]);
    expect(new Set(load.claimed).size).toBe(load.claimed.length);
    expect(await lostOf(place, load.claimed)).toEqual({ lost: [] });
  });

  it('that were answered before they were safe would be caught', { timeout: LONG_MS }, async () => {
    const place = `${await postgres.server.address()}%20-csynchronous_commit%3Doff`;
    // A crash loses what the server did not write in the moment before: about every third time something.
    let lost = 0;
    for (let tries = 0; lost === 0 && tries < 20; tries += 1) {
      const { claimed } = await crashed(place, 3);
      lost += (await lostOf(place, claimed)).lost.length;
    }
    expect(lost).toBeGreaterThan(0);
  });

  /** Lets two decide without end while the server crashes again and again. */
  async function crashed(place: string, crashes: number): Promise<DecidingLoad> {
    const chance = seededChance(trustSeed());
    const states = await Promise.all([1, 2].map(() => openState(place, { clock: { nowMs: Date.now } })));
    const load = new DecidingLoad(states);
    try {
      for (let crash = 0; crash < crashes; crash += 1) {
        const before = load.claimed.length;
        await load.until(() => load.claimed.length > before + 2);
        await setTimeout(chance() * 50);
        await postgres.server.crash();
        const down = await approve(states[0]!, { id: 'any', digest: 'any' }).catch((error: unknown) => error);
        expect(down).toBeInstanceOf(StateProblem);
        await postgres.server.startAgain();
      }
      await load.end();
    } finally {
      await Promise.all(states.map(state => state.close()));
    }
    return load;
  }
});

/** Claims that were answered and are not there, and what is wrong with the audit. */
async function lostOf(place: string, claimed: readonly string[]) {
  const state = await openStateForReading(place);
  try {
    const lost: string[] = [];
    for (const id of claimed) {
      const [step] = await state.remediations.steps(id);
      if (step?.state !== 'claimed' || step.version !== 2) lost.push(id);
    }
    const { fault } = await state.audit.check([]);
    return { lost, ...(fault && { fault }) };
  } finally {
    await state.close();
  }
}

/** Two who propose, approve and claim without end; what a crash cuts off they leave. */
class DecidingLoad {
  readonly claimed: string[] = [];
  readonly unexpected: unknown[] = [];
  cutOff = 0;
  #ended = false;
  #number = 0;
  readonly #working: Promise<unknown>;

  constructor(states: readonly OpenedState[]) {
    this.#working = Promise.all(states.map((state, at) => this.#work(states, state, at)));
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough() && this.unexpected.length === 0) await setTimeout(5);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#working;
  }

  async #work(states: readonly OpenedState[], state: OpenedState, at: number): Promise<void> {
    while (!this.#ended) {
      const id = `load-${at}-${this.#number++}`;
      const proposal = aProposal(id, { service: id, servers: ['web-1'] }, { createdAtMs: Date.now() });
      try {
        await state.remediations.propose(proposal);
        await approve(state, proposal, 'U-ONE');
        // Both claim it: one of them gets it.
        const claims = await Promise.all(states.map(each => each.remediations.claim(id, 'p', Date.now())));
        for (const claim of claims) if (claim) this.claimed.push(id);
      } catch (error) {
        this.cutOff += 1;
        if (!(error instanceof StateProblem)) this.unexpected.push(error);
        await setTimeout(10);
      }
    }
  }
}
