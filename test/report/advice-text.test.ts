import { describe, expect, it } from 'vitest';
import { ASSUMED_BOOT_SECONDS } from '../../src/advice/arithmetic.ts';
import type { GrowthMeasure, MemoryRoom } from '../../src/advice/growth-measure.ts';
import { adviseRecycling } from '../../src/advice/recycling.ts';
import type { Remark } from '../../src/advice/remark.ts';
import type { ServerAdvice, ServiceAdvice } from '../../src/advice/service-advice.ts';
import { adviceDocumentOf, withAdviceTextsChanged } from '../../src/report/advice-document.ts';
import { adviceText } from '../../src/report/advice-text.ts';
import { predictionWords, recyclingWords } from '../../src/report/recycling-words.ts';
import { remarkWords } from '../../src/report/remark-words.ts';

const MEGABYTE = 1_048_576;
const LINE = { server: 'web-1', source: 'unit-state', text: 'MemoryMax=2147483648' } as const;
const MEASURE: GrowthMeasure = {
  workers: 4,
  freshBytes: 180 * MEGABYTE,
  bytesPerRequestHi: 3_994,
  requestsPerSecondPerWorkerPeak: 3,
  basis: { freshBytes: { kind: 'measured', words: '12 workers', lines: [] } },
};
const ROOM: MemoryRoom = {
  limitBytes: 2_048 * MEGABYTE,
  limit: 'memory-max',
  masterBytes: 40 * MEGABYTE,
  basis: { limitBytes: { kind: 'read', words: 'MemoryMax of the unit', lines: [LINE] } },
};

function advice(more: Partial<ServerAdvice> = {}): ServiceAdvice {
  const server: ServerAdvice = {
    server: 'web-1',
    measure: MEASURE,
    room: ROOM,
    recycling: adviseRecycling(MEASURE, ROOM),
    safety: { verdict: 'safe', reasons: ['Nothing was lost.'], lines: [] },
    review: {
      remarks: [],
      fine: ['oom-policy'],
      gaps: [
        { check: 'growth', needs: 'watch' },
        { check: 'boot-time', needs: 'boot-time' },
      ],
    },
    ...more,
  };
  return { service: 'checkout', unit: 'checkout.service', servers: [server], unreached: [] };
}
const shown = (more: Partial<ServerAdvice> = {}, columns = 100) =>
  adviceText(adviceDocumentOf(advice(more)), { columns, colour: false, timeZone: 'UTC' });

describe('an advice in the terminal', () => {
  it('leads with the settings, then effect, safety, review, arithmetic and the lines', () => {
    const text = shown();
    const order = ['max_requests = ', 'Effect', 'Safety', 'Review', 'Arithmetic', 'Lines this rests on'];
    const at = order.map(word => text.indexOf(word));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    expect(text).toContain('[A1]');
    expect(text).toContain('A1 web-1, unit-state: MemoryMax=2147483648');
    expect(text).toContain(`boot time ${ASSUMED_BOOT_SECONDS} s (say it with --boot-seconds)`);
    expect(text).toMatch(/fine +OOMPolicy\./);
  });

  it.each([40, 60, 100, 200])('fits %i columns', columns => {
    for (const line of shown({}, columns).split('\n'))
      expect(line.length).toBeLessThanOrEqual(Math.min(columns, 110));
  });

  it('says from when on growth will be known', () => {
    const { bytesPerRequestHi: _, ...young } = MEASURE;
    const recycling = adviseRecycling(young, ROOM);
    const enoughFromMs = Date.parse('2026-11-22T14:20:00Z');
    expect(shown({ recycling, enoughFromMs })).toContain('from 22 Nov 2026 14:20:00 UTC on');
    expect(shown({ recycling })).toContain('4 hours and 20 minutes after the watch');
  });

  it('cannot be led astray by what a server wrote', () => {
    const line = { ...LINE, text: 'MemoryMax=\u001b[2J1' };
    const room = {
      ...ROOM,
      basis: { limitBytes: { kind: 'read' as const, words: 'MemoryMax', lines: [line] } },
    };
    expect(shown({ recycling: adviseRecycling(MEASURE, room) })).not.toContain('\u001b');
  });

  it('says so when no server could be read', () => {
    const unreached = [{ server: 'web-1', reason: 'unreachable', detail: 'no route', fix: 'look at it' }];
    const text = adviceText(adviceDocumentOf({ ...advice(), servers: [], unreached }), {
      columns: 100,
      colour: false,
      timeZone: 'UTC',
    });
    expect(text).toContain('no server of it could be read');
    expect(text).toContain('web-1: no route');
  });
});

describe('the document', () => {
  it('groups checks that lack the same thing and gives every line a number', () => {
    const [server] = adviceDocumentOf(advice()).servers;
    expect(server?.review.gaps.map(g => g.checks)).toEqual([['growth'], ['boot-time']]);
    expect(adviceDocumentOf(advice()).evidence).toEqual({ A1: { ...LINE, at: null } });
  });

  it('is masked everywhere a server or a setting may have put words', () => {
    const remark: Remark = {
      id: 'edit-the-right-layer',
      severity: 'note',
      facts: {
        layer: 'config-file',
        configFile: '/srv/secret/g.py',
        computed: false,
        environmentFile: false,
      },
      lines: [{ ...LINE, text: 'secret' }],
    };
    const document = adviceDocumentOf({
      ...advice({
        review: { remarks: [remark], fine: [], gaps: [] },
        safety: { verdict: 'loses-requests', reasons: ['secret'], lines: [] },
        recycling: adviseRecycling(MEASURE, {
          ...ROOM,
          basis: { limitBytes: { kind: 'read', words: 'secret', lines: [] } },
        }),
      }),
      unreached: [{ server: 'web-2', reason: 'x', detail: 'secret', fix: 'secret' }],
    });
    expect(JSON.stringify(document)).toContain('secret');
    const masked = withAdviceTextsChanged(document, text => text.replaceAll('secret', '***'));
    expect(JSON.stringify(masked)).not.toContain('secret');
  });

  it('holds no number that JSON cannot', () => {
    const { workers: _, ...unknown } = MEASURE;
    const document = adviceDocumentOf(advice({ recycling: adviseRecycling(unknown, ROOM) }));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('refusals in words', () => {
  it.each([
    ['one worker', { workers: 1 }, /one worker, and while it restarts nobody answers/],
    ['no growth', { bytesPerRequestHi: 0 }, /would not help, no growth was measured/],
    ['too large', { freshBytes: 900 * MEGABYTE }, /does not hold 4 workers.*1 worker would fit/],
    ['far too large', { freshBytes: 2_000 * MEGABYTE }, /Not even one fits/],
    [
      'too fast',
      { bytesPerRequestHi: MEGABYTE },
      /after 1\d\d requests.*30 min are needed.*500 requests are the least/,
    ],
    [
      'too slow to boot',
      { bytesPerRequestHi: 30_000, bootSeconds: 90 },
      /2 % of the time would go into booting/,
    ],
    ['never warm', { bytesPerRequestHi: 30_000, warmSeconds: 3_000 }, /hardly be warm/],
  ] as const)('%s', (_, more, words) => {
    const refused = adviseRecycling({ ...MEASURE, ...more }, ROOM);
    expect(refused.kind).toBe('refused');
    expect(recyclingWords(refused)).toMatch(words);
    expect(predictionWords(refused)).toEqual([]);
  });
});

describe('remarks in words', () => {
  const words = (remark: Pick<Remark, 'id' | 'facts'>) =>
    remarkWords({ severity: 'note', lines: [], ...remark } as Remark);

  it.each([
    [
      { id: 'oom-stops-unit', facts: { policy: 'stop', restart: 'no', held: false } },
      /stops the whole unit, and Restart=no leaves it down/,
    ],
    [
      { id: 'oom-stops-unit', facts: { policy: 'kill', held: true } },
      /kills the whole unit.*socket unit makes requests wait/,
    ],
    [{ id: 'max-without-high', facts: { maxBytes: 2_048 * MEGABYTE } }, /MemoryHigh=1792M/],
    [{ id: 'no-socket', facts: {} }, /23 at 10 requests/],
    [
      { id: 'start-limit', facts: { burst: 3, intervalMs: 120_000, hit: true } },
      /was hit.*3 starts in 2 min.*reset-failed/,
    ],
    [{ id: 'recycled-often', facts: { leaves: 12, lifeMs: 6_000 } }, /12 planned restarts.*about 6 s/],
    [
      {
        id: 'edit-the-right-layer',
        facts: { layer: 'command-line', configFile: '/srv/g.py', computed: false, environmentFile: false },
      },
      /Editing \/srv\/g\.py has no effect.*empty ExecStart=/,
    ],
    [
      { id: 'edit-the-right-layer', facts: { layer: 'environment', computed: false, environmentFile: true } },
      /GUNICORN_CMD_ARGS.*EnvironmentFile, which wins/,
    ],
    [
      {
        id: 'who-gives-up-first',
        facts: {
          timeoutSeconds: 30,
          readTimeoutMs: 60_000,
          readTimeoutIsDefault: true,
          heartbeatOnly: false,
        },
      },
      /Gunicorn gives up first.*502.*1 min \(its default\)/,
    ],
    [
      {
        id: 'who-gives-up-first',
        facts: {
          timeoutSeconds: 120,
          readTimeoutMs: 60_000,
          readTimeoutIsDefault: false,
          heartbeatOnly: false,
        },
      },
      /NGINX gives up first.*504/,
    ],
    [
      {
        id: 'growth-shape',
        facts: { shape: 'with-requests', lives: 3, ofLives: 4, riseBytes: 60 * MEGABYTE, hours: 20 },
      },
      /In 3 of 4 watched lives memory follows the requests.*60 MB in 20 h.*lru_cache/,
    ],
    [
      {
        id: 'growth-shape',
        facts: { shape: 'with-time', lives: 1, ofLives: 1, riseBytes: MEGABYTE, hours: 5 },
      },
      /sessions live/,
    ],
  ] as const)('%j', (remark, pattern) => {
    const { text, fix } = words(remark as Pick<Remark, 'id' | 'facts'>);
    expect(`${text} ${fix}`).toMatch(pattern);
  });
});
