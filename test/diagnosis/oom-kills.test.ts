import { describe } from 'vitest';
import { CLOSED, CUT, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

/** Three workers 201 to 203 of master 200, up at 1 s, traffic from 2 s on. */
const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 60);
const VERSIONS: readonly GunicornVersion[] = ['20.1.0', '23.0.0', '26.1.0'];

/** Five workers die of memory one after the other; the third was idle. */
function oomContinue(gunicorn: GunicornVersion, how: (scene: Scene, at: number, pid: number) => void): Scene {
  const scene = running({ gunicorn });
  [10, 15, 20, 25, 30].forEach((at, i) => {
    const pid = i < 3 ? 201 + i : 207 + i - 3;
    how(scene, at, pid);
    scene.reaps(at + 0.1, 200, pid, 9).boots(at + 0.2, 207 + i);
    if (i !== 2) scene.fails(at + 0.05, CLOSED, { path: '/leak?mb=1' });
  });
  return scene;
}

describe('a worker that the kernel killed for memory', () => {
  table([
    ...VERSIONS.map(version => ({
      name: `is named by the kernel under OOMPolicy=continue, Gunicorn ${version}`,
      scene: () => oomContinue(version, (s, at, pid) => s.oomKills(at, pid)).counter(5),
      verdict: 'confirmed' as const,
      leading: 'worker-oom-kill' as const,
      oomKills: 5,
      explained502: 4,
      never: allBut('worker-oom-kill'),
    })),
    {
      name: "is known by path and time where a shared kernel log has the machine's pids",
      scene: () =>
        oomContinue('23.0.0', (s, at, pid) =>
          s.oomKills(at, pid + 90_000, { cgroup: '/slab/lab2/system.slice/gunicorn.service' }),
        ).counter(5),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'is told from the kills of other hosts that stand between its own',
      scene: () => {
        const scene = oomContinue('23.0.0', (s, at, pid) =>
          s.oomKills(at, pid + 90_000, { cgroup: '/slab/lab2/system.slice/gunicorn.service' }),
        ).counter(5);
        for (const [i, at] of [11, 14.5, 17, 21.5, 26, 28, 33].entries()) {
          scene.oomKills(at, 70_000 + i, { cgroup: '/slab/lab1/system.slice/gunicorn.service' });
        }
        return scene;
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
    },
    {
      name: 'costs as many requests as it had threads',
      scene: () => {
        const scene = new Scene({ gunicorn: '20.1.0', workers: 2, workerClass: 'gthread', threads: 8 })
          .starts(1, 200, 201, 202)
          .serves(2, 40);
        scene.oomKills(20, 201).reaps(20.2, 200, 201, 9).boots(20.3, 203).counter(1);
        for (let i = 0; i < 11; i++)
          scene.fails(20.1 + i * 0.02, i < 8 ? CLOSED : RESET, { path: `/leak?mb=1&n=${i}` });
        return scene;
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 8,
    },
    {
      name: "is proven by the unit's own counter where the kernel log may not be read",
      scene: () =>
        oomContinue('23.0.0', () => {})
          .counter(5)
          .without(/kernel/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
      never: ['worker-killed-externally'],
    },
    {
      name: "is proven by PID 1's own message where kernel log and counters are missing",
      scene: () => {
        const scene = oomContinue('20.1.0', (s, at) =>
          s.systemd(at + 0.02, '%s: A process of this unit has been killed by the OOM killer.'),
        );
        return scene.without(/kernel/, /cgroup/);
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
    },
    {
      name: 'is found by its replacement where Gunicorn 19.9 says nothing and the kernel does',
      scene: () => oomContinue('19.9.0', (s, at, pid) => s.oomKills(at, pid)).counter(5),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
      never: ['worker-exit', 'worker-killed-externally'],
    },
    {
      name: 'cannot be named when Gunicorn 19.9 is silent and neither kernel log nor counter can be read',
      scene: () => oomContinue('19.9.0', () => {}).without(/kernel/, /cgroup/),
      verdict: ['inconclusive', 'likely'],
      never: ['worker-exit', 'worker-timeout', 'deploy-restart'],
      also: d => {
        if (d.verdict === 'likely' && d.findings[0]?.id !== 'worker-oom-kill')
          throw new Error('nothing else is likely');
      },
    },
    {
      name: 'is only suspected when nobody could read the kernel log',
      scene: () => oomContinue('23.0.0', () => {}).without(/kernel/, /cgroup/),
      verdict: ['inconclusive', 'likely'],
      never: allBut('worker-oom-kill'),
      oomKills: 0,
    },
    {
      name: 'is confirmed from the kernel log when the INFO lines are not logged',
      scene: () => {
        const scene = new Scene({ gunicorn: '23.0.0', quiet: true })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 40);
        return scene
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .fails(20.1, CLOSED)
          .oomKills(30, 202)
          .reaps(30.1, 200, 202, 9)
          .fails(30.1, CLOSED)
          .counter(2);
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 2,
    },
    {
      name: 'is confirmed without any access log',
      scene: () =>
        oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid))
          .counter(5)
          .without(/access/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
    },
    {
      name: 'is confirmed without any error log',
      scene: () =>
        oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid))
          .counter(5)
          .without(/error/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      never: ['application-error'],
    },
    {
      name: 'is confirmed from the kernel log alone when the journal is missing',
      scene: () =>
        oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid))
          .counter(5)
          .without(/journal-gunicorn/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
    },
    {
      name: 'is said although no request failed',
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .counter(1),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 0,
    },
    {
      name: 'died of a host that ran out of memory, which is said',
      scene: () =>
        running()
          .oomKills(20, 201, { global: true })
          .reaps(20.4, 200, 201, 9)
          .boots(20.5, 207)
          .fails(20.2, CLOSED)
          .oomKills(33, 202, { global: true })
          .reaps(33.4, 200, 202, 9)
          .boots(33.6, 208)
          .counter(2),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 1,
      also: d => {
        if (d.findings[0]?.scope !== 'global') throw new Error('the scope is global');
      },
    },
    {
      name: 'takes a response with it in mid-body, which no 502 shows',
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .errs(20, CUT, { path: '/report' })
          .answers(20.05, 200, { path: '/report' })
          .counter(1),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 0,
      also: d => {
        if (d.findings[0]?.attributed !== 1) throw new Error('the cut body follows from it');
      },
    },
  ]);
});
