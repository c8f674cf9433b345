import { describe } from 'vitest';
import { CLOSED, DENIED, EAGAIN, MISSING, nginxConfig, RESET, SLOW, SLOW_CONNECT } from './nginx-lines.ts';
import { type GunicornVersion, Scene } from './scene.ts';
import { allBut, table } from './table.ts';

const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 40);
const times = (count: number, from: number, step: number, act: (at: number, i: number) => void) => {
  for (let i = 0; i < count; i++) act(from + i * step, i);
};
const BIG = 'upstream sent too big header while reading response header from upstream';

describe('an app that is slow or full', () => {
  table([
    {
      name: 'answers one path after NGINX gave up, nothing waiting',
      scene: () => { const s = running(); times(6, 20, 1, at => s.fails(at, SLOW, { path: '/slow?s=5', tookSeconds: 2 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'slow-upstream',
      oomKills: 0,
      explained502: 0,
      never: allBut('slow-upstream'),
    },
    {
      name: 'has all workers busy and a filled accept queue',
      scene: () => { const s = running().queue(5); times(12, 20, 0.5, (at, i) => s.fails(at, SLOW, { path: i % 2 ? '/health' : '/slow?s=6', tookSeconds: 3 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: ['workers-saturated', 'slow-upstream'],
      explained502: 0,
      never: allBut('workers-saturated', 'slow-upstream'),
    },
    {
      name: 'has 504s only and no error log that says so',
      scene: () => { const s = running().without(/error/); times(6, 20, 1, at => s.answers(at, 504, { path: '/slow?s=5', tookSeconds: 2 })); return s; },
      verdict: ['likely', 'confirmed'],
      leading: 'slow-upstream',
      never: allBut('slow-upstream'),
    },
    {
      name: 'turns connections away because the unix socket\'s queue is full (EAGAIN)',
      scene: () => { const s = running({ workers: 1 }).queue(0, 2); times(26, 20, 0.05, (at, i) => s.fails(at, EAGAIN, { path: `/slow?s=3&n=${i}`, tookSeconds: 0 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      explained502: 26,
      never: allBut('backlog-full'),
    },
    {
      name: 'turns connections away beside the kills of another host',
      scene: () => { const s = running().queue(0, 2); times(26, 20, 0.05, (at, i) => s.fails(at, EAGAIN, { path: `/n=${i}`, tookSeconds: 0 })); times(6, 18, 1.3, (at, i) => s.oomKills(at, 70_000 + i, { cgroup: '/slab/lab3/system.slice/gunicorn.service' })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      oomKills: 0,
      never: allBut('backlog-full'),
    },
    {
      name: 'has a full TCP backlog: some requests waited, the next did not even connect',
      scene: () => { const s = running({ bind: '127.0.0.1:8000' }).queue(3, 2); times(2, 20, 0.1, (at, i) => s.fails(at, SLOW, { path: `/n=${i}`, tookSeconds: 2 })); times(8, 21, 0.3, (at, i) => s.fails(at, SLOW_CONNECT, { path: `/m=${i}`, tookSeconds: 2 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      explained502: 0,
      never: allBut('backlog-full', 'workers-saturated'),
    },
    {
      name: 'stalls on MemoryHigh without a kill',
      scene: () => { const s = running().file('cgroup.txt', 'memory.events:high 4711\nmemory.events:oom 0\nmemory.events:oom_kill 0\nmemory.high:209715200\nmemory.max:max\nmemory.pressure:some avg10=80.00 avg60=71.00 avg300=20.00 total=1\nmemory.pressure:full avg10=70.00 avg60=62.00 avg300=18.00 total=1\n'); times(8, 20, 1, (at, i) => s.fails(at, SLOW, { path: `/p${i}`, tookSeconds: 60 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: ['memory-stall', 'slow-upstream'],
      oomKills: 0,
      never: ['worker-oom-kill', 'worker-timeout'],
      also: d => { if (!d.findings.some(f => f.id === 'memory-stall' && f.probability >= 0.5)) throw new Error('the stall is said'); },
    },
    {
      name: 'is abandoned by its clients',
      scene: () => { const s = running(); times(4, 20, 1, at => s.answers(at, 499, { path: '/slow?s=4', upstreamStatus: '-', tookSeconds: 1 })); return s; },
      verdict: ['likely', 'no-incident'],
      leading: 'client-abort',
      oomKills: 0,
      never: allBut('client-abort'),
    },
  ]);
});

describe('an app that answers with errors, and a front that cannot reach it', () => {
  table([
    {
      name: 'raised exceptions and MemoryErrors of its own (500)',
      scene: () => { const s = running(); times(8, 20, 0.3, (at, i) => s.prints(at, 201, `[2026-11-22 10:00:20,000] ERROR in app: Exception on /${i < 5 ? 'raise' : 'memerr'} [GET]`).prints(at, 201, i < 5 ? 'RuntimeError: lab: ordinary application error' : 'MemoryError').answers(at, 500, { path: i < 5 ? '/raise' : '/memerr' })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'application-error',
      oomKills: 0,
      explained502: 0,
      never: allBut('application-error'),
    },
    {
      name: 'passes on a 502 of a service behind it',
      scene: () => { const s = running(); times(5, 20, 1, at => s.answers(at, 502, { path: '/pay', upstreamStatus: '502', tookSeconds: 0.4 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'application-error',
      explained502: 5,
      never: allBut('application-error'),
    },
    {
      name: 'answers 503 while its database was OOM-killed on the same server',
      scene: () => { const s = running().oomKills(19, 900, { cgroup: '/system.slice/postgresql.service', comm: 'postgres' }); times(5, 20, 1, at => s.answers(at, 503, { path: '/orders' })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: ['application-error', 'dependency-oom-kill'],
      oomKills: 0,
      never: ['worker-oom-kill'],
      observed: 'dependency-oom-kill',
      also: d => { if (!d.findings.some(f => f.id === 'dependency-oom-kill' && f.probability >= 0.5)) throw new Error('the database is named'); },
    },
    {
      name: 'may not be reached: the socket\'s mode changed',
      scene: () => { const s = running(); times(6, 20, 1, at => s.fails(at, DENIED, { tookSeconds: 0 })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'socket-permission',
      explained502: 6,
      never: allBut('socket-permission'),
    },
    {
      name: 'sends headers that are too big for NGINX',
      scene: () => { const s = running({ gunicorn: '23.0.0' }); times(5, 20, 1, at => s.fails(at, BIG, { path: '/bighdr?n=16000' })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'upstream-header-too-big',
      explained502: 5,
      never: allBut('upstream-header-too-big'),
    },
    {
      name: 'is asked for at a socket where nobody listens since a change of NGINX',
      scene: () => { const s = running().nginxSays(19, 'notice', 'signal 1 (SIGHUP) received, reconfiguring'); times(10, 20, 1, at => s.fails(at, MISSING, { peer: 'unix:/run/wrong.sock', tookSeconds: 0 })); return s; },
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
      scene: () => { const s = running({ workerClass: 'gthread', threads: 4 }).file('nginx-T.txt', nginxConfig('upstream app { server unix:/run/gunicorn/app.sock; keepalive 16; }')); times(4, 20, 5, at => s.fails(at, at % 2 ? CLOSED : RESET, { method: 'POST', path: '/pay', tookSeconds: 0.001 })); return s; },
      verdict: ['likely', 'confirmed'],
      leading: 'keepalive-race',
      explained502: 4,
      never: allBut('keepalive-race'),
    },
  ]);
});

describe('recycling', () => {
  const recycling = (about: { gunicorn: GunicornVersion; workerClass?: string; threads?: number; options?: string }) =>
    new Scene({ workers: 3, ...about }).starts(1, 200, 201, 202, 203).serves(2, 60);
  table([
    {
      name: 'with jitter costs nothing and is only mentioned',
      scene: () => { const s = recycling({ gunicorn: '23.0.0', options: '--max-requests 40 --max-requests-jitter 15' }); times(9, 10, 4.3, (at, i) => s.recycles(at, 201 + i, 204 + i)); return s; },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'recycling-works',
    },
    {
      name: 'of gthread workers on 23 loses requests, and is itself the cause',
      scene: () => { const s = recycling({ gunicorn: '23.0.0', workerClass: 'gthread', threads: 4, options: '--max-requests 30 --max-requests-jitter 10' }); times(8, 10, 5, (at, i) => s.recycles(at, 201 + i, 204 + i).fails(at + 0.1, RESET, { path: `/a${i}` })); return s; },
      verdict: ['confirmed', 'likely'],
      leading: 'recycling-drops-requests',
      oomKills: 0,
      explained502: 8,
      never: allBut('recycling-drops-requests'),
    },
    {
      name: 'without jitter made all workers peak together until one was killed',
      scene: () => { const s = recycling({ gunicorn: '20.1.0', options: '--max-requests 30' }); times(2, 10, 20, (at, round) => { times(3, at, 0.1, (t, i) => s.recycles(t, 201 + round * 3 + i, 204 + round * 3 + i)); }); return s.oomKills(34, 207).reaps(34.1, 200, 207, 9).boots(34.2, 210).fails(34.1, CLOSED).counter(1); },
      verdict: ['confirmed', 'likely'],
      leading: ['worker-oom-kill', 'recycling-without-jitter'],
      oomKills: 1,
      explained502: 1,
      never: ['recycling-drops-requests'],
      also: d => { if (!d.findings.some(f => f.id === 'recycling-without-jitter' && f.probability >= 0.5)) throw new Error('the missing jitter is said'); },
    },
    {
      name: 'by uvicorn\'s own limit is recognised by its other words',
      scene: () => { const s = recycling({ gunicorn: '23.0.0', workerClass: 'uvicorn_worker.UvicornWorker', options: '--max-requests 40 --max-requests-jitter 15' }); times(4, 10, 7, (at, i) => s.says(at, 201 + i, 'WARNING', 'Maximum request limit of 43 exceeded. Terminating process.').leaves(at + 0.2, 201 + i).boots(at + 0.5, 204 + i)); return s; },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'recycling-works',
    },
  ]);
});
