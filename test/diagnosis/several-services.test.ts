import { describe } from 'vitest';
import { CLOSED, MISSING } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { table } from './table.ts';

describe('several services on one server', () => {
  table([
    {
      name: 'are told apart by cgroup and unit',
      scene: () =>
        new Scene({ unit: 'checkout.service' })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 30)
          .oomKills(20, 801, { cgroup: '/system.slice/search.service' })
          .systemd(
            20.05,
            '%s: A process of this unit has been killed by the OOM killer.',
            undefined,
            'search.service',
          )
          .oomKills(25, 201)
          .reaps(25.1, 200, 201, 9)
          .boots(25.2, 207)
          .fails(25.1, CLOSED)
          .counter(1),
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 1,
      explained502: 1,
      observed: 'dependency-oom-kill',
    },
    {
      name: 'do not lend each other their outages',
      scene: () =>
        new Scene({ unit: 'checkout.service' })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 30)
          .systemd(20, 'Stopping %s - Search...', 'stop', 'search.service')
          .systemd(21, "%s: Failed with result 'oom-kill'.", undefined, 'search.service')
          .fails(20.5, MISSING, { peer: 'unix:/run/search.sock' })
          .fails(21.5, MISSING, { peer: 'unix:/run/search.sock' }),
      verdict: ['likely', 'inconclusive', 'no-incident', 'confirmed'],
      never: ['worker-oom-kill', 'service-stopped', 'deploy-restart'],
      oomKills: 0,
    },
    {
      name: 'share a name ending, which is not the same unit',
      scene: () =>
        new Scene({ unit: 'app.service' })
          .starts(1, 200, 201, 202, 203)
          .serves(2, 30)
          .oomKills(20, 801, { cgroup: '/system.slice/big-app.service' })
          .fails(20.5, CLOSED),
      verdict: ['inconclusive', 'likely'],
      oomKills: 0,
      explained502: 0,
      never: ['worker-oom-kill'],
    },
  ]);
});
