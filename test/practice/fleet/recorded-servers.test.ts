import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecordedServer } from '../../../practice/fleet/fleet.ts';
import { type Pace, RecordedServers } from '../../../practice/fleet/recorded-servers.ts';
import type { Answer, Question, ReadVerb } from '../../../src/collectors/question.ts';
import { readUnitList } from '../../../src/inventory/unit-list.ts';
import { readAccessCheck } from '../../../src/signals/access-check.ts';
import { readHostClock } from '../../../src/signals/host-clock.ts';
import type { Progress } from '../../../src/workflows/investigation.ts';
import { aServer, aService, askedDocument, RECORDED, RECORDINGS } from './diagnosed.ts';

const OPENED = Date.parse('2027-03-01T00:01:00Z');
const NOW = OPENED + 90_000;
const OOM = 'oom-continue-bookworm-vm';
const never = new AbortController().signal;

/** What a diagnosis of each recording must say, as the tests of the core have it. */
const WANTED = JSON.parse(
  readFileSync(new URL('../../acceptance/recorded-incidents.json', import.meta.url), 'utf8'),
) as Record<
  string,
  { leading: string[]; verdict: string[]; oomKillsOfTheUnit: number; http502: number; http504: number }
>;

const quick: Pace = { clock: { nowMs: () => NOW }, sleep: async () => {} };
const recorded = (name: string, more: Partial<RecordedServer> = {}): RecordedServer => ({
  recording: join(RECORDINGS, name),
  ...more,
});
const fleetOf = (servers: Record<string, RecordedServer>, pace = quick) =>
  new RecordedServers({ servers: new Map(Object.entries(servers)), openedAtMs: OPENED }, pace);

const question = (verb: ReadVerb, ...args: string[]): Question => ({
  verb,
  args,
  limits: { timeoutMs: 1_000, maxBytes: 4_000_000 },
});

async function ask(server: RecordedServer, ...about: Parameters<typeof question>) {
  const [answer] = await fleetOf({ a: server }).ask(aServer('a'), [question(...about)], never);
  if (!answer?.ok) throw new Error(answer?.detail);
  return { ...answer, text: Buffer.from(answer.bytes).toString('utf8') };
}

const seconds = (instant: string) => String(Date.parse(instant) / 1000);
const EVER = [seconds('2027-02-28T00:00:00Z'), seconds('2027-03-02T00:00:00Z')] as const;

describe('servers that answer from recordings', () => {
  it.each(RECORDED)('lead the core to what happened in %s, two minutes before midnight', async name => {
    const want = WANTED[name]!;
    const got = await askedDocument(fleetOf({ a: recorded(name) }), aService(['a']), NOW);
    expect(want.verdict).toContain(got.verdict);
    if (want.leading.length > 0) expect(want.leading).toContain(got.causes[0]?.id);
    expect(got.counts).toMatchObject({
      http502: want.http502,
      http504: want.http504,
      oomKillsOfTheUnit: want.oomKillsOfTheUnit,
    });
    for (const death of got.deaths) {
      expect(Date.parse(death.at)).toBeLessThanOrEqual(OPENED - 120_000);
      expect(Date.parse(death.at)).toBeGreaterThan(OPENED - 400_000);
    }
  });

  it('end the recording when they were told to', async () => {
    const { text } = await ask(
      recorded(OOM, { endedBeforeMs: 600_000 }),
      'access-log',
      '/var/log/nginx/access.log',
      ...EVER,
      'after-request',
    );
    const newest = /^#staunch covers \d+ (\d+)$/m.exec(text)?.[1];
    expect(Math.abs(Number(newest) * 1000 - (OPENED - 600_000))).toBeLessThan(3_000);
  });

  it('say what time it is, in which zone, and when they booted', async () => {
    const { text } = await ask(recorded(OOM), 'clock');
    expect(readHostClock(text, { sentAtMs: NOW, receivedAtMs: NOW })).toMatchObject({
      offsetMs: 0,
      utcOffsetMinutes: 0,
    });
    // Gunicorn was started 172 s after the boot of that host.
    expect(text).toMatch(/^boot_epoch=\d{10}$/m);
    const boot = Number(/boot_epoch=(\d+)/.exec(text)?.[1]);
    const { text: shown } = await ask(recorded(OOM), 'unit-state', 'gunicorn.service');
    const started = /^ExecMainStartTimestamp=\w{3} (\S+ \S+) UTC$/m.exec(shown)?.[1] ?? '';
    expect(Date.parse(`${started.replace(' ', 'T')}Z`) / 1000 - boot).toBeCloseTo(172, -1);
  });

  it('cut the window out of a log', async () => {
    const path = '/var/log/nginx/error.log';
    const all = await ask(recorded(OOM), 'error-log', path, ...EVER);
    const rows = all.text.split('\n').filter(row => /^\d/.test(row));
    expect(rows).toHaveLength(9);
    const at = (row = '') =>
      `${Date.parse(`${row.slice(0, 19).replace(/\//g, '-').replace(' ', 'T')}Z`) / 1000}`;
    const part = await ask(recorded(OOM), 'error-log', path, at(rows[2]), at(rows[5]));
    expect(part.text.split('\n').filter(row => /^\d/.test(row))).toEqual(rows.slice(2, 6));
    expect(part.text).toContain(`#staunch covers ${at(rows[0])} ${at(rows[8])}`);
    expect(part.text).toContain('#staunch lines 4');
  });

  it('send failed requests and count the others', async () => {
    const { text } = await ask(
      recorded(OOM),
      'access-log',
      '/var/log/nginx/app_access.log',
      ...EVER,
      'after-request',
    );
    const rows = text.split('\n').filter(row => row !== '' && !row.startsWith('#'));
    expect(rows.map(row => / (\d{3}) \d+ "-"/.exec(row)?.[1])).toEqual(Array(9).fill('502'));
    const totals = [...text.matchAll(/^#staunch total \d+ (\d{3}) (\d+)$/gm)];
    const count = (status: string) =>
      totals.filter(t => t[1] === status).reduce((sum, t) => sum + Number(t[2]), 0);
    expect([count('200'), count('502')]).toEqual([692, 9]);
  });

  it.each([
    ['journal-gunicorn.json', 'unit-journal', ['gunicorn.service', ...EVER]],
    ['journal-kernel.json', 'kernel-log', EVER],
    ['nginx-error.log', 'error-log', ['/var/log/nginx/error.log', ...EVER]],
    ['nginx-access.log', 'access-log', ['/var/log/nginx/access.log', ...EVER, 'after-request']],
    ['systemctl-show-gunicorn.txt', 'unit-state', ['gunicorn.service']],
    ['systemctl-cat-gunicorn.txt', 'unit-files', ['gunicorn.service']],
    ['cgroup.txt', 'cgroup-memory', ['/system.slice/gunicorn.service']],
    ['proc.txt', 'worker-table', ['/system.slice/gunicorn.service']],
    ['ss-unix.txt', 'accept-queue', []],
    ['meminfo.txt', 'host-memory', []],
    ['versions.txt', 'versions', []],
    ['nginx-T.txt', 'nginx-config', []],
  ] as const)('answer from %s, refuse it and lack it', async (file, verb, args) => {
    const there = await ask(recorded(OOM), verb, ...args);
    expect([there.exitCode, there.complaint]).toEqual([0, '']);
    expect(there.bytes.length).toBeGreaterThan(100);
    const denied = await ask(recorded(OOM, { denied: [file] }), verb, ...args);
    expect([denied.exitCode, denied.text]).toEqual([77, '']);
    expect(denied.complaint).toContain('staunch');
    const absent = await ask(recorded(OOM, { missing: [file] }), verb, ...args);
    expect([absent.exitCode, absent.text]).toEqual([69, '']);
    expect(absent.complaint).not.toBe('');
  });

  it('send the last kernel line before the window as proof that the log reaches that far', async () => {
    const all = await ask(recorded(OOM), 'kernel-log', ...EVER);
    const at = (row = '') => Number(/"__REALTIME_TIMESTAMP":"(\d{10})/.exec(row)?.[1]);
    const stamps = all.text
      .split('\n')
      .filter(row => row.startsWith('{'))
      .map(at);
    expect(stamps).toEqual([...stamps].sort((a, b) => b - a));
    const middle = stamps[Math.floor(stamps.length / 2)]!;
    const late = await ask(recorded(OOM), 'kernel-log', String(middle), EVER[1]);
    const rows = late.text
      .split('\n')
      .filter(row => row.startsWith('{'))
      .map(at);
    expect(rows.filter(second => second < middle)).toHaveLength(1);
    expect(rows.at(-1)).toBeLessThan(middle);
  });

  it('name the units they run when asked for another', async () => {
    const other = await ask(recorded(OOM), 'unit-state', 'checkout.service');
    expect([other.exitCode, other.complaint]).toEqual([
      69,
      'There is no unit checkout.service on this host.',
    ]);
    const { text } = await ask(recorded(OOM), 'unit-list');
    expect(readUnitList(text).map(unit => unit.unit)).toEqual(['gunicorn.service']);
  });

  it('say what may be read', async () => {
    const { text } = await ask(
      recorded(OOM, { denied: ['journal-kernel.json'] }),
      'access',
      'gunicorn.service',
    );
    const checks = readAccessCheck(text);
    const state = (name: string) => checks.find(check => check.name === name)?.state;
    expect(['user', 'journal', 'kernel-log', 'nginx-error-log', 'gunicorn-environment'].map(state)).toEqual([
      'ok',
      'ok',
      'denied',
      'ok',
      'absent',
    ]);
  });

  it('turn an unreachable server into a gap and tell of the other', async () => {
    const fleet = fleetOf({ a: recorded(OOM), b: recorded(OOM, { unreachable: 'no answer within 8 s' }) });
    const told: Progress[] = [];
    const got = await askedDocument(fleet, aService(['a', 'b']), NOW, told);
    expect([got.verdict, got.causes[0]?.id]).toEqual(['confirmed', 'worker-oom-kill']);
    expect(got.gaps.find(gap => gap.server === 'b')).toMatchObject({
      source: 'connection',
      kind: 'unreachable',
    });
    expect(told.filter(step => step.state === 'failed').map(step => step.server)).toEqual(['b']);
  });

  it.each([
    ['is not in the fleet', {}, /not in the demo fleet.*Its servers/],
    ['has a folder that is gone', { a: { recording: '/nonexistent' } }, /recording of a cannot be read/],
  ])('answer for a server that %s', async (_, servers, words) => {
    const [answer] = await fleetOf(servers).ask(aServer('a'), [question('clock')], never);
    expect(answer).toMatchObject({ ok: false, reason: 'unreachable', detail: expect.stringMatching(words) });
  });

  it('cut an answer that is longer than was asked for', async () => {
    const short = { ...question('nginx-config'), limits: { timeoutMs: 1_000, maxBytes: 100 } };
    const [answer] = await fleetOf({ a: recorded(OOM) }).ask(aServer('a'), [short], never);
    expect(answer).toMatchObject({ ok: true, cutAtBytes: 100 });
    expect(answer?.ok && answer.bytes).toHaveLength(100);
  });
});

describe('the pace of recorded servers', () => {
  const asked = ['clock', 'unit-state', 'cgroup-memory', 'versions', 'clock'] as const;

  async function session(): Promise<{ slept: number[]; answers: readonly Answer[] }> {
    const slept: number[] = [];
    let now = NOW;
    const pace: Pace = {
      clock: { nowMs: () => now },
      sleep: async ms => {
        slept.push(ms);
        now += ms;
      },
    };
    const fleet = fleetOf({ a: recorded(OOM) }, pace);
    const answers = await fleet.ask(
      aServer('a'),
      asked.map(verb => question(verb, 'gunicorn.service')),
      never,
    );
    return { slept, answers };
  }

  it('is that of a network, the same each time, and no clock seems wrong by it', async () => {
    const { slept, answers } = await session();
    expect((await session()).slept).toEqual(slept);
    const took = answers.map(answer => (answer.ok ? answer.tookMs : 0));
    for (const ms of took.slice(0, 4)) expect(ms).toSatisfy((n: number) => n >= 120 && n <= 600);
    expect(new Set(took).size).toBeGreaterThan(3);
    const received = NOW + took.reduce((sum, ms) => sum + ms, 0);
    const last = answers.at(-1);
    const clock = readHostClock(last?.ok ? Buffer.from(last.bytes).toString() : '', {
      sentAtMs: received - took.at(-1)!,
      receivedAtMs: received,
    });
    expect(Math.abs(clock?.offsetMs ?? 99)).toBeLessThanOrEqual(1);
  });

  it('ends when the diagnosis is cancelled', async () => {
    const cancel = new AbortController();
    let naps = 0;
    const pace: Pace = {
      clock: { nowMs: () => NOW },
      sleep: async () => {
        if (++naps === 3) cancel.abort();
      },
    };
    const fleet = fleetOf({ a: recorded(OOM) }, pace);
    const answers = await fleet.ask(
      aServer('a'),
      asked.map(verb => question(verb)),
      cancel.signal,
    );
    expect(answers.map(answer => (answer.ok ? 'ok' : answer.reason))).toEqual([
      'ok',
      'cancelled',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
    await fleet.close();
  });
});
