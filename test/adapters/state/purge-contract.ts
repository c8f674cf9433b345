import { beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../../src/workflows/state-ports.ts';
import { aProposal, begun, proposed } from './remediation/changes.ts';
import { aDocument, anUpload, aPost, aRun, DAY_MS, headsOf, opened, START_MS } from './sample.ts';

const RETENTION = { deliveriesMs: DAY_MS, evidenceMs: 7 * DAY_MS, incidentsMs: 90 * DAY_MS };
const NONE = {
  evidence: 0,
  files: 0,
  messages: 0,
  deliveries: 0,
  pings: 0,
  looks: 0,
  changes: 0,
  incidents: 0,
};

/** What goes when, and what must stay. */
export function purgeContract(state: () => State): void {
  describe('purge', () => {
    const purge = (days: number) => state().purge(START_MS + days * DAY_MS, RETENTION);

    /** An incident with a verdict, its messages sent, all at the start. */
    beforeEach(async () => {
      await opened(state(), 'i1');
      await state().incidents.finish('i1-1', aDocument(), START_MS);
      await state().stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.1' });
      await state().incidents.addFeedback({ runId: 'i1-1', person: 'U1', atMs: START_MS, note: 'right' });
      await state().inbox.claim('command:1', START_MS);
      for (const parcel of [aPost('i1/root'), anUpload('i1/chart')]) {
        await state().outbox.put(parcel, START_MS);
        await state().outbox.sent((await state().outbox.heads())[0]!.sequence, START_MS);
      }
    });

    it('leaves all that is within its retention, to the millisecond', async () => {
      expect(await purge(1)).toEqual(NONE);
      expect(await state().inbox.claim('command:1', START_MS)).toBe(false);
      expect(await state().incidents.document('i1-1')).toEqual(aDocument());
    });

    it('forgets deliveries first', async () => {
      expect(await purge(2)).toEqual({ ...NONE, deliveries: 1 });
      expect(await state().inbox.claim('command:1', START_MS)).toBe(true);
      expect(await state().incidents.document('i1-1')).toEqual(aDocument());
    });

    it('then the lines, files and messages, and keeps the verdict', async () => {
      expect(await purge(8)).toEqual({ ...NONE, deliveries: 1, evidence: 12, files: 1, messages: 1 });
      expect(await state().incidents.document('i1-1')).toEqual({ ...aDocument(), evidence: {} });
      expect(await state().stamps.find('i1/root')).toBeDefined();
      expect(await purge(8)).toEqual(NONE);
    });

    it('still knows the keys of what was sent', async () => {
      await purge(8);
      await state().outbox.put(aPost('i1/root'), START_MS + 8 * DAY_MS);
      await state().outbox.put(anUpload('i1/chart'), START_MS + 8 * DAY_MS);
      expect(await state().outbox.backlog()).toEqual({ waiting: 0 });
    });

    it('then incidents with everything of theirs', async () => {
      await opened(state(), 'i2', { openedAtMs: START_MS + DAY_MS });
      await state().incidents.fail('i2-1', 'no server answered', START_MS + DAY_MS);
      expect(await purge(90.5)).toMatchObject({ incidents: 1 });
      expect(await state().incidents.run('i1-1')).toBeUndefined();
      expect(await state().incidents.document('i1-1')).toBeUndefined();
      expect(await state().incidents.feedback('i1-1')).toEqual([]);
      expect(await state().stamps.find('i1/root')).toBeUndefined();
      expect(await state().incidents.runOfThread('C1', '1.1')).toBeUndefined();
      expect((await state().incidents.latest()).map(({ run }) => run.id)).toEqual(['i2-1']);
      await opened(state(), 'i1');
      await state().outbox.put(aPost('i1/root'), START_MS);
      expect(await state().outbox.backlog()).toMatchObject({ waiting: 1 });
    });

    it.each([
      ['runs', (other: State) => other.incidents.again('i1', aRun('i1-2', START_MS))],
      ['waits for delivery', (other: State) => other.outbox.put(aPost('late'), START_MS)],
      [
        'was diagnosed again lately',
        async (other: State) => {
          await other.incidents.again('i1', aRun('i1-2', START_MS + 80 * DAY_MS));
          await other.incidents.fail('i1-2', 'no server answered', START_MS + 80 * DAY_MS);
        },
      ],
    ])('keeps an old incident that %s', async (_, happen) => {
      await happen(state());
      expect(await purge(91)).toMatchObject({ incidents: 0 });
      expect(await state().incidents.run('i1-1')).toBeDefined();
    });

    it('deletes a change with its incident, and keeps what the audit says of it', async () => {
      await proposed(state(), aProposal('a'));
      await state().remediations.reject('a', { person: 'U2', reason: 'not now', atMs: START_MS });
      // PostgreSQL has a clock of its own, of a later day than the incident.
      const changedAtMs = (await state().remediations.find('a'))?.endedAtMs ?? 0;
      const head = await state().audit.head();
      const gone = await state().purge(changedAtMs + 90 * DAY_MS, RETENTION);
      expect(gone).toMatchObject({ changes: 0, incidents: 0 });
      expect(await state().purge(changedAtMs + 91 * DAY_MS, RETENTION)).toMatchObject({
        changes: 1,
        incidents: 1,
      });
      expect(await state().remediations.find('a')).toBeUndefined();
      expect(await state().audit.head()).toEqual(head);
      expect((await state().audit.entries(1, 10)).map(({ kind }) => kind)).toEqual([
        'proposal-opened',
        'rejected',
      ]);
    });

    it.each([
      ['waits for approvals', () => proposed(state(), aProposal('a'))],
      ['is being applied', () => begun(state(), 'a')],
      [
        'is not known to have ended',
        async () => {
          const step = await begun(state(), 'a', { servers: ['web-1'] });
          await state().remediations.move(step, { state: 'unknown', atMs: START_MS });
          await state().remediations.end('a', { state: 'unknown', detail: 'out of reach', atMs: START_MS });
        },
      ],
      [
        'still owes a report',
        async () => {
          await proposed(state(), aProposal('a'));
          await state().remediations.reject('a', { person: 'U2', reason: 'not now', atMs: START_MS });
          await state().remediations.scheduleOutcome('a', [START_MS]);
        },
      ],
    ])('keeps a change that %s, and its incident, however old', async (_, happen) => {
      await happen();
      expect(await purge(4_000)).toMatchObject({ changes: 0, incidents: 0 });
      expect(await state().remediations.find('a')).toBeDefined();
      expect(await state().incidents.run('i1-1')).toBeDefined();
    });

    it('keeps the file and the message of a parcel that waits, however old', async () => {
      await state().outbox.put(anUpload('second-chart'), START_MS);
      await state().outbox.put({ ...aPost('other'), channel: 'C2' }, START_MS);
      expect(await purge(91)).toMatchObject({ files: 1, messages: 1 });
      expect(await headsOf(state())).toEqual(['second-chart', 'other: other']);
    });
  });
}
