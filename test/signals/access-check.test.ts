import { expect, it } from 'vitest';
import { readAccessCheck } from '../../src/signals/access-check.ts';

it('tells denied from absent and keeps the detail', () => {
  const text =
    'check\tkernel-log\tdenied\tnot in group adm\ncheck\terror-log\tok\t/var/log/nginx/error.log\ncheck\terror-log\tabsent\t/srv/x.log\ncheck\tclock\tok\n';
  expect(readAccessCheck(text)).toEqual([
    { name: 'kernel-log', state: 'denied', detail: 'not in group adm' },
    { name: 'error-log', state: 'ok', detail: '/var/log/nginx/error.log' },
    { name: 'error-log', state: 'absent', detail: '/srv/x.log' },
    { name: 'clock', state: 'ok' },
  ]);
});

it.each(['', 'check\tx\tmaybe\ty\n', 'check\t\tok\n', 'Check\tx\tok\n'])('no check in %j', text => {
  expect(readAccessCheck(text)).toEqual([]);
});
