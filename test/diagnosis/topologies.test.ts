import { describe } from 'vitest';
import { CLOSED, NO_LIVE, nginxConfig, REFUSED_TCP, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { allBut, table } from './table.ts';

const ONE = '10.0.0.1:8000';
const TWO = '10.0.0.2:8000';
const UPSTREAMS = { [ONE]: 'app-1', [TWO]: 'app-2' };
const front = () =>
  new Scene({ name: 'web' })
    .file('nginx-T.txt', nginxConfig(`upstream app { server ${ONE}; server ${TWO}; }`))
    .without(/systemctl|journal|cgroup|ss-unix/);
const app = (name: string, bind: string, about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene({ name, bind, ...about }).withoutNginx().starts(1, 200, 201, 202, 203);

describe('NGINX in front of two app servers', () => {
  table([
    {
      name: 'loses requests only to the server whose worker was killed',
      scene: () => [
        front()
          .serves(2, 20, { peer: ONE })
          .serves(2.5, 20, { peer: TWO })
          .fails(20.1, CLOSED, { peer: ONE, path: '/a' })
          .fails(25.1, RESET, { peer: ONE, path: '/b' }),
        app('app-1', ONE)
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .oomKills(25, 202)
          .reaps(25.1, 200, 202, 9)
          .boots(25.2, 208)
          .counter(2),
        app('app-2', TWO),
      ],
      upstreams: UPSTREAMS,
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      oomKills: 2,
      explained502: 2,
      never: allBut('worker-oom-kill'),
    },
    {
      name: 'does not blame a kill on the other server for a request that this one lost',
      scene: () => [
        front().serves(2, 20, { peer: ONE }).fails(20.1, CLOSED, { peer: TWO, path: '/a' }),
        app('app-1', ONE).oomKills(20, 201).reaps(20.1, 200, 201, 9).boots(20.2, 207).counter(1),
        app('app-2', TWO),
      ],
      upstreams: UPSTREAMS,
      verdict: ['likely', 'inconclusive', 'confirmed'],
      explained502: 0,
      also: d => {
        if (d.findings.some(f => f.id === 'worker-oom-kill' && f.attributed > 0))
          throw new Error('the kill explains nothing there');
        if (d.verdict === 'confirmed') throw new Error('the failure is not explained');
      },
    },
    {
      name: 'hides a server that is down behind retries: nobody saw an error, and that is said',
      scene: () => {
        const web = front().serves(2, 15, { peer: ONE });
        for (let i = 0; i < 8; i++)
          web
            .errs(20 + i, REFUSED_TCP, { peer: TWO, path: `/x${i}` })
            .answers(20 + i, 200, { path: `/x${i}`, peer: `${TWO}, ${ONE}`, upstreamStatus: '502, 200' });
        return [
          web,
          app('app-1', ONE),
          app('app-2', TWO)
            .systemd(19, 'Stopping %s - The app...', 'stop')
            .says(19.1, 200, 'INFO', 'Handling signal: term')
            .leaves(19.2, 201, 202, 203)
            .says(19.9, 200, 'INFO', 'Shutting down: Master')
            .systemd(20, 'Stopped %s - The app.', 'stop')
            .down('success', 'dead'),
        ];
      },
      upstreams: UPSTREAMS,
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 0,
      never: allBut('service-stopped'),
      also: d => {
        if (d.findings[0]?.attributed !== 8) throw new Error('the masked failures follow from it');
      },
    },
    {
      name: 'had no live upstreams only because both were restarted',
      scene: () => {
        const web = front().serves(2, 15, { peer: ONE });
        web
          .errs(20, REFUSED_TCP, { peer: ONE, path: '/x' }, 7)
          .errs(20, REFUSED_TCP, { peer: TWO, path: '/x' }, 7)
          .answers(20, 502, { path: '/x', peer: `${ONE}, ${TWO}`, upstreamStatus: '502, 502' });
        for (let i = 0; i < 5; i++)
          web
            .errs(24 + i, NO_LIVE, { peer: 'app', path: `/y${i}` })
            .answers(24 + i, 502, { path: `/y${i}`, peer: 'app' });
        const restarted = (s: Scene) =>
          s
            .systemd(19, 'Stopping %s - The app...', 'restart')
            .says(19.1, 200, 'INFO', 'Handling signal: term')
            .leaves(19.2, 201, 202, 203)
            .says(19.9, 200, 'INFO', 'Shutting down: Master')
            .systemd(20, 'Stopped %s - The app.', 'restart')
            .starts(22, 300, 301, 302, 303)
            .activeSince(22);
        return [web, restarted(app('app-1', ONE)), restarted(app('app-2', TWO))];
      },
      upstreams: UPSTREAMS,
      verdict: ['confirmed', 'likely'],
      leading: 'deploy-restart',
      explained502: 6,
      never: allBut('deploy-restart'),
    },
    {
      name: "knows the kill although the app server's clock zone differs from its own",
      scene: () => [
        front().serves(2, 20, { peer: ONE }).fails(20.1, CLOSED, { peer: ONE, path: '/a' }),
        app('app-1', ONE, { zone: 'Europe/Berlin' })
          .oomKills(20, 201)
          .reaps(20.1, 200, 201, 9)
          .boots(20.2, 207)
          .counter(1),
      ],
      upstreams: { [ONE]: 'app-1' },
      verdict: 'confirmed',
      leading: 'worker-oom-kill',
      explained502: 1,
    },
    {
      name: 'cannot name a cause when no app server told anything',
      scene: () => [
        front()
          .serves(2, 20, { peer: ONE })
          .fails(20.1, CLOSED, { peer: ONE, path: '/a' })
          .fails(21.1, CLOSED, { peer: ONE, path: '/b' }),
        app('app-1', ONE).without(/journal|kernel|cgroup|systemctl/),
      ],
      upstreams: { [ONE]: 'app-1' },
      unit: 'gunicorn.service',
      verdict: 'inconclusive',
      never: allBut(),
    },
  ]);
});
