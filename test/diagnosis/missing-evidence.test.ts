import { describe } from 'vitest';
import { CLOSED, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { allBut, table } from './table.ts';

describe('where evidence is missing', () => {
  table([
    {
      name: 'no log of NGINX: the kill is named, the requests are not',
      scene: () =>
        new Scene()
          .starts(1, 200, 201, 202, 203)
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .counter(1)
          .without(/^nginx/),
      verdict: ['confirmed', 'likely'],
      leading: 'worker-oom-kill',
      oomKills: 1,
    },
    {
      name: 'no journal, no kernel log, no counters: a closed connection proves nothing',
      scene: () =>
        new Scene()
          .serves(2, 20)
          .fails(10, CLOSED)
          .fails(15, RESET)
          .without(/journal|cgroup|systemctl/),
      unit: 'gunicorn.service',
      verdict: 'inconclusive',
      never: allBut(),
    },
    {
      name: 'nothing of NGINX and a quiet journal is no proof that all is well',
      scene: () => new Scene().starts(1, 200, 201, 202, 203).without(/^nginx/),
      verdict: 'inconclusive',
      never: allBut(),
    },
    {
      name: 'the counter of a unit that was restarted since refutes nothing',
      scene: () =>
        new Scene({ gunicorn: '23.0.0' })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 30)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .fails(20.1, CLOSED)
          .activeSince(300)
          .counter(0)
          .without(/kernel/),
      verdict: ['inconclusive', 'likely'],
      oomKills: 0,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'a kill whose kernel line was lost is one all the same, where the counter says so',
      scene: () =>
        new Scene({ gunicorn: '23.0.0' })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 40)
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .fails(20.1, CLOSED)
          .reaps(30.1, 200, 202, 9)
          .boots(30.2, 208)
          .fails(30.1, CLOSED)
          .counter(2),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 2,
      never: ['worker-killed-externally'],
    },
    {
      name: 'a counter that began long before the window proves no kill in it',
      scene: () =>
        new Scene({ gunicorn: '23.0.0' })
          .serves(2, 30)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .fails(20.1, CLOSED)
          .activeSince(-864_000)
          .counter(3)
          .without(/kernel/),
      verdict: ['inconclusive', 'likely'],
      oomKills: 0,
      never: allBut('worker-oom-kill'),
    },
    {
      name: "a quiet window with both of NGINX's logs is no incident",
      scene: () => new Scene().starts(1, 200, 201, 202, 203).serves(2, 30),
      verdict: 'no-incident',
      never: allBut(),
    },
    {
      name: 'a readable kernel log with a stale kill long before the window',
      scene: () => new Scene().oomKills(-1800, 150).starts(1, 200, 201, 202, 203).serves(2, 30),
      verdict: 'no-incident',
      oomKills: 0,
      never: allBut(),
    },
  ]);
});
