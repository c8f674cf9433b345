import { describe } from 'vitest';
import { CLOSED, DENIED, MISSING, nginxConfig, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { allBut, table } from './table.ts';

const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 40);
const times = (count: number, from: number, step: number, act: (at: number, i: number) => void) => {
  for (let i = 0; i < count; i++) act(from + i * step, i);
};
const BIG = 'upstream sent too big header while reading response header from upstream';

describe('an app that answers with errors, and a front that cannot reach it', () => {
  table([
    {
      name: 'raised exceptions and MemoryErrors of its own (500)',
      scene: () => {
        const s = running();
        times(8, 20, 0.3, (at, i) =>
          s
            .prints(
              at,
              201,
              `[2026-11-22 10:00:20,000] ERROR in app: Exception on /${i < 5 ? 'raise' : 'memerr'} [GET]`,
            )
            .prints(at, 201, i < 5 ? 'RuntimeError: lab: ordinary application error' : 'MemoryError')
            .answers(at, 500, { path: i < 5 ? '/raise' : '/memerr' }),
        );
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'application-error',
      oomKills: 0,
      explained502: 0,
      never: allBut('application-error'),
    },
    {
      name: 'passes on a 502 of a service behind it',
      scene: () => {
        const s = running();
        times(5, 20, 1, at => s.answers(at, 502, { path: '/pay', upstreamStatus: '502', tookSeconds: 0.4 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'application-error',
      explained502: 5,
      never: allBut('application-error'),
    },
    {
      name: 'answers 503 while its database was OOM-killed on the same server',
      scene: () => {
        const s = running().oomKills(19, 900, {
          cgroup: '/system.slice/postgresql.service',
          comm: 'postgres',
        });
        times(5, 20, 1, at => s.answers(at, 503, { path: '/orders' }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: ['application-error', 'dependency-oom-kill'],
      oomKills: 0,
      never: ['worker-oom-kill'],
      observed: 'dependency-oom-kill',
      also: d => {
        if (!d.findings.some(f => f.id === 'dependency-oom-kill' && f.probability >= 0.5))
          throw new Error('the database is named');
      },
    },
    {
      name: "may not be reached: the socket's mode changed",
      scene: () => {
        const s = running();
        times(6, 20, 1, at => s.fails(at, DENIED, { tookSeconds: 0 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'socket-permission',
      explained502: 6,
      never: allBut('socket-permission'),
    },
    {
      name: 'sends headers that are too big for NGINX',
      scene: () => {
        const s = running({ gunicorn: '23.0.0' });
        times(5, 20, 1, at => s.fails(at, BIG, { path: '/bighdr?n=16000' }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'upstream-header-too-big',
      explained502: 5,
      never: allBut('upstream-header-too-big'),
    },
    {
      name: 'is asked for at a socket where nobody listens since a change of NGINX',
      scene: () => {
        const s = running().nginxSays(19, 'notice', 'signal 1 (SIGHUP) received, reconfiguring');
        times(10, 20, 1, at => s.fails(at, MISSING, { peer: 'unix:/run/wrong.sock', tookSeconds: 0 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'nginx-config',
      explained502: 10,
      never: allBut('nginx-config'),
    },
    {
      name: 'sees nothing of a plain reload of NGINX',
      scene: () => running().nginxSays(20, 'notice', 'signal 1 (SIGHUP) received, reconfiguring'),
      verdict: 'no-incident',
      never: allBut(),
    },
    {
      name: 'is well while a worker of NGINX itself crashes',
      scene: () => running().nginxSays(20, 'alert', 'worker process 91 exited on signal 11'),
      verdict: ['confirmed', 'likely'],
      leading: 'nginx-worker-crash',
      never: allBut('nginx-worker-crash'),
    },
    {
      name: 'closes kept connections just when NGINX uses them again',
      scene: () => {
        const s = running({ workerClass: 'gthread', threads: 4 }).file(
          'nginx-T.txt',
          nginxConfig('upstream app { server unix:/run/gunicorn/app.sock; keepalive 16; }'),
        );
        times(4, 20, 5, at =>
          s.fails(at, at % 2 ? CLOSED : RESET, { method: 'POST', path: '/pay', tookSeconds: 0.001 }),
        );
        return s;
      },
      verdict: ['likely', 'confirmed'],
      leading: 'keepalive-race',
      explained502: 4,
      never: allBut('keepalive-race'),
    },
  ]);
});
