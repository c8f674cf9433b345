import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRecycling, type RecyclingSituation } from '../../src/advice/recycling-safety.ts';

type Verdict = ReturnType<typeof judgeRecycling>['verdict'];
const OFF = { keepalive: false } as const;
const GET = { keepalive: true, methods: 'repeatable' } as const;
const POST = { keepalive: true, methods: 'unrepeatable' } as const;
const NOTHING_ELSE = {} as const;

/** What was measured, row by row; `figure` must be said. */
const MEASURED: readonly [
  RecyclingSituation['workerClass'],
  string,
  Partial<RecyclingSituation>,
  Verdict,
  RegExp,
][] = [
  ['sync', '20.1.0', NOTHING_ELSE, 'safe', /0 of 2,000/],
  ['sync', '23.0.0', POST, 'safe', /0 of 2,000/],
  ['sync', '26.1.0', OFF, 'safe', /0 of 2,000/],
  ['gthread', '20.1.0', OFF, 'safe', /0 of 2,000/],
  ['gthread', '20.1.0', GET, 'safe', /NGINX repeated the 18/],
  ['gthread', '20.1.0', POST, 'loses-requests', /22 of 2,000 POSTs.*0 of 503; the loss counts/],
  ['gthread', '21.2.0', OFF, 'loses-requests', /0\.8 requests at every recycle/],
  ['gthread', '22.0.0', OFF, 'loses-requests', /0\.8 requests at every recycle/],
  ['gthread', '23.0.0', OFF, 'loses-requests', /29 of 2,000 GETs and 31 of 2,000 POSTs/],
  ['gthread', '23.0.0', { ...OFF, methods: 'repeatable' }, 'loses-requests', /29 of 2,000/],
  ['gthread', '23.0.0', GET, 'loses-requests', /4 of 2,000 GETs/],
  ['gthread', '23.0.0', POST, 'loses-requests', /34 of 2,000 POSTs/],
  ['gthread', '25.3.0', OFF, 'safe', /no request/],
  ['gthread', '26.1.0', OFF, 'safe', /0 of 2,000/],
  ['gthread', '26.1.0', GET, 'safe', /NGINX repeated the 9/],
  ['gthread', '26.1.0', POST, 'loses-requests', /9 of 2,000 POSTs.*0 of 584; the loss counts/],
];

describe('whether recycling loses requests', () => {
  it.each(MEASURED)('%s of %s with %j: %s', (workerClass, gunicornVersion, more, verdict, figure) => {
    const judged = judgeRecycling({ ...(workerClass && { workerClass }), gunicornVersion, ...more });
    expect(judged.verdict).toBe(verdict);
    expect(judged.reasons.join(' ')).toMatch(figure);
  });

  it.each([
    ['between the measured ones', 'gthread', '21.0.1', OFF],
    ['between the measured ones', 'gthread', '21.1.0', GET],
    ['rewritten, not measured', 'gthread', '24.0.0', OFF],
    ['rewritten, not measured', 'gthread', '25.2.0', OFF],
    ['newer than measured', 'sync', '26.2.0', OFF],
    ['newer than measured', 'gthread', '27.0.0', OFF],
    ['older than measured', 'sync', '19.9.0', OFF],
    ['older than measured', 'gthread', '20.0.4', OFF],
    ['unreadable', 'sync', 'unknown', OFF],
    ['absent', 'sync', undefined, OFF],
    ['absent', 'gthread', undefined, OFF],
    ['measured once', 'gevent', '23.0.0', GET],
    ['not measured', 'eventlet', '23.0.0', OFF],
    ['not measured', 'tornado', '23.0.0', OFF],
    ['reported to lose', 'uvicorn', '23.0.0', OFF],
    ['somebody’s own', 'other', '23.0.0', OFF],
    ['unreadable', undefined, '23.0.0', OFF],
  ] as const)(
    'a version or class that is %s (%s %s) is unknown, never safe',
    (_, workerClass, version, more) => {
      const judged = judgeRecycling({
        ...(workerClass && { workerClass }),
        ...(version && { gunicornVersion: version }),
        ...more,
      });
      expect(judged.verdict).toBe('unknown');
      expect(judged.reasons.join(' ')).not.toBe('');
    },
  );

  it.each([
    ['keepalive and methods', {}],
    ['keepalive', { methods: 'unrepeatable' }],
    ['methods', { keepalive: true }],
  ] as const)('gthread of 26.1 with unknown %s is taken at its worst, and that is said', (_, more) => {
    const judged = judgeRecycling({ workerClass: 'gthread', gunicornVersion: '26.1.0', ...more });
    expect(judged.verdict).toBe('loses-requests');
    expect(judged.reasons.at(-1)).toMatch(/taken as if/);
  });

  it('sync is not safe where each worker has a queue of its own', () => {
    const judged = judgeRecycling({ workerClass: 'sync', gunicornVersion: '23.0.0', reusePort: true });
    expect(judged).toMatchObject({
      verdict: 'loses-requests',
      reasons: [expect.stringMatching(/reuse_port/)],
    });
  });

  it('what was seen to happen here outweighs every measurement elsewhere', () => {
    const line = { server: 'web-1', source: 'nginx-error-log', text: 'recv() failed (104)' } as const;
    const judged = judgeRecycling({
      workerClass: 'sync',
      gunicornVersion: '23.0.0',
      ...OFF,
      dropsSeen: { text: '9 requests failed as workers left.', lines: [line] },
    });
    expect(judged.verdict).toBe('loses-requests');
    expect(judged.lines).toEqual([line]);
  });

  it('less knowledge never makes it safe', () => {
    const situation = fc.record({
      workerClass: fc.constantFrom('sync', 'gthread', 'gevent', 'other'),
      gunicornVersion: fc.constantFrom(
        '19.9',
        '20.1.0',
        '21.1',
        '21.2.0',
        '23.0.0',
        '24.0',
        '25.3.0',
        '26.1.0',
        '27',
      ),
      keepalive: fc.boolean(),
      methods: fc.constantFrom('repeatable', 'unrepeatable'),
    });
    const forgotten = fc.constantFrom('workerClass', 'gunicornVersion', 'keepalive', 'methods');
    fc.assert(
      fc.property(situation, forgotten, (known, name) => {
        const { [name]: _, ...less } = known as unknown as Record<string, unknown>;
        const careful = judgeRecycling(less as unknown as RecyclingSituation).verdict;
        const whole = judgeRecycling(known as unknown as RecyclingSituation).verdict;
        if (careful === 'safe') expect(whole).toBe('safe');
      }),
      { numRuns: 500 },
    );
  });
});
