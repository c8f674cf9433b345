import { expect, it } from 'vitest';
import { readAcceptQueues } from '../../src/signals/accept-queue.ts';
import { fixture } from './host-state-fixture.ts';

it.each([
  [
    'u_str LISTEN 129    2048                       /run/gunicorn/app.sock 974920            * 0    users:(("gunicorn",pid=223,fd=5))',
    'unix:/run/gunicorn/app.sock',
    129,
    2048,
  ],
  ['LISTEN 0      2048   /run/my app.sock 974920            * 0    ', 'unix:/run/my app.sock', 0, 2048],
  ['u_str LISTEN 0 128 @/tmp/.X11-unix/X0 2211 * 0', 'unix:@/tmp/.X11-unix/X0', 0, 128],
  ['u_str  LISTEN 0      0      /run/gunicorn/app.sock 1486 * 0', 'unix:/run/gunicorn/app.sock', 0, 0],
  [
    'LISTEN 3      64          127.0.0.1:8000      0.0.0.0:*    users:(("gunicorn",pid=3,fd=5))',
    '127.0.0.1:8000',
    3,
    64,
  ],
  ['LISTEN 0      2048             [::1]:8000         [::]:*', '[::1]:8000', 0, 2048],
  ['LISTEN 0      511                  *:http            *:*', '*:80', 0, 511],
  ['tcp    LISTEN 0      2048          *:8000            *:*', '*:8000', 0, 2048],
  ['tcp    LISTEN 0      4096   127.0.0.53%lo:domain     0.0.0.0:*', '127.0.0.53%lo:domain', 0, 4096],
])('%s', (row, listener, waiting, limit) => {
  expect(readAcceptQueues(`${row}\n`, 's')).toEqual([
    { listener, waiting, limit, line: { server: 's', source: 'accept-queue', text: row } },
  ]);
});

it('reads a capture with header and trailing blanks', () => {
  expect(readAcceptQueues(fixture('ss-unix-ns.txt'), 's')).toMatchObject([
    { listener: 'unix:/run/gunicorn/app.sock', waiting: 0, limit: 2 },
  ]);
});

it.each([
  'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
  'u_dgr UNCONN 0      0   /run/systemd/notify 12 * 0',
  'u_str ESTAB  0      0   /run/gunicorn/app.sock 12 * 13',
  'u_str LISTEN 0      0   * 12 * 0',
  'LISTEN',
  'LISTEN 1 2',
  '',
])('no listener: %s', row => expect(readAcceptQueues(`${row}\n`, 's')).toEqual([]));
