import { describe, expect, it } from 'vitest';
import type { CauseId } from '../../src/diagnosis/cause.ts';
import type { KernelOomKill, Signal } from '../../src/signals/signal.ts';
import { gunicornAt, killAt, lineOf, NOW_MS, unitAt } from './facts.ts';
import {
  at,
  exited,
  failed,
  listening,
  outages,
  started,
  starting,
  stopped,
  stopping,
  term,
} from './unit-story.ts';

interface Row {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly kills?: readonly KernelOomKill[];
  /** Cause, from second, to second (undefined: not back). */
  readonly told: readonly (readonly [CauseId, number, number | undefined])[];
}

describe('when the unit was down, and why', () => {
  it.each<Row>([
    { name: 'a quiet unit was never down', signals: [listening(0)], told: [] },
    {
      name: 'a restart job is a deploy',
      signals: [stopping(0, 'restart'), stopped(3), starting(40), listening(45)],
      told: [['deploy-restart', 0, 45]],
    },
    {
      name: 'a stop and a start within ten seconds are one too',
      signals: [stopping(0), stopped(3), starting(12.9), listening(14)],
      told: [['deploy-restart', 0, 14]],
    },
    {
      name: 'a start later than that is an order of its own',
      signals: [stopping(0), stopped(3), starting(13.1), listening(14)],
      told: [['service-stopped', 0, 14]],
    },
    {
      name: 'a stop job followed at once by a start is a deploy',
      signals: [stopping(0, 'stop'), stopped(3), starting(7.9), listening(9)],
      told: [['deploy-restart', 0, 9]],
    },
    {
      name: 'a stop job with a start after more than five seconds is a stop',
      signals: [stopping(0, 'stop'), stopped(3), starting(8.1), listening(9)],
      told: [['service-stopped', 0, 9]],
    },
    {
      name: 'a stop without a start is not over',
      signals: [stopping(0, 'stop'), stopped(3)],
      told: [['service-stopped', 0, undefined]],
    },
    {
      name: 'it lasts until Gunicorn listens, not until systemd says started',
      signals: [stopping(0, 'restart'), starting(2), started(3), listening(8)],
      told: [['deploy-restart', 0, 8]],
    },
    {
      name: 'started counts where INFO lines are not logged',
      signals: [stopping(0, 'restart'), starting(2), started(3)],
      told: [['deploy-restart', 0, 3]],
    },
    {
      name: 'Gunicorn alone tells of a restart without PID 1',
      signals: [
        term(0),
        gunicornAt(at(2), 'master-stopping'),
        gunicornAt(at(4), 'master-starting', { writerPid: 300 }),
        listening(4),
      ],
      told: [['deploy-restart', 0, 4]],
    },
    {
      name: 'outages less than ten seconds apart are one',
      signals: [stopping(0), stopped(1), listening(3), stopping(12), stopped(13), listening(15)],
      told: [['deploy-restart', 0, 15]],
    },
    {
      name: 'outages farther apart are two',
      signals: [stopping(0), stopped(1), listening(3), stopping(13.1), stopped(14), listening(15)],
      told: [
        ['deploy-restart', 0, 3],
        ['deploy-restart', 13.1, 15],
      ],
    },
    {
      name: 'exit code 3 is an app that does not boot',
      signals: [exited(0, 'exited', 3), failed(0, 'exit-code'), starting(1), listening(3)],
      told: [['app-boot-failure', 0, 3]],
    },
    {
      name: 'a crash loop up to the start limit is one outage',
      signals: [
        exited(0, 'exited', 3),
        starting(1),
        started(1.2),
        exited(2, 'exited', 3),
        starting(3),
        started(3.2),
        exited(4, 'exited', 3),
        unitAt(at(5), 'start-limit-hit'),
      ],
      told: [['app-boot-failure', 0, undefined]],
    },
    {
      name: 'exit code 0 without an order is no boot failure',
      signals: [exited(0, 'exited', 0), unitAt(at(0.1), 'deactivated')],
      told: [['service-stopped', 0, undefined]],
    },
    {
      name: 'a main process killed by a signal',
      signals: [exited(0, 'killed', 9), failed(0, 'signal'), starting(1), listening(3)],
      told: [['master-killed', 0, 3]],
    },
    {
      name: 'a main process that dumped core',
      signals: [exited(0, 'dumped', 11), failed(0, 'core-dump')],
      told: [['master-killed', 0, undefined]],
    },
    {
      name: 'SIGKILL after a stop that took too long is still the stop',
      signals: [
        stopping(0, 'restart'),
        unitAt(at(15), 'stop-timed-out'),
        exited(15, 'killed', 9),
        failed(15, 'timeout'),
        starting(16),
        listening(18),
      ],
      told: [['deploy-restart', 0, 18]],
    },
    {
      name: 'the watchdog of systemd',
      signals: [unitAt(at(0), 'watchdog-timeout'), exited(0.1, 'dumped', 6), failed(0.2, 'watchdog')],
      told: [['master-killed', 0, undefined]],
    },
    {
      name: 'OOMPolicy=stop after a notice of PID 1',
      signals: [
        unitAt(at(-1), 'oom-kill-noticed'),
        term(0),
        failed(15, 'oom-kill'),
        starting(16),
        listening(20),
      ],
      told: [['worker-oom-kill', 0, 20]],
    },
    {
      name: 'the kernel killed the main process',
      signals: [exited(0, 'killed', 9), failed(0.2, 'signal')],
      kills: [killAt(at(-0.1), '/system.slice/gunicorn.service', 200)],
      told: [['worker-oom-kill', 0, undefined]],
    },
    {
      name: 'a kill long before a stop has nothing to do with it',
      signals: [stopping(0, 'stop'), stopped(1)],
      kills: [killAt(at(-6), '/system.slice/gunicorn.service', 201)],
      told: [['service-stopped', 0, undefined]],
    },
    {
      name: 'a restart that somebody ordered just after a kill stays a restart',
      signals: [
        unitAt(at(-2), 'oom-kill-noticed'),
        stopping(0, 'restart'),
        stopped(1),
        starting(1.5),
        listening(3),
      ],
      kills: [killAt(at(-2), '/system.slice/gunicorn.service', 201)],
      told: [['deploy-restart', 0, 3]],
    },
    {
      name: 'systemd-oomd ends units with the same result as the kernel',
      signals: [
        unitAt(at(0), 'oomd-kill'),
        exited(0.1, 'killed', 9),
        failed(0.2, 'oom-kill'),
        starting(1),
        listening(4),
      ],
      told: [['userspace-oom-kill', 0, 4]],
    },
    {
      name: 'systemd-oomd alone tells of its kill before systemd 251',
      signals: [
        {
          kind: 'userspace-oom-kill',
          at: { epochMs: at(-0.2), toleranceMs: 0 },
          line: lineOf('unit-journal', 'Killed /system.slice/gunicorn.service due to'),
          killer: 'systemd-oomd',
          cgroup: '/system.slice/gunicorn.service',
        },
        exited(0, 'killed', 9),
        failed(0.2, 'signal'),
      ],
      told: [['userspace-oom-kill', 0, undefined]],
    },
    {
      name: 'USR2: the old main process ends while the new one listens',
      signals: [
        gunicornAt(at(0), 'signal-handled', { detail: 'usr2' }),
        gunicornAt(at(1), 'master-starting', { writerPid: 300 }),
        listening(1),
        term(5),
        gunicornAt(at(6), 'master-stopping'),
      ],
      told: [],
    },
    {
      name: 'USR2: the new one did not boot, the old one stays',
      signals: [
        gunicornAt(at(0), 'signal-handled', { detail: 'usr2' }),
        gunicornAt(at(1), 'master-starting', { writerPid: 300 }),
        gunicornAt(at(2), 'master-stopping', { writerPid: 300 }),
      ],
      told: [],
    },
    {
      name: 'USR2: both ended',
      signals: [
        gunicornAt(at(0), 'signal-handled', { detail: 'usr2' }),
        gunicornAt(at(1), 'master-starting', { writerPid: 300 }),
        gunicornAt(at(2), 'master-stopping', { writerPid: 300 }),
        term(5),
      ],
      told: [['service-stopped', 5, undefined]],
    },
    {
      name: "another unit's end is none of ours",
      signals: [
        unitAt(at(0), 'stopping', { unit: 'search.service' }),
        unitAt(at(1), 'failed', { unit: 'search.service', result: 'oom-kill' }),
      ],
      told: [],
    },
  ])('$name', ({ signals, kills, told }) => {
    expect(
      outages(signals, kills).map(o => [
        o.cause,
        (o.fromMs - NOW_MS) / 1000,
        o.toMs && (o.toMs - NOW_MS) / 1000,
      ]),
    ).toEqual(told);
  });
});
