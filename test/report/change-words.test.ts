import { describe, expect, it } from 'vitest';
import { adviseService } from '../../src/advice/service-advice.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import { changePlan } from '../../src/remediation/change-plan.ts';
import type { ChangePlan } from '../../src/remediation/plan.ts';
import { advisedRecycling, planTerms } from '../../src/remediation/plan-terms.ts';
import type { RemedyRefusal, Wish } from '../../src/remediation/remedy.ts';
import { changeText } from '../../src/report/change-words.ts';
import { remedyRefusalWords } from '../../src/report/remedy-refusal-words.ts';
import { aCase, aHost, MEGABYTE } from '../advice/case-files.ts';
import {
  LIMITS,
  OOM,
  planOf,
  RECYCLING,
  SET_UPS,
  TERMS,
  WORKERS,
  wishesFor,
} from '../remediation/host-setups.ts';
import { SimulatedHost } from '../remediation/simulated-host.ts';

const [found] = adviseService({ caseFile: aCase(aHost()), bootSeconds: 2 }).servers;
const advice = {
  ...found!,
  measure: {
    ...found!.measure,
    freshBytes: 110 * MEGABYTE,
    freshIsAtMost: false,
    bytesPerRequestHi: 20_480,
    bytesPerHour: 14 * MEGABYTE,
    requestsPerSecondPerWorkerPeak: 2,
  },
};

function changeOf(wish: Wish, setUp = SET_UPS['in the file']!): ChangePlan {
  const host = new SimulatedHost(setUp);
  return changePlan([planOf(planRemedy(host.observe(), wish, TERMS))], ['production'])!;
}

describe('a change in words', () => {
  it('says what, where, why, what will come of it and how it is undone', () => {
    const text = changeText(changeOf(RECYCLING), new Map([['web-1', advice]]));
    expect(text).toEqual({
      what: 'Recycle the workers of checkout before they fill the memory: max_requests = 8000, max_requests_jitter = 1200',
      where: [
        'web-1: /srv/checkout/gunicorn.conf.py, then a reload: new workers start, the old ones finish their requests',
      ],
      why: [
        'Workers on web-1 grow by 14 MB an hour, at most 20 kB a request; the limit of the service is 1.8 GB.',
      ],
      effects: [
        'At peak traffic a worker lives 1 h 6 min or longer, 1 h 11 min on average: 0.84 an hour per worker, 3.3 an hour on this server.',
        'With every worker at its largest at once: 1.2 GB, 66 % of the limit.',
        'Chance that two are away at once in the first round after a start: 4 %.',
        'Compute again after each release: growth per request is a property of one release.',
      ],
      rollback:
        'When it does not work out, the exact bytes, mode and owner of before come back and are loaded again; the server does that by itself after 5 min without a confirmation, also when Staunch is gone.',
    });
  });

  it.each<[string, Wish, RegExp, RegExp]>([
    ['OOMPolicy', OOM, /OOMPolicy=continue$/, /nothing is restarted/],
    [
      'limits',
      LIMITS,
      /slowed down from 900 MB on \(MemoryHigh\), at most 1 GB \(MemoryMax\)$/,
      /90-staunch\.conf \(new\)/,
    ],
    ['workers', WORKERS, /workers = 3$/, /then a reload/],
    [
      'one worker',
      wishesFor(new SimulatedHost(SET_UPS['in the file']!)).at(-1)!,
      /process 1101 on web-1$/,
      /no file is touched/,
    ],
  ])('%s', (_, wish, what, where) => {
    const text = changeText(changeOf(wish));
    expect(text.what).toMatch(what);
    expect(text.where.join()).toMatch(where);
    expect([text.effects.length, text.rollback.length]).not.toContain(0);
  });

  it('says a restart where it is one', () => {
    const text = changeText(changeOf(RECYCLING, SET_UPS['on ExecStart']!));
    expect(text.where[0]).toMatch(/then a restart of the service$/);
    expect(text.rollback).toMatch(/are restarted again/);
  });

  it('takes the computed numbers as a wish, and knows when their first effect is due', () => {
    const settings = { kind: 'settings', maxRequests: 7_200, maxRequestsJitter: 900 } as const;
    const wish = advisedRecycling({
      ...advice,
      recycling: { ...advice.recycling, ...settings } as typeof advice.recycling,
    });
    expect(wish).toEqual({ remedy: 'recycling', maxRequests: 7_200, maxRequestsJitter: 900 });
    expect(planTerms(wish!, { ...USUAL_CHANGES, healthUrl: 'http://a/' }, advice)).toEqual({
      healthUrl: 'http://a/',
      watchMs: 600_000,
      firstRecycleMs: 3_600_000,
      confirmWithinSeconds: 308,
    });
    expect(advisedRecycling(found!)).toBeUndefined();
  });
});

describe('a refusal in words', () => {
  it('is safe to show, whatever the server said', () => {
    const hostile = 'a\u001b[2J\u202eb';
    const refusals: readonly RemedyRefusal[] = [
      { reason: 'exec-start-unclear', text: hostile },
      { reason: 'config-not-a-file', config: hostile },
      { reason: 'file-is-link', path: hostile, target: hostile },
      { reason: 'later-drop-in', path: hostile, ours: hostile },
      { reason: 'block-edited', line: hostile },
      { reason: 'setting-computed', setting: 'max_requests', line: hostile },
      { reason: 'word-unwritable', word: hostile },
      { reason: 'unit-ephemeral', fragmentPath: hostile },
    ];
    for (const refusal of refusals) {
      const words = remedyRefusalWords(refusal);
      expect(words).toContain('a\\x1b[2J\\u{202e}b');
      expect(words).not.toMatch(/[\u001b\u202e]/);
    }
  });

  it('names value and accepted range', () => {
    expect(
      remedyRefusalWords({ reason: 'out-of-range', setting: 'workers', value: 0, least: 1, most: 512 }),
    ).toBe('workers is 0: expected a whole number from 1 to 512.');
    expect(
      remedyRefusalWords({
        reason: 'below-use',
        setting: 'MemoryMax',
        bytes: 420 * MEGABYTE,
        usedBytes: 400 * MEGABYTE,
        leastBytes: 440 * MEGABYTE,
      }),
    ).toBe(
      'MemoryMax of 420 MB is too low: the service uses 400 MB now and would be killed or throttled at once. At least 440 MB; recycle the large workers first.',
    );
  });
});
