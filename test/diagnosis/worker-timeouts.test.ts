import { describe } from 'vitest';
import { CLOSED } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

/** Three workers 201 to 203 of master 200, up at 1 s, traffic from 2 s on. */
const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 60);
const VERSIONS: readonly GunicornVersion[] = ['20.1.0', '23.0.0', '26.1.0'];

describe('a worker that Gunicorn timed out', () => {
  const hung = (gunicorn: GunicornVersion) =>
    running({ gunicorn }).says(20.2, 200, 'CRITICAL', 'WORKER TIMEOUT (pid:201)');
  const killed = (gunicorn: GunicornVersion) =>
    hung(gunicorn)
      .reaps(21.3, 200, 201, 9)
      .boots(21.4, 207)
      .fails(21.3, CLOSED, { path: '/hangc', tookSeconds: 6 });
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
      name: "answers 500 from Gunicorn 22 on, with nothing in NGINX's error log",
      scene: () =>
        hung('23.0.0')
          .says(20.21, 201, 'ERROR', 'Error handling request /hang')
          .prints(20.22, 201, 'Traceback (most recent call last):')
          .prints(
            20.23,
            201,
            '  File "/usr/lib/python3/dist-packages/gunicorn/workers/base.py", line 204, in handle_abort',
          )
          .prints(20.24, 201, '    sys.exit(1)')
          .prints(20.25, 201, 'SystemExit: 1')
          .leaves(20.3, 201)
          .boots(20.6, 207)
          .answers(20.3, 500, { path: '/hang', tookSeconds: 6 }),
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
      scene: () =>
        killed('20.1.0').oomKills(15, 4711, { cgroup: '/system.slice/batch19875.service', comm: 'python3' }),
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
      scene: () =>
        running({ gunicorn: '23.0.0', workerClass: 'uvicorn.workers.UvicornWorker' })
          .says(20.2, 200, 'CRITICAL', 'WORKER TIMEOUT (pid:201)')
          .says(20.9, 200, 'ERROR', 'Worker (pid:201) was sent code 134!')
          .boots(21, 207)
          .fails(20.5, CLOSED, { path: '/hang' })
          .fails(20.6, CLOSED, { path: '/other' }),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-timeout',
      explained502: 2,
      never: ['worker-crash', 'worker-oom-kill'],
    },
  ]);
});
