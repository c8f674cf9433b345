import { describe } from 'vitest';
import { nobodyListens, running } from './happenings.ts';
import { CLOSED, REFUSED, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

/** OOMPolicy=stop answers one kill with the end of the whole unit. */
function stoppedByPolicy(gunicorn: GunicornVersion, global = false): Scene {
  const scene = running({ gunicorn, oomPolicy: 'stop' }).oomKills(20, 201, { global });
  const notice =
    gunicorn === '20.1.0'
      ? '%s: A process of this unit has been killed by the OOM killer.'
      : '%s: The kernel OOM killer killed some processes in this unit.';
  scene
    .systemd(19.99, notice)
    .reaps(20.1, 200, 201, 9)
    .fails(20.1, CLOSED)
    .says(20.6, 200, 'INFO', 'Handling signal: term')
    .leaves(20.7, 202, 203);
  if (gunicorn === '20.1.0') {
    scene
      .boots(21, 207)
      .systemd(35, "%s: State 'stop-sigterm' timed out. Killing.")
      .systemd(35.1, '%s: Killing process 200 (gunicorn) with signal SIGKILL.')
      .systemd(35.1, '%s: Killing process 207 (gunicorn) with signal SIGKILL.')
      .systemd(35.2, '%s: Main process exited, code=killed, status=9/KILL');
  } else scene.says(35.1, 200, 'INFO', 'Shutting down: Master');
  scene
    .systemd(35.3, "%s: Failed with result 'oom-kill'.")
    .systemd(35.4, '%s: Consumed 17.860s CPU time, 224M memory peak.')
    .systemd(36.4, '%s: Scheduled restart job, restart counter is at 1.', 'restart');
  return nobodyListens(scene.starts(44, 300, 301, 302, 303).activeSince(44), 21, 43).serves(45, 10);
}

describe('a unit that went down because of memory', () => {
  table([
    ...(['20.1.0', '23.0.0'] as const).map(version => ({
      name: `was stopped by OOMPolicy=stop after one kill, Gunicorn ${version}`,
      scene: () => stoppedByPolicy(version),
      verdict: 'confirmed' as const,
      leading: 'worker-oom-kill' as const,
      oomKills: 1,
      explained502: 24,
      never: allBut('worker-oom-kill'),
    })),
    {
      name: 'was stopped after a kill of a host that ran out',
      scene: () => stoppedByPolicy('20.1.0', true),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'was stopped after a kill that only PID 1 tells of',
      scene: () => stoppedByPolicy('23.0.0').without(/kernel/, /cgroup/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      explained502: 24,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'was killed as a group by OOMPolicy=kill, the victim printed twice',
      scene: () => {
        const scene = running({ workers: 4, oomPolicy: 'kill' }).boots(1.5, 204);
        scene
          .oomKills(20, 201)
          .kernelSays(
            20.001,
            'Tasks in /system.slice/gunicorn.service are going to be killed due to memory.oom.group set',
          );
        for (const [i, pid] of [200, 201, 202, 203, 204].entries()) {
          scene.kernelSays(
            20.002 + i / 1000,
            `Memory cgroup out of memory: Killed process ${pid} (gunicorn) total-vm:93612kB, anon-rss:75920kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:208kB oom_score_adj:0`,
          );
        }
        scene
          .systemd(20.01, '%s: A process of this unit has been killed by the OOM killer.')
          .systemd(20.1, '%s: Main process exited, code=killed, status=9/KILL')
          .systemd(20.2, "%s: Failed with result 'oom-kill'.")
          .systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.');
        for (let i = 0; i < 4; i++) scene.fails(20.1, CLOSED, { path: `/leak?n=${i}` });
        for (let i = 4; i < 7; i++) scene.fails(20.1, RESET, { path: `/leak?n=${i}` });
        return nobodyListens(scene.starts(24, 300, 301, 302, 303, 304).activeSince(24), 21, 23).serves(25, 5);
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 10,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'lost its main process to the kernel',
      scene: () =>
        nobodyListens(
          running({ gunicorn: '23.0.0' })
            .oomKills(20, 200)
            .systemd(20.05, '%s: Main process exited, code=killed, status=9/KILL')
            .says(20.5, 201, 'INFO', 'Parent changed, shutting down: <Worker 201>')
            .systemd(20.2, "%s: Failed with result 'oom-kill'.")
            .systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.')
            .starts(24, 300, 301, 302, 303)
            .activeSince(24),
          21,
          23,
          REFUSED,
        ).serves(25, 5),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 3,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'is still down: its state says oom-kill and no log of the time is left',
      scene: () => nobodyListens(new Scene({ oomPolicy: 'stop' }).down('oom-kill'), 2, 20).without(/journal/),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-oom-kill',
      explained502: 19,
      never: ['deploy-restart', 'nginx-config', 'application-error'],
    },
  ]);
});
