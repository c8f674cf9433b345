import { describe } from 'vitest';
import { nobodyListens, running, stopped } from './happenings.ts';
import { CLOSED, RESET } from './nginx-lines.ts';
import { Scene } from './scene.ts';
import { allBut, table } from './table.ts';

describe('a unit that somebody stopped or restarted', () => {
  table([
    {
      name: 'was restarted: PID 1 says that one job did both',
      scene: () =>
        nobodyListens(
          stopped(running(), 20, 'restart')
            .fails(20.1, CLOSED)
            .starts(33, 300, 301, 302, 303)
            .activeSince(33),
          21,
          32,
        ).serves(34, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'deploy-restart',
      oomKills: 0,
      explained502: 13,
      never: allBut('deploy-restart'),
    },
    {
      name: 'was restarted on 23, which calls the end of each worker "sent SIGTERM"',
      scene: () => {
        const scene = stopped(running({ gunicorn: '23.0.0' }), 20).fails(20.4, RESET);
        for (const pid of [201, 202, 203])
          scene.says(20.5, 200, 'ERROR', `Worker (pid:${pid}) was sent SIGTERM!`);
        return nobodyListens(scene.starts(23, 300, 301, 302, 303).activeSince(23), 21, 22).serves(24, 5);
      },
      verdict: ['confirmed', 'likely'],
      leading: 'deploy-restart',
      explained502: 3,
      never: allBut('deploy-restart'),
    },
    {
      name: 'was stopped, and started by another order much later',
      scene: () =>
        nobodyListens(
          stopped(running(), 20, 'stop').starts(90, 300, 301, 302, 303).activeSince(90),
          21,
          60,
        ).serves(91, 5),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 40,
      never: allBut('service-stopped'),
    },
    {
      name: 'was stopped and stays down',
      scene: () => nobodyListens(stopped(running(), 20, 'stop').down('success', 'dead'), 22, 60),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 39,
      never: allBut('service-stopped'),
    },
    {
      name: 'was down the whole window, which only its state tells',
      scene: () => nobodyListens(new Scene().down('success', 'dead').without(/journal-gunicorn/), 2, 30),
      verdict: ['confirmed', 'likely'],
      leading: 'service-stopped',
      explained502: 29,
      never: allBut('service-stopped'),
    },
    {
      name: 'was only reloaded: 20.1 says "signal 15" of every old worker and nothing fails',
      scene: () =>
        running()
          .systemd(20, 'Reloading %s - The app...')
          .says(20.1, 200, 'INFO', 'Handling signal: hup')
          .says(20.11, 200, 'INFO', 'Hang up: Master')
          .boots(20.3, 301, 302, 303)
          .leaves(20.5, 201, 202)
          .reaps(20.6, 200, 201, 15)
          .reaps(20.6, 200, 202, 15)
          .reaps(20.9, 200, 203, 15)
          .systemd(20.2, 'Reloaded %s - The app.')
          .serves(21, 20),
      verdict: 'no-incident',
      oomKills: 0,
      never: allBut(),
      observed: 'graceful-reload',
    },
    {
      name: 'was only reloaded on 23',
      scene: () => {
        const scene = running({ gunicorn: '23.0.0' })
          .says(20.1, 200, 'INFO', 'Handling signal: hup')
          .says(20.11, 200, 'INFO', 'Hang up: Master')
          .boots(20.3, 301, 302, 303)
          .leaves(20.5, 201, 202, 203);
        for (const pid of [201, 202, 203])
          scene.says(20.6, 200, 'ERROR', `Worker (pid:${pid}) was sent SIGTERM!`);
        return scene.serves(21, 20);
      },
      verdict: 'no-incident',
      never: allBut(),
      observed: 'graceful-reload',
    },
    {
      name: 'was upgraded by USR2 and lost nothing',
      scene: () =>
        running({ gunicorn: '23.0.0' })
          .says(20, 200, 'INFO', 'Handling signal: usr2')
          .says(20.5, 300, 'INFO', 'Starting gunicorn 23.0.0')
          .says(20.5, 300, 'INFO', 'Listening at: unix:/run/gunicorn/app.sock (300)')
          .says(20.5, 300, 'INFO', 'Using worker: sync')
          .boots(20.6, 301, 302, 303)
          .says(25, 200, 'INFO', 'Handling signal: term')
          .leaves(25.1, 201, 202, 203)
          .says(25.5, 200, 'INFO', 'Shutting down: Master')
          .serves(19, 30),
      verdict: 'no-incident',
      never: allBut(),
    },
  ]);
});
