import { describe, expect, it } from 'vitest';
import type { State } from '../../../src/workflows/state-ports.ts';
import { aDocument, anIncident, aRun, HOUR_MS, opened, START_MS } from './sample.ts';

/** Incidents, their runs, verdicts and feedback. */
export function incidentContract(state: () => State): void {
  describe('incidents', () => {
    it('open with a first run that is running', async () => {
      const incident = anIncident('i1', { threadTs: '9.9' });
      const run = await state().incidents.open(incident, aRun('r1'));
      expect(run).toEqual({
        ...aRun('r1'),
        incident,
        number: 1,
        state: 'running',
        attempts: 1,
      });
      expect(await state().incidents.run('r1')).toEqual(run);
      expect(await state().incidents.run('r2')).toBeUndefined();
    });

    it('take another run only once the one before has ended', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      expect(await incidents.again('i1', aRun('r2'))).toBeUndefined();
      await incidents.fail('i1-1', 'no server answered', START_MS + 1);
      expect(await incidents.again('i1', aRun('r2', START_MS + 2))).toMatchObject({
        id: 'r2',
        number: 2,
        state: 'running',
        attempts: 1,
      });
      expect(await incidents.again('nobody', aRun('r3'))).toBeUndefined();
    });

    it('begin one run when many ask at once', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      await incidents.finish('i1-1', aDocument(), START_MS);
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, index) => incidents.again('i1', aRun(`r${index}`))),
      );
      expect(begun.filter(run => run !== undefined)).toHaveLength(1);
      expect(await incidents.running()).toHaveLength(1);
    });

    it('count the attempts of a run that was cut off, oldest first, until it ends', async () => {
      const { incidents } = state();
      await opened(state(), 'i2', { openedAtMs: START_MS + 5 });
      await opened(state(), 'i1');
      expect((await incidents.running()).map(run => run.id)).toEqual(['i1-1', 'i2-1']);
      expect(await incidents.resume('i1-1')).toMatchObject({ attempts: 2, state: 'running' });
      expect(await incidents.resume('i1-1')).toMatchObject({ attempts: 3 });
      await incidents.fail('i1-1', 'no server answered', START_MS + 9);
      expect(await incidents.resume('i1-1')).toBeUndefined();
      expect(await incidents.resume('nobody')).toBeUndefined();
      expect((await incidents.running()).map(run => run.id)).toEqual(['i2-1']);
    });

    it('end a run once, whoever comes first', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      const ends = await Promise.all([
        incidents.finish('i1-1', aDocument(), START_MS + 1),
        incidents.fail('i1-1', 'too late', START_MS + 2),
        incidents.finish('i1-1', aDocument(3), START_MS + 3),
      ]);
      expect(ends.filter(Boolean)).toHaveLength(1);
      expect(await incidents.fail('i1-1', 'too late', START_MS + 4)).toBe(false);
      expect(await incidents.finish('nobody', aDocument(), START_MS)).toBe(false);
      const winner = ends.indexOf(true);
      expect(await incidents.run('i1-1')).toMatchObject({
        state: winner === 1 ? 'failed' : 'done',
        endedAtMs: START_MS + 1 + winner,
      });
    });

    it('keep a document as it was, line by line and in order', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      expect(await incidents.document('i1-1')).toBeUndefined();
      await incidents.finish('i1-1', aDocument(2_500), START_MS + 1);
      const kept = await incidents.document('i1-1');
      expect(kept).toEqual(aDocument(2_500));
      expect(Object.keys(kept?.evidence ?? {})).toEqual(Object.keys(aDocument(2_500).evidence));
    });

    it.each([
      ['a NUL', 'a\u0000b'],
      ['half a character', 'a\ud83d'],
      ['quotes and wide characters', `'"\\ 漢字 🚀 %s $1`],
    ])('keep a line with %s as it was', async (_, text) => {
      await opened(state(), 'i1');
      const document = aDocument(1);
      const odd = { ...document, evidence: { E1: { ...document.evidence.E1!, text } } };
      await state().incidents.finish('i1-1', odd, START_MS + 1);
      expect(await state().incidents.document('i1-1')).toEqual(odd);
    });

    it('keep why a run failed', async () => {
      await opened(state(), 'i1');
      expect(await state().incidents.fail('i1-1', 'web-1 refused the login', START_MS + 1)).toBe(true);
      expect(await state().incidents.run('i1-1')).toMatchObject({
        state: 'failed',
        failure: 'web-1 refused the login',
        endedAtMs: START_MS + 1,
      });
      expect(await state().incidents.document('i1-1')).toBeUndefined();
    });

    it('tell the last ended run of each service, without lines', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      await incidents.finish('i1-1', aDocument(), START_MS + 1);
      await incidents.again('i1', aRun('i1-2', START_MS + 2));
      await opened(state(), 'i2', { service: 'billing' });
      await incidents.finish('i2-1', aDocument(), START_MS + 3);
      await opened(state(), 'i3', { service: 'billing', channel: 'C2' });
      await incidents.fail('i3-1', 'no server answered', START_MS + 4);
      await opened(state(), 'i4', { service: 'search' });
      const latest = await incidents.latest();
      expect(latest.map(({ run, document }) => [run.incident.service, run.id, document?.verdict])).toEqual([
        ['billing', 'i3-1', undefined],
        ['checkout', 'i1-1', 'confirmed'],
      ]);
      expect(latest[1]?.document).toEqual({ ...aDocument(), evidence: {} });
    });

    it('are found by any message of theirs, else by the thread they were asked for in', async () => {
      const { incidents, stamps } = state();
      await opened(state(), 'i1');
      await stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '5.0' });
      await opened(state(), 'i2', { threadTs: '7.0', openedAtMs: START_MS + 1 });
      await opened(state(), 'i3', { threadTs: '7.0', openedAtMs: START_MS + 2 });
      await opened(state(), 'i4', { threadTs: '5.0', openedAtMs: START_MS + 3 });
      await stamps.keep({ key: 'i2/root', incidentId: 'i2', channel: 'C1', ts: '7.1' });
      await incidents.fail('i1-1', 'no server answered', START_MS + HOUR_MS);
      await incidents.again('i1', aRun('i1-2', START_MS + 2 * HOUR_MS));
      const found = async (channel: string, ts: string) => (await incidents.runOfThread(channel, ts))?.id;
      expect(await found('C1', '5.0')).toBe('i1-2');
      expect(await found('C1', '7.1')).toBe('i2-1');
      expect(await found('C1', '7.0')).toBe('i3-1');
      expect(await found('C2', '5.0')).toBeUndefined();
      expect(await found('C1', '6.0')).toBeUndefined();
    });

    it('keep what people thought of a verdict, in order, up to 2,000 characters', async () => {
      const { incidents } = state();
      await opened(state(), 'i1');
      const said = [
        { runId: 'i1-1', person: 'U2', atMs: START_MS, note: 'it was a deploy' },
        { runId: 'i1-1', person: 'U2', atMs: START_MS, note: 'é'.repeat(2_000) },
        { runId: 'i1-1', person: 'U3', atMs: START_MS - 1, note: 'it was a deploy' },
      ];
      for (const one of said) await incidents.addFeedback(one);
      expect(await incidents.feedback('i1-1')).toEqual(said);
      expect(await incidents.feedback('nobody')).toEqual([]);
      await expect(incidents.addFeedback({ ...said[0]!, note: 'a'.repeat(2_001) })).rejects.toThrow();
    });
  });
}
