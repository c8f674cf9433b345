import { describe, expect, it } from 'vitest';
import { HYPOTHESES } from '../../src/diagnosis/catalogue.ts';
import { diagnose } from '../../src/diagnosis/diagnosis.ts';
import type { OwnCause } from '../../src/diagnosis/own-causes.ts';
import { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { diagnosisText } from '../../src/report/diagnosis-text.ts';
import { documentOf } from '../../src/report/diagnosis-writer.ts';
import { compilePattern } from '../../src/signals/line-pattern.ts';
import type { CausePattern, PatternSource } from '../../src/signals/pattern-hits.ts';
import { caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';
import { CLOSED } from './nginx-lines.ts';
import { Scene } from './scene.ts';

const own = (id: string, more: Partial<OwnCause> = {}): OwnCause => ({
  id: `mine/${id}`,
  tells: 'worker-death',
  evidence: 'Workers were lost: {count}, {pids}{when}.',
  words: { title: `${id} by mine`, meaning: 'A worker went away.', steps: [{ words: 'What did it say?' }] },
  ...more,
});
const over = (id: string, match: string, source: PatternSource = 'unit-journal'): CausePattern => {
  const compiled = compilePattern(match);
  if (!compiled.ok) throw new Error(compiled.problem);
  return { cause: `mine/${id}`, source, pattern: compiled.pattern };
};
/** Workers 201 to 203, traffic, and no sign of Gunicorn's own for what follows. */
const running = () => new Scene({ gunicorn: '20.1.0' }).starts(1, 200, 201, 202, 203).serves(2, 60);
const LOST = over('lost', 'worker (?<pid>\\d+) lost by signal (?<signal>\\d+)');

async function diagnosed(scene: Scene, causes: readonly OwnCause[], patterns: readonly CausePattern[]) {
  const answer = await caseOfBundle(
    { folders: [{ recordings: scene.recordings() }], plan: { patterns } },
    async () => {},
  );
  if (!answer.ok) throw new Error(answer.problem);
  const diagnosis = diagnose(answer.caseFile, HYPOTHESES, causes);
  const document = documentOf(diagnosis);
  DiagnosisDocument.parse(document);
  return { ...diagnosis, document, leading: diagnosis.findings[0] };
}

describe("a playbook's cause", () => {
  it('is confirmed where a line of the unit names the process and failures follow', async () => {
    const scene = running().prints(20.2, 200, 'worker 201 lost by signal 11').fails(20.2, CLOSED);
    const { verdict, leading, document, deaths } = {
      ...(await diagnosed(scene, [own('lost')], [LOST])),
      deaths: 1,
    };
    expect([verdict, leading?.id, deaths]).toEqual(['confirmed', 'mine/lost', 1]);
    expect(document.deaths).toMatchObject([{ pid: 201, cause: 'mine/lost' }]);
    expect(document.causes[0]?.because[0]?.text).toBe('Workers were lost: 1 time, pid 201 at 10:00:20Z.');
    expect(document.evidence.E1?.text).toBe('worker 201 lost by signal 11');
    const text = diagnosisText(document, { columns: 100, colour: false, now: 0, timeZone: 'UTC' });
    expect(text).toContain('502s on gunicorn: lost by mine (CONFIRMED)');
    expect(text).toContain('What did it say?');
    expect(text).toMatch(/201 +web-1 +lost by mine/);
  });

  it('is never confirmed by its pattern alone', async () => {
    const said = (text: string) => running().prints(20.2, 200, text).fails(20.2, CLOSED);
    const nameless = await diagnosed(
      said('a worker was lost'),
      [own('lost')],
      [over('lost', 'worker was lost')],
    );
    expect([nameless.verdict, nameless.leading?.id]).toEqual(['likely', 'mine/lost']);
    // A log that is not the unit's own names pids of anybody.
    const elsewhere = await diagnosed(
      running().kernelSays(20.2, 'worker 201 lost by signal 9').fails(20.2, CLOSED),
      [own('lost')],
      [over('lost', 'worker (?<pid>\\d+) lost by signal', 'kernel-log')],
    );
    expect([elsewhere.verdict, elsewhere.leading?.id]).toEqual(['likely', 'mine/lost']);
    const harmless = await diagnosed(
      running().prints(20.2, 200, 'worker 201 lost by signal 11'),
      [own('lost')],
      [LOST],
    );
    expect(harmless.verdict).toBe('likely');
  });

  it("of another unit's journal is not heard", async () => {
    const scene = running().logged(20.2, 'other', 'worker 201 lost by signal 9').fails(20.2, CLOSED);
    const { document } = await diagnosed(scene, [own('lost')], [LOST]);
    expect(document.causes.map(({ id }) => id)).not.toContain('mine/lost');
  });

  it("leaves a kill to the kernel's line, which proves more, and adds its own line to it", async () => {
    const scene = running()
      .oomKills(20.1, 201)
      .counter(1)
      .prints(20.4, 200, 'worker 201 lost by signal 9')
      .fails(20.2, CLOSED);
    const { verdict, leading, document } = await diagnosed(scene, [own('lost')], [LOST]);
    expect([verdict, leading?.id, document.deaths.length]).toEqual(['confirmed', 'worker-oom-kill', 1]);
    expect(document.counts.oomKillsOfTheUnit).toBe(1);
  });

  it('that stands first is what ended a worker when two claim it', async () => {
    const slow = over('slow', 'worker (?<pid>\\d+) was too slow');
    const scene = running()
      .prints(18.2, 200, 'worker 201 was too slow')
      .prints(20.2, 200, 'worker 201 lost by signal 9')
      .fails(20.2, CLOSED);
    const { leading, document } = await diagnosed(scene, [own('slow'), own('lost')], [slow, LOST]);
    expect([leading?.id, document.deaths.length]).toEqual(['mine/slow', 1]);
    const turned = await diagnosed(scene, [own('lost'), own('slow')], [slow, LOST]);
    expect(turned.leading?.id).toBe('mine/lost');
  });

  it('that is an event explains only the failures it names, and only near it', async () => {
    const full = over('full', 'queue of the (?<unit>\\S+) is full');
    const event = own('full', {
      tells: 'event',
      failures: { faults: ['closed-before-header'], statuses: [] },
      evidence: 'The queue was full: {count}{when}.',
    });
    const near = running().prints(20.2, 200, 'queue of the gunicorn.service is full').fails(21, CLOSED);
    const { verdict, leading } = await diagnosed(near, [event], [full]);
    expect([verdict, leading?.id, leading?.attributed]).toEqual(['confirmed', 'mine/full', 1]);
    const far = running().prints(20.2, 200, 'queue of the gunicorn.service is full').fails(40, CLOSED);
    expect((await diagnosed(far, [event], [full])).verdict).toBe('inconclusive');
    const untied = own('full', { tells: 'event', evidence: 'The queue was full: {count}{when}.' });
    const beside = await diagnosed(near, [untied], [full]);
    expect(beside.leading?.id === 'mine/full' && beside.verdict !== 'inconclusive').toBe(false);
  });

  it('takes the time out of a line that has one', async () => {
    const late = over('late', '^(?<time>\\w+ \\w+ [ \\d]+ [\\d:]+ \\d+) - worker (?<pid>\\d+) lost');
    const scene = running().prints(50, 200, 'Sun Nov 22 10:00:20 2026 - worker 201 lost').fails(20.2, CLOSED);
    const { document } = await diagnosed(scene, [own('late')], [late]);
    expect(document.deaths).toMatchObject([{ at: '2026-11-22T10:00:20.000Z', cause: 'mine/late' }]);
  });
});
