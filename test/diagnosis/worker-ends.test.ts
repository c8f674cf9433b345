import { describe } from 'vitest';
import { CLOSED, CUT, MISSING } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

/** Three workers 201 to 203 of master 200, up at 1 s, traffic from 2 s on. */
const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 60);
const VERSIONS: readonly GunicornVersion[] = ['20.1.0', '23.0.0', '26.1.0'];

describe('a worker that ended in another way', () => {
  table([
    {
      name: 'crashed by SIGSEGV (20.1) though the kernel said nothing of it',
      scene: () =>
        running()
          .reaps(20.1, 200, 201, 11)
          .boots(20.2, 207)
          .fails(20, CLOSED, { path: '/segv' })
          .reaps(23.1, 200, 202, 11)
          .boots(23.2, 208)
          .fails(23, CLOSED, { path: '/segv' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-crash',
      explained502: 2,
      never: allBut('worker-crash'),
    },
    {
      name: "crashed by SIGSEGV (23) beside kernel segfault lines with the machine's pids",
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .kernelSays(
            20,
            'gunicorn[29670]: segfault at 0 ip 00007f7cdf412ad8 sp 00007ffeccfa7d88 error 4 in libc.so.6[167ad8,7f7cdf2d1000+156000] likely on CPU 0 (core 0, socket 0)',
          )
          .reaps(20.1, 200, 201, 11)
          .boots(20.2, 207)
          .fails(20, CLOSED, { path: '/segv' })
          .kernelSays(20.7, 'linux.uml[999]: segfault at 70 ip 0000000060021111 sp 00000000a0a17c30 error 6'),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-crash',
      explained502: 1,
      never: allBut('worker-crash'),
    },
    {
      name: 'left with code 7, which 23 says twice, while sys.exit(3) only made a 500',
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .exitCode(20.1, 200, 201, 7)
          .boots(20.2, 207)
          .fails(20, CLOSED, { path: '/exit?code=7' })
          .says(22, 202, 'ERROR', 'Error handling request /sysexit?code=3')
          .prints(22.01, 202, 'Traceback (most recent call last):')
          .prints(22.02, 202, 'SystemExit: 3')
          .leaves(22.03, 202)
          .exitCode(22.1, 200, 202, 3)
          .boots(22.2, 208)
          .answers(22.05, 500, { path: '/sysexit?code=3' }),
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'app-boot-failure'],
      oomKills: 0,
      explained502: 1,
      never: ['worker-timeout', 'worker-oom-kill', 'worker-crash', 'worker-killed-externally'],
      also: d => {
        if (d.findings[0]?.id !== 'worker-exit')
          throw new Error('a worker that served for seconds did not fail to boot');
      },
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
      scene: () =>
        running({ gunicorn: version })
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .fails(20, CLOSED, { path: '/slow?s=0.5' }),
      verdict: ['confirmed', 'likely'] as const,
      leading: 'worker-killed-externally' as const,
      oomKills: 0,
      explained502: 1,
      never: allBut('worker-killed-externally'),
    })),
    {
      name: "was killed by hand beside the kill of another host's unit of the same name",
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .fails(20, CLOSED)
          .oomKills(20, 98_001, { cgroup: '/slab/lab1/system.slice/gunicorn.service' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-killed-externally',
      oomKills: 0,
      never: ['worker-oom-kill'],
    },
    ...VERSIONS.map(version => ({
      name: `was sent SIGTERM by somebody, Gunicorn ${version}`,
      scene: () => {
        return running({ gunicorn: version })
          .leaves(20, 201)
          .reaps(20.2, 200, 201, 15)
          .boots(20.3, 207)
          .fails(20, CLOSED);
      },
      verdict: ['confirmed', 'likely'] as const,
      leading: 'worker-killed-externally' as const,
      never: allBut('worker-killed-externally'),
    })),
    {
      name: 'died in mid-body on 23 by its own SIGKILL',
      scene: () => {
        const scene = new Scene({ gunicorn: '23.0.0', workers: 2 }).starts(1, 200, 201, 202).serves(2, 20);
        for (const [i, at] of [5, 6, 7].entries()) {
          scene
            .errs(at, CUT, { path: '/halfbody' })
            .answers(at + 0.3, 200, { path: '/halfbody' })
            .reaps(at + 0.4, 200, [201, 202, 203][i] as number, 9)
            .boots(at + 0.5, 203 + i);
        }
        return scene;
      },
      verdict: ['confirmed', 'likely'],
      leading: ['worker-exit', 'worker-killed-externally', 'worker-died-mid-response'],
      oomKills: 0,
      explained502: 0,
    },
    {
      name: 'was ended by earlyoom with SIGTERM, and says only that it exits',
      scene: () =>
        running()
          .logged(
            20,
            'earlyoom',
            'sending SIGTERM to process 201 uid 999 "gunicorn": oom_score 812, VmRSS 402 MiB',
          )
          .leaves(20.1, 201)
          .boots(20.6, 207)
          .fails(20.2, CLOSED),
      verdict: 'confirmed',
      leading: 'userspace-oom-kill',
      oomKills: 0,
      explained502: 1,
      never: ['worker-oom-kill', 'worker-exit', 'worker-killed-externally'],
    },
    {
      name: 'went with its whole unit when systemd-oomd killed it',
      scene: () =>
        running()
          .logged(
            20,
            'systemd-oomd',
            'Killed /system.slice/gunicorn.service due to memory pressure for /system.slice being 88.13% > 60.00% for > 20s with reclaim activity',
          )
          .systemd(20.1, '%s: systemd-oomd killed 4 process(es) in this unit.')
          .systemd(20.2, '%s: Main process exited, code=killed, status=9/KILL')
          .systemd(20.3, "%s: Failed with result 'oom-kill'.")
          .fails(20.1, CLOSED)
          .fails(21, MISSING)
          .fails(22, MISSING)
          .fails(23, MISSING)
          .systemd(24, '%s: Scheduled restart job, restart counter is at 1.')
          .starts(25, 300, 301, 302, 303)
          .activeSince(25),
      verdict: 'confirmed',
      leading: 'userspace-oom-kill',
      oomKills: 0,
      explained502: 4,
      never: ['worker-oom-kill', 'master-killed'],
    },
  ]);
});
