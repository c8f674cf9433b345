import { expect, it } from 'vitest';
import { HostDraft } from '../../src/collectors/host-draft.ts';
import { nginxAccessLog } from '../../src/collectors/nginx-access-log.ts';

const MINUTE = 1_795_341_600;

/** What the collector makes of rows of a server whose clock is `offsetMs` ahead. */
function totalsOf(rows: readonly string[], offsetMs = 0) {
  const draft = new HostDraft({
    server: 'web-1',
    unitName: 'checkout.service',
    runsApp: true,
    runsNginx: true,
    recorded: false,
    window: { fromMs: 0, toMs: 1 },
  });
  draft.clock = { errorMs: 0, offsetMs, assumed: false };
  const recording = {
    name: 'nginx-access.log',
    bytes: Buffer.from(rows.map(row => `${row}\n`).join('')),
    exitCode: 0,
    complaint: '',
    cut: false,
  };
  const reading = nginxAccessLog.read([recording], draft);
  while (!reading.next().done);
  return draft.accessLogs.flatMap(log => log.totals ?? []);
}

it('reads a number for each minute, and nothing for none', () => {
  expect(totalsOf([`#staunch total ${MINUTE} 200 3,,14`, `#staunch total ${MINUTE + 60} 502 1`])).toEqual([
    { minuteAtMs: MINUTE * 1000, status: 200, count: 3 },
    { minuteAtMs: MINUTE * 1000 + 120_000, status: 200, count: 14 },
    { minuteAtMs: MINUTE * 1000 + 60_000, status: 502, count: 1 },
  ]);
});

it('moves the minutes to our clock', () => {
  expect(totalsOf([`#staunch total ${MINUTE} 502 1`], 90_000)).toEqual([
    { minuteAtMs: MINUTE * 1000 - 90_000, status: 502, count: 1 },
  ]);
});

it.each([
  '#staunch total x 200 3',
  `#staunch total ${MINUTE} 20 3`,
  `#staunch total ${MINUTE} 200 3;4`,
  '#staunch total',
])('takes nothing from "%s"', row => {
  expect(totalsOf([row])).toEqual([]);
});
