import { describe, expect, it } from 'vitest';
import type { ServerAdvice } from '../../src/advice/service-advice.ts';
import type { ObservedUnit } from '../../src/remediation/observed-unit.ts';
import { firstRemedy, type LookedAt, wantedSettings } from '../../src/workflows/wanted-settings.ts';

const looked = (unit: Partial<ObservedUnit>, recycling?: Partial<ServerAdvice['recycling']>): LookedAt => ({
  server: 'web-1',
  unit: { workers: [], files: new Map(), ...unit } as ObservedUnit,
  ...(recycling && { advice: { recycling: { steps: [], ...recycling } } as unknown as ServerAdvice }),
});

describe('what is proposed when nobody said', () => {
  it('is what ends outages first, then what ends kills', () => {
    expect(firstRemedy([looked({ oomPolicy: 'continue' }), looked({ oomPolicy: 'stop' })])).toBe(
      'oom-policy',
    );
    expect(firstRemedy([looked({ oomPolicy: 'continue' })])).toBe('recycling');
    expect(firstRemedy([looked({})])).toBe('recycling');
  });

  it('takes the computed numbers, unless a person chose others', () => {
    const computed = looked({}, { kind: 'settings', maxRequests: 1_800, maxRequestsJitter: 400 });
    expect(wantedSettings('recycling', {}, computed)).toEqual({
      wish: { remedy: 'recycling', maxRequests: 1_800, maxRequestsJitter: 400 },
    });
    expect(wantedSettings('recycling', { maxRequests: 900, maxRequestsJitter: 90 }, computed)).toEqual({
      wish: { remedy: 'recycling', maxRequests: 900, maxRequestsJitter: 90 },
    });
  });

  it('lets a person say numbers that are not known yet, and none that the advice refuses', () => {
    const notYet = wantedSettings(
      'recycling',
      {},
      looked({}, { kind: 'not-yet', missing: ['bytesPerRequestHi'] }),
    );
    expect(notYet).toMatchObject({ now: { maxRequests: 0, maxRequestsJitter: 0 } });
    const refused = wantedSettings('recycling', {}, looked({}, { kind: 'refused', reason: 'no-growth' }));
    expect(refused).toMatchObject({ now: {} });
  });

  it('replaces the largest worker, and as many workers as memory holds', () => {
    const workers = [
      { pid: 1, startTicks: 10, rssBytes: 5 },
      { pid: 2, startTicks: 20, rssBytes: 9 },
    ];
    expect(wantedSettings('recycle-worker', {}, looked({ workers }))).toEqual({
      wish: { remedy: 'recycle-worker', pid: 2, startTicks: 20 },
    });
    expect(
      wantedSettings(
        'worker-count',
        {},
        looked({ workers }, { kind: 'refused', reason: 'memory-too-small', workersThatFit: 3 } as never),
      ),
    ).toEqual({ wish: { remedy: 'worker-count', workers: 3 } });
    expect(wantedSettings('worker-count', {}, looked({ workers }))).toMatchObject({ now: { workers: 2 } });
  });
});
