import { describe } from 'vitest';
import { nobodyListens, running, stopped } from './happenings.ts';
import { CLOSED, REFUSED, REFUSED_TCP } from './nginx-lines.ts';
import type { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

describe('a unit that could not start or lost its main process', () => {
  /** One try to start an app that does not import. */
  function failsToBoot(scene: Scene, at: number, master: number, gunicorn: GunicornVersion): Scene {
    scene
      .starts(at, master)
      .boots(at + 0.1, master + 1)
      .says(at + 0.2, master + 1, 'ERROR', 'Exception in worker process')
      .prints(at + 0.2, master + 1, 'Traceback (most recent call last):')
      .prints(at + 0.2, master + 1, 'ImportError: lab: broken deploy')
      .leaves(at + 0.25, master + 1)
      .exitCode(at + 0.3, master, master + 1, 3);
    const level = gunicorn === '20.1.0' ? 'INFO' : 'ERROR';
    return scene
      .says(at + 0.35, master, level, 'Shutting down: Master')
      .says(at + 0.35, master, level, 'Reason: Worker failed to boot.')
      .systemd(at + 0.5, '%s: Main process exited, code=exited, status=3/NOTIMPLEMENTED')
      .systemd(at + 0.5, "%s: Failed with result 'exit-code'.")
      .systemd(at + 1.6, '%s: Scheduled restart job, restart counter is at 1.');
  }
  const broken = (gunicorn: GunicornVersion, about: ConstructorParameters<typeof Scene>[0] = {}) => {
    const scene = stopped(running({ gunicorn, ...about }), 20, 'restart');
    for (const [i, at] of [22, 24, 26, 28, 30].entries()) failsToBoot(scene, at, 300 + 10 * i, gunicorn);
    return scene;
  };
  table([
    ...(['20.1.0', '23.0.0'] as const).map(version => ({
      name: `was deployed with an app that does not import, Gunicorn ${version}`,
      scene: () =>
        nobodyListens(broken(version).starts(40, 400, 401, 402, 403).activeSince(40), 23, 39).serves(41, 5),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'app-boot-failure' as const,
      oomKills: 0,
      explained502: 17,
      never: allBut('app-boot-failure'),
    })),
    {
      name: 'was given up by systemd after five starts and stays down',
      scene: () =>
        nobodyListens(
          broken('23.0.0')
            .systemd(31.6, '%s: Start request repeated too quickly.')
            .systemd(31.6, "%s: Failed with result 'exit-code'.")
            .systemd(31.6, 'Failed to start %s - The app.')
            .down('exit-code'),
          23,
          60,
        ),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 38,
      never: allBut('app-boot-failure'),
    },
    {
      name: 'has a configuration that Gunicorn refuses',
      scene: () =>
        nobodyListens(
          stopped(running(), 20, 'restart')
            .prints(22, 300, 'Error: Invalid value for max_requests: abc')
            .systemd(22.2, '%s: Main process exited, code=exited, status=1/FAILURE')
            .systemd(22.2, "%s: Failed with result 'exit-code'.")
            .down('exit-code'),
          22,
          40,
        ),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 19,
      never: ['service-stopped', 'nginx-config', 'worker-exit'],
    },
    {
      name: 'does not start because the program is not there (203/EXEC)',
      scene: () =>
        nobodyListens(
          stopped(running(), 20, 'restart')
            .systemd(22.1, 'Starting %s - The app...', 'start')
            .systemd(22.2, '%s: Main process exited, code=exited, status=203/EXEC')
            .systemd(22.2, "%s: Failed with result 'exit-code'.")
            .systemd(22.3, 'Failed to start %s - The app.')
            .down('exit-code'),
          22,
          40,
        ),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 19,
      never: ['service-stopped', 'nginx-config'],
    },
    ...(['20.1.0', '23.0.0'] as const).map(version => ({
      name: `lost its main process to kill -9, ${version}, and the stale socket refuses`,
      scene: () =>
        nobodyListens(
          running({ gunicorn: version })
            .systemd(20, '%s: Main process exited, code=killed, status=9/KILL')
            .systemd(20.01, '%s: Killing process 201 (gunicorn) with signal SIGKILL.')
            .systemd(20.01, '%s: Killing process 202 (gunicorn) with signal SIGKILL.')
            .systemd(20.2, "%s: Failed with result 'signal'.")
            .starts(31, 300, 301, 302, 303)
            .activeSince(31),
          21,
          30,
          REFUSED,
        ).serves(32, 5),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'master-killed' as const,
      oomKills: 0,
      explained502: 10,
      never: allBut('master-killed'),
    })),
    {
      name: 'lost its main process, which is known without the kernel log',
      scene: () =>
        nobodyListens(
          running()
            .systemd(20, '%s: Main process exited, code=killed, status=9/KILL')
            .systemd(20.2, "%s: Failed with result 'signal'.")
            .starts(31, 300, 301, 302, 303)
            .activeSince(31),
          21,
          30,
          REFUSED,
        ).without(/kernel/, /cgroup/),
      verdict: ['confirmed', 'likely'],
      leading: 'master-killed',
      explained502: 10,
      never: ['worker-oom-kill', 'deploy-restart'],
    },
    {
      name: 'crashed as a whole (SIGSEGV of the main process) and was restarted by systemd',
      scene: () =>
        nobodyListens(
          running({ bind: '127.0.0.1:8000' })
            .systemd(20, '%s: Main process exited, code=dumped, status=11/SEGV')
            .systemd(20.2, "%s: Failed with result 'core-dump'.")
            .systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.')
            .starts(24, 300, 301, 302, 303)
            .activeSince(24),
          21,
          23,
          REFUSED_TCP,
        ).serves(25, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'master-killed',
      explained502: 3,
      never: ['deploy-restart', 'worker-oom-kill'],
    },
    {
      name: 'shut itself down because a worker left with the code for a failed boot (20.1)',
      scene: () =>
        nobodyListens(
          running()
            .fails(20, CLOSED, { path: '/sysexit?code=3' })
            .leaves(20, 201)
            .leaves(20.5, 202, 203)
            .says(22, 200, 'INFO', 'Shutting down: Master')
            .says(22, 200, 'INFO', 'Reason: Worker failed to boot.')
            .systemd(22.4, '%s: Main process exited, code=exited, status=3/NOTIMPLEMENTED')
            .systemd(22.4, "%s: Failed with result 'exit-code'.")
            .systemd(23.5, '%s: Scheduled restart job, restart counter is at 1.')
            .starts(25, 300, 301, 302, 303)
            .activeSince(25),
          21,
          24,
        ).serves(26, 3),
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'app-boot-failure'],
      explained502: 5,
      never: allBut('worker-exit', 'app-boot-failure'),
    },
  ]);
});
