import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../../src/workflows/state-ports.ts';
import { alertContract } from './alert-contract.ts';
import { incidentContract } from './incident-contract.ts';
import { narrationContract } from './narration-contract.ts';
import { outboxContract } from './outbox-contract.ts';
import { outboxProperty } from './outbox-property.ts';
import { purgeContract } from './purge-contract.ts';
import { anIncident, aPost, aRun, headsOf, opened, START_MS } from './sample.ts';
import { standingContract } from './standing-contract.ts';
import { warningContract } from './warning-contract.ts';

/** A fresh, empty state, and how to be rid of it. */
export interface Opening {
  readonly state: State;
  close(): Promise<void>;
}

/** What every keeper of the state must do, whatever database is under it. @param rounds of what is drawn at random */
export function stateContract(name: string, open: () => Promise<Opening>, rounds = 100): void {
  describe(`state in ${name}`, () => {
    let opening: Opening;
    beforeEach(async () => {
      opening = await open();
    });
    afterEach(() => opening.close());
    const state = () => opening.state;

    describe('inbox', () => {
      it('lets the first claim of a key through and no later one', async () => {
        const { inbox } = state();
        expect(await inbox.claim('command:1', START_MS)).toBe(true);
        expect(await inbox.claim('command:1', START_MS + 1)).toBe(false);
        expect(await inbox.claim('command:2', START_MS)).toBe(true);
      });

      it('lets one of many claims at once through', async () => {
        const claims = await Promise.all(
          Array.from({ length: 50 }, () => state().inbox.claim('event:1', START_MS)),
        );
        expect(claims.filter(Boolean)).toHaveLength(1);
      });

      it('knows a claim again that did not wait for the disk, whichever way it is claimed again', async () => {
        const { inbox } = state();
        expect(await inbox.claimUnsynced('signature:1', START_MS)).toBe(true);
        expect(await inbox.claimUnsynced('signature:1', START_MS)).toBe(false);
        expect(await inbox.claim('signature:1', START_MS)).toBe(false);
        const both = await Promise.all([
          ...Array.from({ length: 30 }, () => inbox.claimUnsynced('signature:2', START_MS)),
          ...Array.from({ length: 30 }, () => inbox.claim('signature:2', START_MS)),
        ]);
        expect(both.filter(Boolean)).toHaveLength(1);
      });

      it('keeps one that did not wait for the disk only with the change it is a part of', async () => {
        const work = state().atomically(async within => {
          await within.inbox.claimUnsynced('signature:1', START_MS);
          throw new Error('cut off');
        });
        await expect(work).rejects.toThrow('cut off');
        expect(await state().inbox.claimUnsynced('signature:1', START_MS)).toBe(true);
      });
    });

    describe('stamps', () => {
      it('are found by key, and a key kept again stands where it was kept last', async () => {
        await opened(state(), 'i1');
        const { stamps } = state();
        expect(await stamps.find('i1/root')).toBeUndefined();
        await stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.1' });
        await stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.2' });
        expect(await stamps.find('i1/root')).toEqual({
          key: 'i1/root',
          incidentId: 'i1',
          channel: 'C1',
          ts: '1.2',
        });
      });
    });

    describe('atomically', () => {
      it('keeps all, and answers with what the work answers', async () => {
        const run = await state().atomically(async within => {
          expect(await within.inbox.claim('a', START_MS)).toBe(true);
          const first = await within.incidents.open(anIncident('i1'), aRun('r1'));
          await within.outbox.put(aPost('i1/root'), START_MS);
          return first;
        });
        expect(await state().incidents.run('r1')).toEqual(run);
        expect(await headsOf(state())).toEqual(['i1/root: i1/root']);
      });

      it('keeps nothing when the work fails', async () => {
        const work = state().atomically(async within => {
          await within.inbox.claim('a', START_MS);
          await within.incidents.open(anIncident('i1'), aRun('r1'));
          throw new Error('cut off');
        });
        await expect(work).rejects.toThrow('cut off');
        expect(await state().incidents.run('r1')).toBeUndefined();
        expect(await state().inbox.claim('a', START_MS)).toBe(true);
      });

      it('keeps nothing when a part failed, even if the work went on', async () => {
        const work = state().atomically(async within => {
          await within.incidents.open(anIncident('i1'), aRun('r1'));
          await within
            .atomically(async deeper => {
              await deeper.inbox.claim('a', START_MS);
              await deeper.incidents.open(anIncident('i1'), aRun('r2'));
            })
            .catch(() => undefined);
        });
        await expect(work).rejects.toThrow();
        expect(await state().incidents.run('r1')).toBeUndefined();
        expect(await state().inbox.claim('a', START_MS)).toBe(true);
      });

      it('within itself is a part of the whole', async () => {
        await state().atomically(async within => {
          await within.atomically(deeper => deeper.incidents.open(anIncident('i1'), aRun('r1')));
          await within.inbox.claim('a', START_MS);
        });
        expect(await state().incidents.run('r1')).toBeDefined();
        expect(await state().inbox.claim('a', START_MS)).toBe(false);
      });

      it('shows nothing half done to what is asked for outside', async () => {
        const seen: unknown[] = [];
        let asking: Promise<void> = Promise.resolve();
        await state().atomically(async within => {
          await within.incidents.open(anIncident('i1'), aRun('r1'));
          await within.stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.1' });
          // What was done last is asked for first: SQLite lets this wait, PostgreSQL shows how it was before.
          asking = (async () => {
            seen.push(await state().stamps.find('i1/root'), await state().incidents.run('r1'));
          })();
          await within.inbox.claim('a', START_MS);
        });
        await asking;
        const [stamp, run] = seen;
        if (stamp !== undefined) expect(run).toMatchObject({ id: 'r1' });
        expect(await state().stamps.find('i1/root')).toMatchObject({ ts: '1.1' });
      });
    });

    incidentContract(state);
    standingContract(state);
    alertContract(state);
    narrationContract(state);
    outboxContract(state);
    outboxProperty(state, rounds);
    purgeContract(state);
    warningContract(state);
  });
}
