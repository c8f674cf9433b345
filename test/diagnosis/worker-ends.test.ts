import { describe } from 'vitest';
import { CLOSED, CUT, MISSING, RESET } from './nginx-lines.ts';
import { type GunicornVersion, Scene } from './scene.ts';
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
      name: 'is known by path and time where a shared kernel log has the machine\'s pids',
      scene: () => oomContinue('23.0.0', (s, at, pid) => s.oomKills(at, pid + 90_000, { cgroup: '/slab/lab2/system.slice/gunicorn.service' })).counter(5),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'is told from the kills of other hosts that stand between its own',
      scene: () => {
        const scene = oomContinue('23.0.0', (s, at, pid) => s.oomKills(at, pid + 90_000, { cgroup: '/slab/lab2/system.slice/gunicorn.service' })).counter(5);
        [11, 14.5, 17, 21.5, 26, 28, 33].forEach((at, i) => scene.oomKills(at, 70_000 + i, { cgroup: '/slab/lab1/system.slice/gunicorn.service' }));
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
        const scene = new Scene({ gunicorn: '20.1.0', workers: 2, workerClass: 'gthread', threads: 8 }).starts(1, 200, 201, 202).serves(2, 40);
        scene.oomKills(20, 201).reaps(20.2, 200, 201, 9).boots(20.3, 203).counter(1);
        for (let i = 0; i < 11; i++) scene.fails(20.1 + i * 0.02, i < 8 ? CLOSED : RESET, { path: `/leak?mb=1&n=${i}` });
        return scene;
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 8,
    },
    {
      name: 'is proven by the unit\'s own counter where the kernel log may not be read',
      scene: () => oomContinue('23.0.0', () => {}).counter(5).without(/kernel/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
      never: ['worker-killed-externally'],
    },
    {
      name: 'is proven by PID 1\'s own message where kernel log and counters are missing',
      scene: () => {
        const scene = oomContinue('20.1.0', (s, at) => s.systemd(at + 0.02, '%s: A process of this unit has been killed by the OOM killer.'));
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
      also: d => { if (d.verdict === 'likely' && d.findings[0]?.id !== 'worker-oom-kill') throw new Error('nothing else is likely'); },
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
        const scene = new Scene({ gunicorn: '23.0.0', quiet: true }).starts(1, 200, 201, 202, 203).serves(2, 40);
        return scene.oomKills(20, 201).reaps(20.1, 200, 201, 9).fails(20.1, CLOSED).oomKills(30, 202).reaps(30.1, 200, 202, 9).fails(30.1, CLOSED).counter(2);
      },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 2,
    },
    {
      name: 'is confirmed without any access log',
      scene: () => oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid)).counter(5).without(/access/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
    },
    {
      name: 'is confirmed without any error log',
      scene: () => oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid)).counter(5).without(/error/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      never: ['application-error'],
    },
    {
      name: 'is confirmed from the kernel log alone when the journal is missing',
      scene: () => oomContinue('20.1.0', (s, at, pid) => s.oomKills(at, pid)).counter(5).without(/journal-gunicorn/),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 5,
      explained502: 4,
    },
    {
      name: 'is said although no request failed',
      scene: () => running({ gunicorn: '23.0.0' }).oomKills(20, 201).reaps(20.1, 200, 201, 9).boots(20.2, 207).counter(1),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 0,
    },
    {
      name: 'died of a host that ran out of memory, which is said',
      scene: () => running().oomKills(20, 201, { global: true }).reaps(20.4, 200, 201, 9).boots(20.5, 207).fails(20.2, CLOSED).oomKills(33, 202, { global: true }).reaps(33.4, 200, 202, 9).boots(33.6, 208).counter(2),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 1,
      also: d => { if (d.findings[0]?.scope !== 'global') throw new Error('the scope is global'); },
    },
    {
      name: 'takes a response with it in mid-body, which no 502 shows',
      scene: () => running({ gunicorn: '23.0.0' }).oomKills(20, 201).reaps(20.1, 200, 201, 9).boots(20.2, 207).errs(20, CUT, { path: '/report' }).answers(20.05, 200, { path: '/report' }).counter(1),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 0,
      also: d => { if (d.findings[0]?.attributed !== 1) throw new Error('the cut body follows from it'); },
    },
  ]);
});

describe('a worker that Gunicorn timed out', () => {
  const hung = (gunicorn: GunicornVersion) => running({ gunicorn }).says(20.2, 200, 'CRITICAL', 'WORKER TIMEOUT (pid:201)');
  const killed = (gunicorn: GunicornVersion) => hung(gunicorn).reaps(21.3, 200, 201, 9).boots(21.4, 207).fails(21.3, CLOSED, { path: '/hangc', tookSeconds: 6 });
  table([
    ...VERSIONS.map(version => ({
      name: `was killed by Gunicorn, not for memory, whatever ${version} guesses`,
      scene: () => killed(version),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'worker-timeout' as const,
      oomKills: 0,
      explained502: 1,
      never: allBut('worker-timeout'),
    })),
    {
      name: 'answers 500 from Gunicorn 22 on, with nothing in NGINX\'s error log',
      scene: () => hung('23.0.0').says(20.21, 201, 'ERROR', 'Error handling request /hang').prints(20.22, 201, 'Traceback (most recent call last):').prints(20.23, 201, '  File "/usr/lib/python3/dist-packages/gunicorn/workers/base.py", line 204, in handle_abort').prints(20.24, 201, '    sys.exit(1)').prints(20.25, 201, 'SystemExit: 1').leaves(20.3, 201).boots(20.6, 207).answers(20.3, 500, { path: '/hang', tookSeconds: 6 }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      oomKills: 0,
      never: allBut('worker-timeout'),
    },
    {
      name: 'closes the connection up to Gunicorn 21',
      scene: () => hung('20.1.0').leaves(20.21, 201).boots(20.6, 207).fails(20.3, CLOSED, { path: '/hang' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      explained502: 1,
      never: allBut('worker-timeout'),
    },
    {
      name: 'is told from an OOM kill of another unit seconds before',
      scene: () => killed('20.1.0').oomKills(15, 4711, { cgroup: '/system.slice/batch19875.service', comm: 'python3' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      oomKills: 0,
      explained502: 1,
      never: allBut('worker-timeout'),
      observed: 'dependency-oom-kill',
    },
    {
      name: 'is known as that without any kernel log',
      scene: () => killed('23.0.0').without(/kernel/, /cgroup/),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      oomKills: 0,
      never: allBut('worker-timeout'),
    },
    {
      name: 'ends by SIGABRT where the worker class lets the signal kill it (uvicorn)',
      scene: () => running({ gunicorn: '23.0.0', workerClass: 'uvicorn.workers.UvicornWorker' }).says(20.2, 200, 'CRITICAL', 'WORKER TIMEOUT (pid:201)').says(20.9, 200, 'ERROR', 'Worker (pid:201) was sent code 134!').boots(21, 207).fails(20.5, CLOSED, { path: '/hang' }).fails(20.6, CLOSED, { path: '/other' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      explained502: 2,
      never: ['worker-crash', 'worker-oom-kill'],
    },
  ]);
});

describe('a worker that ended in another way', () => {
  table([
    {
      name: 'crashed by SIGSEGV (20.1) though the kernel said nothing of it',
      scene: () => running().reaps(20.1, 200, 201, 11).boots(20.2, 207).fails(20, CLOSED, { path: '/segv' }).reaps(23.1, 200, 202, 11).boots(23.2, 208).fails(23, CLOSED, { path: '/segv' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-crash',
      explained502: 2,
      never: allBut('worker-crash'),
    },
    {
      name: 'crashed by SIGSEGV (23) beside kernel segfault lines with the machine\'s pids',
      scene: () => running({ gunicorn: '23.0.0' }).kernelSays(20, 'gunicorn[29670]: segfault at 0 ip 00007f7cdf412ad8 sp 00007ffeccfa7d88 error 4 in libc.so.6[167ad8,7f7cdf2d1000+156000] likely on CPU 0 (core 0, socket 0)').reaps(20.1, 200, 201, 11).boots(20.2, 207).fails(20, CLOSED, { path: '/segv' }).kernelSays(20.7, 'linux.uml[999]: segfault at 70 ip 0000000060021111 sp 00000000a0a17c30 error 6'),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-crash',
      explained502: 1,
      never: allBut('worker-crash'),
    },
    {
      name: 'left with code 7, which 23 says twice, while sys.exit(3) only made a 500',
      scene: () => running({ gunicorn: '23.0.0' }).exitCode(20.1, 200, 201, 7).boots(20.2, 207).fails(20, CLOSED, { path: '/exit?code=7' }).says(22, 202, 'ERROR', 'Error handling request /sysexit?code=3').prints(22.01, 202, 'Traceback (most recent call last):').prints(22.02, 202, 'SystemExit: 3').leaves(22.03, 202).exitCode(22.1, 200, 202, 3).boots(22.2, 208).answers(22.05, 500, { path: '/sysexit?code=3' }),
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'app-boot-failure'],
      oomKills: 0,
      explained502: 1,
      never: ['worker-timeout', 'worker-oom-kill', 'worker-crash', 'worker-killed-externally'],
      also: d => { if (d.findings[0]?.id !== 'worker-exit') throw new Error('a worker that served for seconds did not fail to boot'); },
    },
    {
      name: 'left with a code that 20.1 does not log',
      scene: () => running().boots(20.2, 207).fails(20, CLOSED, { path: '/exit?code=7' }),
      verdict: ['confirmed', 'likely', 'inconclusive'],
      leading: 'worker-exit',
      explained502: 1,
      never: allBut('worker-exit'),
    },
    ...VERSIONS.map(version => ({
      name: `was killed by hand although ${version} may say "Perhaps out of memory?"`,
      scene: () => running({ gunicorn: version }).reaps(20.1, 200, 201, 9).boots(20.2, 207).fails(20, CLOSED, { path: '/slow?s=0.5' }),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'worker-killed-externally' as const,
      oomKills: 0,
      explained502: 1,
      never: allBut('worker-killed-externally'),
    })),
    {
      name: 'was killed by hand beside the kill of another host\'s unit of the same name',
      scene: () => running({ gunicorn: '23.0.0' }).reaps(20.1, 200, 201, 9).boots(20.2, 207).fails(20, CLOSED).oomKills(20, 98_001, { cgroup: '/slab/lab1/system.slice/gunicorn.service' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-killed-externally',
      oomKills: 0,
      never: ['worker-oom-kill'],
    },
    ...VERSIONS.map(version => ({
      name: `was sent SIGTERM by somebody, Gunicorn ${version}`,
      scene: () => {
        const scene = running({ gunicorn: version }).leaves(20, 201);
        if (version !== '20.1.0') scene.exitCode(20.2, 200, 201, 0 + 15);
        return scene.boots(20.3, 207);
      },
      verdict: ['confirmed', 'likely', 'inconclusive', 'no-incident'] as const,
      never: ['worker-oom-kill', 'worker-timeout', 'deploy-restart', 'service-stopped'] as const,
    })),
    {
      name: 'died in mid-body on 23 by its own SIGKILL',
      scene: () => {
        const scene = new Scene({ gunicorn: '23.0.0', workers: 2 }).starts(1, 200, 201, 202).serves(2, 20);
        [5, 6, 7].forEach((at, i) => scene.errs(at, CUT, { path: '/halfbody' }).answers(at + 0.3, 200, { path: '/halfbody' }).reaps(at + 0.4, 200, [201, 202, 203][i] as number, 9).boots(at + 0.5, 203 + i));
        return scene;
      },
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'worker-killed-externally', 'worker-died-mid-response'],
      oomKills: 0,
      explained502: 0,
    },
    {
      name: 'was ended by earlyoom with SIGTERM, and says only that it exits',
      scene: () => running().logged(20, 'earlyoom', 'sending SIGTERM to process 201 uid 999 "gunicorn": oom_score 812, VmRSS 402 MiB').leaves(20.1, 201).boots(20.6, 207).fails(20.2, CLOSED),
      verdict: 'confirmed',
      leading: 'userspace-oom-kill',
      oomKills: 0,
      explained502: 1,
      never: ['worker-oom-kill', 'worker-exit', 'worker-killed-externally'],
    },
    {
      name: 'went with its whole unit when systemd-oomd killed it',
      scene: () => running().logged(20, 'systemd-oomd', 'Killed /system.slice/gunicorn.service due to memory pressure for /system.slice being 88.13% > 60.00% for > 20s with reclaim activity').systemd(20.1, '%s: systemd-oomd killed 4 process(es) in this unit.').systemd(20.2, '%s: Main process exited, code=killed, status=9/KILL').systemd(20.3, "%s: Failed with result 'oom-kill'.").fails(20.1, CLOSED).fails(21, MISSING).fails(22, MISSING).fails(23, MISSING).systemd(24, '%s: Scheduled restart job, restart counter is at 1.').starts(25, 300, 301, 302, 303).activeSince(25),
      verdict: 'confirmed',
      leading: 'userspace-oom-kill',
      oomKills: 0,
      explained502: 4,
      never: ['worker-oom-kill', 'master-killed'],
    },
  ]);
});
