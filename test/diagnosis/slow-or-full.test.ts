import { describe } from 'vitest';
import { EAGAIN, SLOW, SLOW_CONNECT } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { allBut, table } from './table.ts';

const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 40);
const times = (count: number, from: number, step: number, act: (at: number, i: number) => void) => {
  for (let i = 0; i < count; i++) act(from + i * step, i);
};

describe('an app that is slow or full', () => {
  table([
    {
      name: 'answers one path after NGINX gave up, nothing waiting',
      scene: () => {
        const s = running();
        times(6, 20, 1, at => s.fails(at, SLOW, { path: '/slow?s=5', tookSeconds: 2 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'slow-upstream',
      oomKills: 0,
      explained502: 0,
      never: allBut('slow-upstream'),
    },
    {
      name: 'has all workers busy and a filled accept queue',
      scene: () => {
        const s = running().queue(5);
        times(12, 20, 0.5, (at, i) =>
          s.fails(at, SLOW, { path: i % 2 ? '/health' : '/slow?s=6', tookSeconds: 3 }),
        );
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: ['workers-saturated', 'slow-upstream'],
      explained502: 0,
      never: allBut('workers-saturated', 'slow-upstream'),
    },
    {
      name: 'has 504s only and no error log that says so',
      scene: () => {
        const s = running().without(/error/);
        times(6, 20, 1, at => s.answers(at, 504, { path: '/slow?s=5', tookSeconds: 2 }));
        return s;
      },
      verdict: ['likely', 'confirmed'],
      leading: 'slow-upstream',
      never: allBut('slow-upstream'),
    },
    {
      name: "turns connections away because the unix socket's queue is full (EAGAIN)",
      scene: () => {
        const s = new Scene({ workers: 1 }).starts(1, 200, 201).serves(2, 40).queue(0, 2);
        times(26, 20, 0.05, (at, i) => s.fails(at, EAGAIN, { path: `/slow?s=3&n=${i}`, tookSeconds: 0 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      explained502: 26,
      never: allBut('backlog-full'),
    },
    {
      name: 'turns connections away beside the kills of another host',
      scene: () => {
        const s = running().queue(0, 2);
        times(26, 20, 0.05, (at, i) => s.fails(at, EAGAIN, { path: `/n=${i}`, tookSeconds: 0 }));
        times(6, 18, 1.3, (at, i) =>
          s.oomKills(at, 70_000 + i, { cgroup: '/slab/lab3/system.slice/gunicorn.service' }),
        );
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      oomKills: 0,
      never: allBut('backlog-full'),
    },
    {
      name: 'has a full TCP backlog: some requests waited, the next did not even connect',
      scene: () => {
        const s = running({ bind: '127.0.0.1:8000' }).queue(3, 2);
        times(2, 20, 0.1, (at, i) => s.fails(at, SLOW, { path: `/n=${i}`, tookSeconds: 2 }));
        times(8, 21, 0.3, (at, i) => s.fails(at, SLOW_CONNECT, { path: `/m=${i}`, tookSeconds: 2 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'backlog-full',
      explained502: 0,
      never: allBut('backlog-full', 'workers-saturated'),
    },
    {
      name: 'stalls on MemoryHigh without a kill',
      scene: () => {
        const s = running().file(
          'cgroup.txt',
          'memory.events:high 4711\nmemory.events:oom 0\nmemory.events:oom_kill 0\nmemory.high:209715200\nmemory.max:max\nmemory.pressure:some avg10=80.00 avg60=71.00 avg300=20.00 total=1\nmemory.pressure:full avg10=70.00 avg60=62.00 avg300=18.00 total=1\n',
        );
        times(8, 20, 1, (at, i) => s.fails(at, SLOW, { path: `/p${i}`, tookSeconds: 60 }));
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: ['memory-stall', 'slow-upstream'],
      oomKills: 0,
      never: ['worker-oom-kill', 'worker-timeout'],
      also: d => {
        if (!d.findings.some(f => f.id === 'memory-stall' && f.probability >= 0.5))
          throw new Error('the stall is said');
      },
    },
    {
      name: 'is abandoned by its clients',
      scene: () => {
        const s = running();
        times(4, 20, 1, at => s.answers(at, 499, { path: '/slow?s=4', upstreamStatus: '-', tookSeconds: 1 }));
        return s;
      },
      verdict: ['likely', 'no-incident'],
      leading: 'client-abort',
      oomKills: 0,
      never: allBut('client-abort'),
    },
  ]);
});
