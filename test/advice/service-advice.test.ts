import { describe, expect, it } from 'vitest';
import { adviseService } from '../../src/advice/service-advice.ts';
import type { ServiceGrowth } from '../../src/growth/growth-finding.ts';
import type { WorkerLife } from '../../src/growth/worker-sample.ts';
import { aCase, aHost, MEGABYTE, STARTED_MS } from './case-files.ts';

const MINUTE_MS = 60_000;
const HOURS = 20;

/** Four workers that grow by 3 kB a request at two requests a second and worker, seen by the watch. */
function watched(server: string, bytesPerRequest = 3_000) {
  const lives: WorkerLife[] = [101, 102, 103, 104].map((pid, i) => ({
    server,
    unit: 'checkout.service',
    pid,
    startTicks: pid,
    bootId: 'b',
    points: Array.from({ length: HOURS * 60 }, (_, m) => ({
      atMs: STARTED_MS + (m + 10 * i) * MINUTE_MS,
      rssBytes: 110 * MEGABYTE + m * 120 * bytesPerRequest + ((m * 31) % 7) * 10_000,
    })),
  }));
  const traffic = Array.from({ length: HOURS * 60 }, (_, m) => ({
    atMs: STARTED_MS + m * MINUTE_MS,
    requests: 480,
  }));
  return { lives, traffic };
}

describe('advice on a service', () => {
  it('computes settings from what the watch has seen', () => {
    const [server] = adviseService({ caseFile: aCase(aHost()), ...watched('web-1'), bootSeconds: 2 }).servers;
    expect(server?.recycling.kind).toBe('settings');
    if (server?.recycling.kind !== 'settings') return;
    // (1792 x 0.85 - 30) / 4 = 373 MB less 118 MB fresh, at 3.9 kB a request
    expect(server.recycling.maxRequests + server.recycling.maxRequestsJitter).toBeGreaterThan(62_000);
    expect(server.recycling.maxRequests + server.recycling.maxRequestsJitter).toBeLessThan(72_000);
    expect(server.recycling.maxRequestsJitter).toBe((4 * 3 * 2 * 2) / 0.05);
    expect(server.room).toMatchObject({ limit: 'memory-high' });
    expect(server.safety.verdict).toBe('safe');
    expect(server.review.remarks.map(r => r.id)).toContain('growth-shape');
  });

  it('finds settings in force that let workers grow too far', () => {
    const base = aHost();
    const host = aHost({
      gunicorn: {
        ...base.gunicorn,
        maxRequests: { value: 200_000, from: 'config-file' },
        maxRequestsJitter: { value: 20_000, from: 'config-file' },
      },
    });
    const [server] = adviseService({ caseFile: aCase(host), ...watched('web-1'), bootSeconds: 2 }).servers;
    expect(server?.review.remarks[0]).toMatchObject({
      id: 'recycles-too-late',
      severity: 'high',
      facts: { last: 220_000 },
    });
  });

  it('each server has settings of its own, and traffic is shared by all workers', () => {
    const small = aHost({
      server: 'web-2',
      workers: aHost().workers,
      gunicorn: { ...aHost().gunicorn, workers: { value: 2, from: 'config-file' } },
    });
    const both = [watched('web-1'), watched('web-2')];
    const advice = adviseService({
      caseFile: aCase(aHost(), small),
      lives: both.flatMap(w => w.lives),
      traffic: watched('web-1').traffic,
      bootSeconds: 2,
    });
    const rates = advice.servers.map(s => s.measure.requestsPerSecondPerWorkerPeak);
    expect(rates).toEqual([480 / 60 / 6, 480 / 60 / 6]);
    const [large, little] = advice.servers.map(s => s.recycling);
    expect(
      little?.kind === 'settings' && large?.kind === 'settings' && little.maxRequests > large.maxRequests,
    ).toBe(true);
  });

  it('says from when on it can tell, while lives are young', () => {
    const lives = watched('web-1').lives.map((life, i) => ({
      ...life,
      points: life.points.slice(0, 60 - 10 * i),
    }));
    const [server] = adviseService({ caseFile: aCase(aHost()), lives, traffic: [] }).servers;
    expect(server?.recycling).toMatchObject({ kind: 'not-yet' });
    expect(server?.enoughFromMs).toBe(STARTED_MS + (4 * 60 + 20) * MINUTE_MS);
  });

  it('repeats the warning that stands', () => {
    const growth: ServiceGrowth = {
      service: 'checkout',
      atMs: STARTED_MS,
      severity: 'critical',
      growing: 1,
      workers: [
        {
          server: 'web-1',
          pid: 101,
          startTicks: 101,
          severity: 'critical',
          rule: 'fast-growth',
          eta: { fromMs: 10, toMs: 20 },
          nowBytes: 1,
          ageMs: 1,
          reason: '',
        },
      ],
    };
    const [server] = adviseService({ caseFile: aCase(aHost()), growth }).servers;
    expect(server?.review.remarks[0]).toMatchObject({
      id: 'growth-now',
      severity: 'high',
      facts: { growing: 1, workers: 1, critical: true, fromMs: 10, toMs: 20 },
    });
  });

  it('a service of which nobody could be read has no server to advise on', () => {
    expect(adviseService({ caseFile: aCase() }).servers).toEqual([]);
  });
});
