import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Playbook } from '../../playbooks/playbook.ts';
import { shelfWith } from '../../src/adapters/playbook-files.ts';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';
import { nextStep } from '../../src/guidance/guide.ts';
import type { StepAnswer } from '../../src/guidance/step-answer.ts';
import { watchMs } from '../../src/guidance/watch-step.ts';
import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { aDocument, confirmedOom, NO_COUNTS } from '../report/documents.ts';

const shelf = await shelfWith([]);
const named = (id: string): Playbook => {
  const found = shelf.playbooks.get(id);
  if (!found) throw new Error(`no playbook ${id}`);
  return found.playbook;
};
const gateway = named('gateway-502');
const unit = 'gunicorn.service';
const done = (step: string, atMs = 1): StepAnswer => ({ step, how: 'done', atMs });

describe('the next step', () => {
  const document = confirmedOom();
  const step = (...answers: StepAnswer[]) => nextStep({ playbook: gateway, document, answers, unit });

  it('is the first that concerns the verdict, with unit and window in its command', () => {
    expect(step()).toMatchObject({
      id: 'does-it-fit',
      kind: 'look',
      title: 'Does the limit fit the workers?',
      primary: { kind: 'choose', answer: 'unsure' },
      alternatives: [
        { kind: 'choose', answer: 'too-low' },
        { kind: 'choose', answer: 'grow' },
      ],
      canBeSkipped: true,
      settled: 0,
    });
    expect(step().command).toContain('systemctl show -p MemoryMax gunicorn.service');
    expect(step().command).not.toMatch(/\{unit\}|\{window\}/);
  });

  it('branches on what was answered', () => {
    const chosen = (answer: string): StepAnswer => ({ step: 'does-it-fit', how: 'chosen', answer, atMs: 1 });
    expect(step(chosen('too-low'))).toMatchObject({
      id: 'raise-the-limit',
      primary: { kind: 'propose', remedy: 'memory-limits' },
      alternatives: [{ kind: 'done', label: 'Done another way' }],
    });
    expect(step(chosen('grow'))).toMatchObject({ primary: { kind: 'propose', remedy: 'recycling' } });
    expect(step(chosen('unsure')).id).toBe('measure-growth');
    expect(step({ step: 'does-it-fit', how: 'skipped', atMs: 1 }).kind).toBe('watch');
    // A changed mind counts, and a note settles nothing.
    expect(step(chosen('grow'), { ...chosen('too-low'), atMs: 2 }).id).toBe('raise-the-limit');
    expect(step({ step: 'does-it-fit', how: 'note', note: 'looking', atMs: 3 }).id).toBe('does-it-fit');
  });

  it('proposes OOMPolicy only where the diagnosis cites that it is stop', () => {
    const stops = {
      ...document,
      evidence: {
        ...document.evidence,
        E21: { server: 'web-1', source: 'unit-state' as const, at: null, text: 'OOMPolicy=stop' },
      },
    };
    expect(nextStep({ playbook: gateway, document: stops, answers: [], unit })).toMatchObject({
      id: 'keep-the-rest-running',
      primary: { kind: 'propose', remedy: 'oom-policy' },
    });
  });

  it('proposes nothing where a change would be wrong', () => {
    const wrong = [
      'worker-timeout',
      'recycling-drops-requests',
      'slow-upstream',
      'dependency-oom-kill',
    ] as const;
    for (const id of wrong) {
      const of: DiagnosisDocument = { ...document, causes: [{ id, probability: 0.99, because: [] }] };
      for (const first of [nextStep({ playbook: gateway, document: of, answers: [], unit })])
        expect(
          [first.primary, ...first.alternatives].map(({ kind }) => kind),
          id,
        ).not.toContain('propose');
    }
  });

  it('closes at once what was no incident', () => {
    expect(nextStep({ playbook: gateway, document: aDocument(), answers: [], unit })).toMatchObject({
      kind: 'close',
      primary: { kind: 'resolve', reason: 'Nothing was wrong in the window that was looked at.' },
    });
  });
});

describe('the watch', () => {
  const document = confirmedOom();
  const settledAtMs = Date.parse('2026-11-22T10:20:00Z');
  const answers: StepAnswer[] = [
    { step: 'does-it-fit', how: 'chosen', answer: 'unsure', atMs: settledAtMs - 60_000 },
    done('measure-growth', settledAtMs),
  ];
  const later = (from: string, to: string, counts: Partial<DiagnosisDocument['counts']> = {}) =>
    aDocument({
      window: { from: `2026-11-22T${from}.000Z`, to: `2026-11-22T${to}.000Z` },
      counts: { ...NO_COUNTS, ...counts },
    });
  const watching = (...watched: DiagnosisDocument[]) =>
    nextStep({ playbook: gateway, document, answers, watched, unit });

  it('begins when the last step is settled, and says until when', () => {
    expect(watching()).toMatchObject({
      id: 'watch',
      title: 'Watch it for 30 min',
      primary: { kind: 'diagnose', fromMs: settledAtMs },
      alternatives: [{ kind: 'resolve' }],
      canBeSkipped: false,
      dueAtMs: settledAtMs + watchMs('30m'),
    });
  });

  it('ends after it stayed calm for long enough, not before', () => {
    expect(watching(later('10:20:00', '10:30:00')).look).toBe('Calm for 10 min of 30 min.');
    expect(watching(later('10:20:00', '10:30:00'), later('10:20:00', '10:50:00')).kind).toBe('close');
  });

  it('is not calmed by a diagnosis that began before the last step', () => {
    expect(watching(later('10:00:00', '11:50:00')).kind).toBe('watch');
  });

  it('tells a relapse, and does not take "not counted" for 0', () => {
    expect(watching(later('10:20:00', '10:55:00', { http502: 3 }))).toMatchObject({
      title: 'It came back',
      look: 'Since the last step: 502s 3, 504s 0, OOM kills 0.',
      primary: { kind: 'diagnose' },
    });
    expect(watching(later('10:20:00', '10:55:00', { http502: null }))).toMatchObject({
      kind: 'watch',
      look: '502s could not be counted: no log that holds it was readable.',
    });
  });
});

describe('every shipped playbook', () => {
  const PLAYBOOKS = fc.constantFrom(...shelf.playbooks.values()).map(({ playbook }) => playbook);
  const DOCUMENTS = fc
    .record({
      verdict: fc.constantFrom('confirmed', 'likely', 'inconclusive', 'no-incident' as const),
      cause: fc.constantFrom(...CAUSE_IDS),
      scope: fc.constantFrom('memcg' as const, 'global' as const, undefined),
      seen: fc.constantFrom('recycling-works' as const, 'recent-change' as const),
      cites: fc.constantFrom('OOMPolicy=stop', 'OOMPolicy=continue'),
      source: fc.constantFrom('kernel-log' as const, 'unit-journal' as const, 'versions' as const),
    })
    .map(({ verdict, cause, scope, seen, cites, source }) =>
      aDocument({
        verdict: verdict as DiagnosisDocument['verdict'],
        causes: [{ id: cause, probability: 0.95, ...(scope && { scope }), because: [] }],
        observed: [{ id: seen, text: 'Seen.', evidence: [] }],
        evidence: { E1: { server: 'web-1', source: 'unit-state', at: null, text: cites } },
        gaps: [{ server: 'web-1', source, kind: 'denied', text: 'Not readable.', fix: 'Grant it.' }],
      }),
    );

  it('comes to an end whatever is pressed, never asks twice, and fits a card', () => {
    fc.assert(
      fc.property(PLAYBOOKS, DOCUMENTS, fc.infiniteStream(fc.nat(4)), (playbook, document, presses) => {
        const answers: StepAnswer[] = [];
        const seen = new Set<string>();
        for (;;) {
          const step = nextStep({ playbook, document, answers, unit });
          expect(step).toEqual(nextStep({ playbook, document, answers: [...answers].reverse(), unit }));
          expect(step.title.length).toBeLessThanOrEqual(60);
          for (const action of [step.primary, ...step.alternatives])
            expect(action.label.length).toBeLessThanOrEqual(40);
          if (step.kind !== 'look') break;
          expect(seen.has(step.id)).toBe(false);
          seen.add(step.id);
          const actions = [step.primary, ...step.alternatives];
          const action = actions[presses.next().value];
          answers.push({
            step: step.id,
            ...(action === undefined
              ? { how: 'not-applicable' as const }
              : action.kind === 'choose'
                ? { how: 'chosen' as const, answer: action.answer }
                : { how: 'done' as const }),
            atMs: answers.length,
          });
        }
        expect(seen.size).toBeLessThanOrEqual(playbook.steps.length);
      }),
      { numRuns: 500 },
    );
  });
});
