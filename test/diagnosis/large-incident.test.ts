import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../../src/collectors/case-file.ts';
import { attribute } from '../../src/diagnosis/failure-attribution.ts';
import { type Failure, failuresOf } from '../../src/diagnosis/failures.ts';
import type { UpstreamFault } from '../../src/signals/signal.ts';
import { deathAt, failureAt, hostWith, lineOf, NOW_MS } from './facts.ts';

/** How much longer the large incident takes than one of a tenth; linear work takes 10 times as long. */
function growth(work: (size: number) => unknown): number {
  const took = (size: number) => {
    // Processor time: the machine may be busy with other things.
    const began = process.cpuUsage();
    work(size);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
  took(5_000);
  const small = Math.max(Math.min(took(10_000), took(10_000)), 5);
  return took(100_000) / small;
}
/** Quadratic work would take 100 times as long. */
const LINEAR = 60;

const attributed = (failures: readonly Failure[], deaths = 0, spreadMs = 60_000) =>
  attribute(failures, {
    hosts: [hostWith()],
    deaths: Array.from({ length: deaths }, (_, i) =>
      deathAt(NOW_MS + (i * spreadMs) / deaths, {
        pid: i,
        cause: i % 2 ? 'worker-timeout' : 'worker-oom-kill',
      }),
    ),
    outages: [],
    threads: new Map([['web-1', 1]]),
  });
const many = (size: number, fault: UpstreamFault, stepMs = 1) =>
  Array.from({ length: size }, (_, i) => failureAt(NOW_MS + i * stepMs, { fault }));

describe('the work for a large incident grows with its size, not with its square', () => {
  it('for closed connections within seconds of hundreds of deaths', () => {
    expect(
      growth(size => attributed(many(size, 'closed-before-header', 0.1), size / 100, 10_000)),
    ).toBeLessThan(LINEAR);
  });

  it('for time-outs beside time-outs of the workers', () => {
    expect(growth(size => attributed(many(size, 'timed-out-reading-header'), size / 10))).toBeLessThan(
      LINEAR,
    );
  });

  it('for peers that were all disabled', () => {
    expect(growth(size => attributed(many(size, 'no-live-upstreams')))).toBeLessThan(LINEAR);
  });

  it('for one client that asks for one address again and again', () => {
    const incident = (size: number): CaseFile => {
      const at = (i: number) => NOW_MS + Math.floor(i / 2_000) * 1000;
      const about = { client: '10.0.0.9', uri: '/', method: 'GET' };
      return {
        service: 'app',
        unit: 'app.service',
        window: { fromMs: NOW_MS, toMs: NOW_MS + 3_600_000 },
        hosts: [
          hostWith({
            accessLogs: [
              {
                name: 'a',
                level: 'server',
                requests: Array.from({ length: size }, (_, i) => ({
                  kind: 'request',
                  at: { epochMs: at(i), toleranceMs: 0 },
                  line: lineOf('nginx-access-log', `${i}`),
                  status: 502,
                  ...about,
                })),
              },
            ],
            signals: Array.from({ length: size }, (_, i) => ({
              kind: 'upstream-failure',
              at: { epochMs: at(i), toleranceMs: 0 },
              line: lineOf('nginx-error-log', `${i}`),
              fault: 'refused',
              connection: 1,
              ...about,
            })),
          }),
        ],
        recorded: true,
        unreached: [],
        upstreams: new Map(),
      };
    };
    expect(failuresOf(incident(10_000))).toHaveLength(10_000);
    expect(growth(size => failuresOf(incident(size)))).toBeLessThan(LINEAR);
  });
});
