import { describe } from 'vitest';
import { CLOSED, MISSING, REFUSED, REFUSED_TCP, RESET } from './nginx-lines.ts';
import { type GunicornVersion, Scene } from './scene.ts';
import { allBut, table } from './table.ts';

const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 17);

/** One request a second finds no socket. */
function nobodyListens(scene: Scene, from: number, to: number, message = MISSING): Scene {
  for (let at = from; at <= to; at++) scene.fails(at, message, { tookSeconds: 0 });
  return scene;
}

/** systemd stops the unit; Gunicorn and its workers go in order. */
function stopped(scene: Scene, at: number, jobType?: string): Scene {
  return scene
    .systemd(at, 'Stopping %s - The app...', jobType)
    .says(at + 0.01, 200, 'INFO', 'Handling signal: term')
    .leaves(at + 0.1, 201, 202, 203)
    .says(at + 1, 200, 'INFO', 'Shutting down: Master')
    .systemd(at + 1.2, '%s: Deactivated successfully.')
    .systemd(at + 1.21, 'Stopped %s - The app.', jobType);
}

/** OOMPolicy=stop answers one kill with the end of the whole unit. */
function stoppedByPolicy(gunicorn: GunicornVersion, global = false): Scene {
  const scene = running({ gunicorn, oomPolicy: 'stop' }).oomKills(20, 201, { global });
  const notice = gunicorn === '20.1.0' ? '%s: A process of this unit has been killed by the OOM killer.' : '%s: The kernel OOM killer killed some processes in this unit.';
  scene.systemd(19.99, notice).reaps(20.1, 200, 201, 9).fails(20.1, CLOSED).says(20.6, 200, 'INFO', 'Handling signal: term').leaves(20.7, 202, 203);
  if (gunicorn === '20.1.0') {
    scene.boots(21, 207).systemd(35, "%s: State 'stop-sigterm' timed out. Killing.").systemd(35.1, '%s: Killing process 200 (gunicorn) with signal SIGKILL.').systemd(35.1, '%s: Killing process 207 (gunicorn) with signal SIGKILL.').systemd(35.2, '%s: Main process exited, code=killed, status=9/KILL');
  } else scene.says(35.1, 200, 'INFO', 'Shutting down: Master');
  scene.systemd(35.3, "%s: Failed with result 'oom-kill'.").systemd(35.4, '%s: Consumed 17.860s CPU time, 224M memory peak.').systemd(36.4, '%s: Scheduled restart job, restart counter is at 1.', 'restart');
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
        scene.oomKills(20, 201).kernelSays(20.001, 'Tasks in /system.slice/gunicorn.service are going to be killed due to memory.oom.group set');
        [200, 201, 202, 203, 204].forEach((pid, i) => scene.kernelSays(20.002 + i / 1000, `Memory cgroup out of memory: Killed process ${pid} (gunicorn) total-vm:93612kB, anon-rss:75920kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:208kB oom_score_adj:0`));
        scene.systemd(20.01, '%s: A process of this unit has been killed by the OOM killer.').systemd(20.1, '%s: Main process exited, code=killed, status=9/KILL').systemd(20.2, "%s: Failed with result 'oom-kill'.").systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.');
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
      scene: () => nobodyListens(running({ gunicorn: '23.0.0' }).oomKills(20, 200).systemd(20.05, '%s: Main process exited, code=killed, status=9/KILL').says(20.5, 201, 'INFO', 'Parent changed, shutting down: <Worker 201>').systemd(20.2, "%s: Failed with result 'oom-kill'.").systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.').starts(24, 300, 301, 302, 303).activeSince(24), 21, 23, REFUSED).serves(25, 5),
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

describe('a unit that somebody stopped or restarted', () => {
  table([
    {
      name: 'was restarted: PID 1 says that one job did both',
      scene: () => nobodyListens(stopped(running(), 20, 'restart').fails(20.1, CLOSED).starts(33, 300, 301, 302, 303).activeSince(33), 21, 32).serves(34, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'deploy-restart',
      oomKills: 0,
      explained502: 13,
      never: allBut('deploy-restart'),
    },
    {
      name: 'was restarted on 23, which calls the end of each worker "sent SIGTERM"',
      scene: () => {
        const scene = stopped(running({ gunicorn: '23.0.0' }), 20).fails(20.4, RESET);
        for (const pid of [201, 202, 203]) scene.says(20.5, 200, 'ERROR', `Worker (pid:${pid}) was sent SIGTERM!`);
        return nobodyListens(scene.starts(23, 300, 301, 302, 303).activeSince(23), 21, 22).serves(24, 5);
      },
      verdict: ['confirmed', 'likely'],
      leading: 'deploy-restart',
      explained502: 3,
      never: allBut('deploy-restart'),
    },
    {
      name: 'was stopped, and started by another order much later',
      scene: () => nobodyListens(stopped(running(), 20, 'stop').starts(90, 300, 301, 302, 303).activeSince(90), 21, 60).serves(91, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 40,
      never: allBut('service-stopped'),
    },
    {
      name: 'was stopped and stays down',
      scene: () => nobodyListens(stopped(running(), 20, 'stop').down('success', 'dead'), 22, 60),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 39,
      never: allBut('service-stopped'),
    },
    {
      name: 'was down the whole window, which only its state tells',
      scene: () => nobodyListens(new Scene().down('success', 'dead').without(/journal-gunicorn/), 2, 30),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 29,
      never: allBut('service-stopped'),
    },
    {
      name: 'was only reloaded: 20.1 says "signal 15" of every old worker and nothing fails',
      scene: () => running().systemd(20, 'Reloading %s - The app...').says(20.1, 200, 'INFO', 'Handling signal: hup').says(20.11, 200, 'INFO', 'Hang up: Master').boots(20.3, 301, 302, 303).leaves(20.5, 201, 202).reaps(20.6, 200, 201, 15).reaps(20.6, 200, 202, 15).reaps(20.9, 200, 203, 15).systemd(20.2, 'Reloaded %s - The app.').serves(21, 20),
      verdict: 'no-incident',
      oomKills: 0,
      never: allBut(),
      observed: 'graceful-reload',
    },
    {
      name: 'was only reloaded on 23',
      scene: () => {
        const scene = running({ gunicorn: '23.0.0' }).says(20.1, 200, 'INFO', 'Handling signal: hup').says(20.11, 200, 'INFO', 'Hang up: Master').boots(20.3, 301, 302, 303).leaves(20.5, 201, 202, 203);
        for (const pid of [201, 202, 203]) scene.says(20.6, 200, 'ERROR', `Worker (pid:${pid}) was sent SIGTERM!`);
        return scene.serves(21, 20);
      },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'graceful-reload',
    },
    {
      name: 'was upgraded by USR2 and lost nothing',
      scene: () => running({ gunicorn: '23.0.0' }).says(20, 200, 'INFO', 'Handling signal: usr2').says(20.5, 300, 'INFO', 'Starting gunicorn 23.0.0').says(20.5, 300, 'INFO', 'Listening at: unix:/run/gunicorn/app.sock (300)').says(20.5, 300, 'INFO', 'Using worker: sync').boots(20.6, 301, 302, 303).says(25, 200, 'INFO', 'Handling signal: term').leaves(25.1, 201, 202, 203).says(25.5, 200, 'INFO', 'Shutting down: Master').serves(19, 30),
      verdict: 'no-incident',
      never: allBut(),
    },
  ]);
});

describe('a unit that could not start or lost its main process', () => {
  /** One try to start an app that does not import. */
  function failsToBoot(scene: Scene, at: number, master: number, gunicorn: GunicornVersion): Scene {
    scene.starts(at, master).boots(at + 0.1, master + 1).says(at + 0.2, master + 1, 'ERROR', 'Exception in worker process').prints(at + 0.2, master + 1, 'Traceback (most recent call last):').prints(at + 0.2, master + 1, 'ImportError: lab: broken deploy').leaves(at + 0.25, master + 1).exitCode(at + 0.3, master, master + 1, 3);
    const level = gunicorn === '20.1.0' ? 'INFO' : 'ERROR';
    return scene.says(at + 0.35, master, level, 'Shutting down: Master').says(at + 0.35, master, level, 'Reason: Worker failed to boot.').systemd(at + 0.5, '%s: Main process exited, code=exited, status=3/NOTIMPLEMENTED').systemd(at + 0.5, "%s: Failed with result 'exit-code'.").systemd(at + 1.6, '%s: Scheduled restart job, restart counter is at 1.');
  }
  const broken = (gunicorn: GunicornVersion, about: ConstructorParameters<typeof Scene>[0] = {}) => {
    const scene = stopped(running({ gunicorn, ...about }), 20, 'restart');
    [22, 24, 26, 28, 30].forEach((at, i) => failsToBoot(scene, at, 300 + 10 * i, gunicorn));
    return scene;
  };
  table([
    ...(['20.1.0', '23.0.0'] as const).map(version => ({
      name: `was deployed with an app that does not import, Gunicorn ${version}`,
      scene: () => nobodyListens(broken(version).starts(40, 400, 401, 402, 403).activeSince(40), 23, 39).serves(41, 5),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'app-boot-failure' as const,
      oomKills: 0,
      explained502: 17,
      never: allBut('app-boot-failure'),
    })),
    {
      name: 'was given up by systemd after five starts and stays down',
      scene: () => nobodyListens(broken('23.0.0').systemd(31.6, '%s: Start request repeated too quickly.').systemd(31.6, "%s: Failed with result 'exit-code'.").systemd(31.6, 'Failed to start %s - The app.').down('exit-code'), 23, 60),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 38,
      never: allBut('app-boot-failure'),
    },
    {
      name: 'has a configuration that Gunicorn refuses',
      scene: () => nobodyListens(stopped(running(), 20, 'restart').prints(22, 300, 'Error: Invalid value for max_requests: abc').systemd(22.2, '%s: Main process exited, code=exited, status=1/FAILURE').systemd(22.2, "%s: Failed with result 'exit-code'.").down('exit-code'), 22, 40),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 19,
      never: ['service-stopped', 'nginx-config', 'worker-exit'],
    },
    {
      name: 'does not start because the program is not there (203/EXEC)',
      scene: () => nobodyListens(stopped(running(), 20, 'restart').systemd(22.1, 'Starting %s - The app...', 'start').systemd(22.2, '%s: Main process exited, code=exited, status=203/EXEC').systemd(22.2, "%s: Failed with result 'exit-code'.").systemd(22.3, 'Failed to start %s - The app.').down('exit-code'), 22, 40),
      verdict: ['confirmed', 'likely'],
      leading: 'app-boot-failure',
      explained502: 19,
      never: ['service-stopped', 'nginx-config'],
    },
    ...(['20.1.0', '23.0.0'] as const).map(version => ({
      name: `lost its main process to kill -9, ${version}, and the stale socket refuses`,
      scene: () => nobodyListens(running({ gunicorn: version }).systemd(20, '%s: Main process exited, code=killed, status=9/KILL').systemd(20.01, '%s: Killing process 201 (gunicorn) with signal SIGKILL.').systemd(20.01, '%s: Killing process 202 (gunicorn) with signal SIGKILL.').systemd(20.2, "%s: Failed with result 'signal'.").starts(31, 300, 301, 302, 303).activeSince(31), 21, 30, REFUSED).serves(32, 5),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'master-killed' as const,
      oomKills: 0,
      explained502: 10,
      never: allBut('master-killed'),
    })),
    {
      name: 'lost its main process, which is known without the kernel log',
      scene: () => nobodyListens(running().systemd(20, '%s: Main process exited, code=killed, status=9/KILL').systemd(20.2, "%s: Failed with result 'signal'.").starts(31, 300, 301, 302, 303).activeSince(31), 21, 30, REFUSED).without(/kernel/, /cgroup/),
      verdict: ['confirmed', 'likely'],
      leading: 'master-killed',
      explained502: 10,
      never: ['worker-oom-kill', 'deploy-restart'],
    },
    {
      name: 'crashed as a whole (SIGSEGV of the main process) and was restarted by systemd',
      scene: () => nobodyListens(running({ bind: '127.0.0.1:8000' }).systemd(20, '%s: Main process exited, code=dumped, status=11/SEGV').systemd(20.2, "%s: Failed with result 'core-dump'.").systemd(21.3, '%s: Scheduled restart job, restart counter is at 1.').starts(24, 300, 301, 302, 303).activeSince(24), 21, 23, REFUSED_TCP).serves(25, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'master-killed',
      explained502: 3,
      never: ['deploy-restart', 'worker-oom-kill'],
    },
    {
      name: 'shut itself down because a worker left with the code for a failed boot (20.1)',
      scene: () => nobodyListens(running().fails(20, CLOSED, { path: '/sysexit?code=3' }).leaves(20, 201).leaves(20.5, 202, 203).says(22, 200, 'INFO', 'Shutting down: Master').says(22, 200, 'INFO', 'Reason: Worker failed to boot.').systemd(22.4, '%s: Main process exited, code=exited, status=3/NOTIMPLEMENTED').systemd(22.4, "%s: Failed with result 'exit-code'.").systemd(23.5, '%s: Scheduled restart job, restart counter is at 1.').starts(25, 300, 301, 302, 303).activeSince(25), 21, 24).serves(26, 3),
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'app-boot-failure'],
      explained502: 5,
      never: allBut('worker-exit', 'app-boot-failure'),
    },
  ]);
});
