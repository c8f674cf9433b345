import { describe, expect, it } from 'vitest';
import type { CauseId } from '../../src/diagnosis/cause.ts';
import { gunicornAt, lineOf } from './facts.ts';
import { at, exited, outages, stopped, stopping } from './unit-story.ts';

describe('what the logs leave open about an outage', () => {
  it('begins with the workers that leave and are not replaced, where the master gives up by itself', () => {
    const exiting = (s: number) => gunicornAt(at(s), 'worker-exiting', { pid: 201 });
    const booting = (s: number) => gunicornAt(at(s), 'worker-booting', { pid: 204 });
    const gaveUp = [
      exiting(-9),
      booting(-8.5),
      exiting(-2),
      exiting(-1),
      gunicornAt(at(0), 'master-stopping'),
      exited(0.4, 'exited', 3),
    ];
    expect(outages(gaveUp)[0]?.fromMs).toBe(at(-2));
    expect(outages([exiting(-2), stopping(0, 'stop')])[0]?.fromMs).toBe(at(0));
  });

  it("takes the end from the unit's state where the log stops before it", () => {
    const unit = { unit: 'gunicorn.service', lines: new Map(), activeState: 'active', activeSinceMs: at(30) };
    expect(outages([stopping(0), stopped(1)], [], { unit })[0]?.toMs).toBe(at(30));
    expect(
      outages([stopping(0), stopped(1)], [], { unit: { ...unit, activeSinceMs: at(-500) } })[0]?.toMs,
    ).toBeUndefined();
  });

  it.each<[string, string, CauseId]>([
    ['failed', 'oom-kill', 'worker-oom-kill'],
    ['failed', 'exit-code', 'app-boot-failure'],
    ['failed', 'start-limit-hit', 'app-boot-failure'],
    ['failed', 'signal', 'master-killed'],
    ['failed', 'core-dump', 'master-killed'],
    ['inactive', 'success', 'service-stopped'],
  ])(
    'without any line the state %s with result %s stands for the whole window',
    (activeState, result, cause) => {
      const unit = {
        unit: 'gunicorn.service',
        lines: new Map([['Result', lineOf('unit-state', `Result=${result}`)]]),
        activeState,
        result,
      };
      expect(outages([], [], { unit })).toMatchObject([{ cause, fromMs: at(-60), standing: true }]);
    },
  );
});
