import { describe } from 'vitest';
import { CLOSED, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import type { GunicornVersion } from './server-files.ts';
import { allBut, table } from './table.ts';

const times = (count: number, from: number, step: number, act: (at: number, i: number) => void) => {
  for (let i = 0; i < count; i++) act(from + i * step, i);
};

describe('recycling', () => {
  const recycling = (about: {
    gunicorn: GunicornVersion;
    workerClass?: string;
    threads?: number;
    options?: string;
  }) => new Scene({ workers: 3, ...about }).starts(1, 200, 201, 202, 203).serves(2, 60);
  table([
    {
      name: 'with jitter costs nothing and is only mentioned',
      scene: () => {
        const s = recycling({ gunicorn: '23.0.0', options: '--max-requests 40 --max-requests-jitter 15' });
        times(9, 10, 4.3, (at, i) => s.recycles(at, 201 + i, 204 + i));
        return s;
      },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'recycling-works',
    },
    {
      name: 'of gthread workers on 23 loses requests, and is itself the cause',
      scene: () => {
        const s = recycling({
          gunicorn: '23.0.0',
          workerClass: 'gthread',
          threads: 4,
          options: '--max-requests 30 --max-requests-jitter 10',
        });
        times(8, 10, 5, (at, i) =>
          s.recycles(at, 201 + i, 204 + i).fails(at + 0.1, RESET, { path: `/a${i}` }),
        );
        return s;
      },
      verdict: ['confirmed', 'likely'],
      leading: 'recycling-drops-requests',
      oomKills: 0,
      explained502: 8,
      never: allBut('recycling-drops-requests'),
    },
    {
      name: 'without jitter made all workers peak together until one was killed',
      scene: () => {
        const s = recycling({ gunicorn: '20.1.0', options: '--max-requests 30' });
        times(2, 10, 20, (at, round) => {
          times(3, at, 0.1, (t, i) => s.recycles(t, 201 + round * 3 + i, 204 + round * 3 + i));
        });
        return s.oomKills(34, 207).reaps(34.1, 200, 207, 9).boots(34.2, 210).fails(34.1, CLOSED).counter(1);
      },
      verdict: ['confirmed', 'likely'],
      leading: ['worker-oom-kill', 'recycling-without-jitter'],
      oomKills: 1,
      explained502: 1,
      never: ['recycling-drops-requests'],
      also: d => {
        if (!d.findings.some(f => f.id === 'recycling-without-jitter' && f.probability >= 0.5))
          throw new Error('the missing jitter is said');
      },
    },
    {
      name: "by uvicorn's own limit is recognised by its other words",
      scene: () => {
        const s = recycling({
          gunicorn: '23.0.0',
          workerClass: 'uvicorn_worker.UvicornWorker',
          options: '--max-requests 40 --max-requests-jitter 15',
        });
        times(4, 10, 7, (at, i) =>
          s
            .says(at, 201 + i, 'WARNING', 'Maximum request limit of 43 exceeded. Terminating process.')
            .leaves(at + 0.2, 201 + i)
            .boots(at + 0.5, 204 + i),
        );
        return s;
      },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'recycling-works',
    },
  ]);
});
