import { describe, expect, it } from 'vitest';
import { guessLogFormat } from '../../src/signals/access-format-guess.ts';
import { readGunicornLogLine, readGunicornMessage } from '../../src/signals/gunicorn-log.ts';
import { readJournalRecord, readTextRecord } from '../../src/signals/journal-record.ts';
import { createKernelLogReader } from '../../src/signals/kernel-log.ts';
import { sliceLines } from '../../src/signals/lines.ts';
import { compileLogFormat } from '../../src/signals/nginx-access-log.ts';
import { readNginxErrorLine } from '../../src/signals/nginx-error-log.ts';
import { COMBINED_FORMAT, statusPlace } from '../../src/signals/nginx-log-format.ts';
import { createUnitJournalReader } from '../../src/signals/unit-journal.ts';
import { readUserspaceOomMessage } from '../../src/signals/userspace-oom.ts';
import { fixtureLines, inUtc, serverIn } from './server.ts';

const FIXTURES = [
  'nginx-error-matrix.log',
  'nginx-access-upstream.log',
  'nginx-app-access.log',
  'nginx-app-access.json',
  'gunicorn-20.1.0.log',
  'gunicorn-26.1.0.log',
  'journal-boot-fail.txt',
  'journal-kernel-memcg.json',
  'journal-oom-stop-systemd.json',
  'dmesg-6.18-memcg-oom.txt',
];
const PIECES = [
  '\u0000',
  '\u001b[31m',
  '\ufffd',
  '\ud800',
  '"',
  '\\',
  '\\x22',
  ', client: ',
  '", upstream: "',
  'unix:',
  '://',
  ' : ',
  ', ',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '[[[[[[[[',
  '{"MESSAGE":',
  'null',
  '999999999999999999999',
  '-1',
  '%s',
  'Killed process ',
  ',pid=1,uid=2',
  'task_memcg=',
  'WORKER TIMEOUT (pid:',
  'SystemExit: 1',
  ', in handle_abort',
  ' total-vm:',
  'anon-rss:',
  'kB',
  '2026/02/31 25:61:61 [',
  'rt=',
  'us="',
  'Suppressed 1 messages from ',
  '\r',
  '\t',
  'ä',
  '🦊',
];

/** xorshift32: the same lines on every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(line: string, pick: (below: number) => number, others: readonly string[]): string {
  let text = line;
  for (let changes = 1 + pick(4); changes > 0; changes--) {
    const at = pick(text.length + 1);
    const end = Math.min(text.length, at + pick(24));
    switch (pick(6)) {
      case 0:
        text = text.slice(0, at);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 2:
        text = text.slice(0, at) + PIECES[pick(PIECES.length)] + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + String.fromCharCode(pick(0x2ff)) + text.slice(at + 1);
        break;
      case 4:
        text = text.slice(0, end) + text.slice(at);
        break;
      default:
        text = text.slice(0, at) + others[pick(others.length)]!.slice(pick(80));
    }
  }
  return text;
}

/** Every reader there is, each taking one line and giving whatever it makes of it. */
function allReaders(): ReadonlyMap<string, (line: string) => unknown> {
  const context = serverIn('Europe/Berlin');
  const at = { epochMs: 0, toleranceMs: 0 };
  const sourceLine = (text: string) => ({ server: 'web-1', source: 'unit-journal', text, at }) as const;
  const combined = compileLogFormat(COMBINED_FORMAT);
  const spaced = compileLogFormat(
    '$msec $status $upstream_addr $upstream_status $request $http_x_forwarded_for $tail',
  );
  const json = compileLogFormat('{"t":"$msec","r":"$request","s":"$status"}', 'json');
  const kernel = createKernelLogReader(context, { referenceMs: 0, bootEpochMs: 0 });
  const unit = createUnitJournalReader(context, 'gunicorn.service');
  const record = { realtimeUs: 1, unit: 'gunicorn.service', identifier: 'gunicorn', pid: 5 };
  return new Map<string, (line: string) => unknown>([
    ['nginx error log', line => readNginxErrorLine(line, context)],
    ['combined access log', line => combined.read(line, context)],
    ['spaced access log', line => spaced.read(line, context)],
    ['JSON access log', line => json.read(line, context)],
    ['gunicorn log', line => readGunicornLogLine(line, context)],
    ['gunicorn message', line => readGunicornMessage(line, { at }, sourceLine(line))],
    ['journal record', line => readJournalRecord(line)],
    ['text record', line => readTextRecord(line, context, 0)],
    [
      'userspace OOM',
      line =>
        ['systemd-oomd', 'earlyoom', 'nohang'].map(id =>
          readUserspaceOomMessage(id, line, at, sourceLine(line)),
        ),
    ],
    ['kernel log', line => kernel.readLine(line)],
    [
      'kernel message',
      line => createKernelLogReader(context, { referenceMs: 0 }).readMessage(line, at, sourceLine(line)),
    ],
    ['unit journal', line => unit.read({ ...record, message: line })],
    ['PID 1', line => unit.read({ ...record, pid: 1, comm: 'systemd', message: line })],
    ['journald', line => unit.read({ ...record, identifier: 'systemd-journald', message: line })],
    ['coredump', line => unit.read({ ...record, identifier: 'systemd-coredump', message: line })],
    ['status place', line => statusPlace(line, 'json')],
    ['log format', line => compileLogFormat(line).read(line, context)],
  ]);
}

const originals = FIXTURES.flatMap(name => fixtureLines(name));

describe('every log reader', () => {
  it('takes 100,000 damaged lines without an exception', () => {
    const pick = seeded(0x5eed);
    const readers = [...allReaders()];
    for (let count = 0; count < 100_000; count++) {
      const line = mutated(originals[pick(originals.length)]!, pick, originals);
      for (const [, read] of readers) read(line);
    }
  }, 120_000);

  it('guesses a format of damaged samples, or gives up', () => {
    const pick = seeded(0xacce55);
    for (let round = 0; round < 200; round++) {
      const lines = Array.from({ length: 10 }, () =>
        mutated(originals[pick(originals.length)]!, pick, originals),
      );
      const reader = guessLogFormat(lines);
      for (const line of lines) reader?.read(line, inUtc);
    }
  });

  it('joins what is left of damaged kernel reports', () => {
    const pick = seeded(0x00c);
    const report = fixtureLines('dmesg-6.18-memcg-oom.txt');
    for (let round = 0; round < 300; round++) {
      const reader = createKernelLogReader(inUtc, { referenceMs: 0, bootEpochMs: 0 });
      for (const line of report) reader.readLine(pick(3) === 0 ? mutated(line, pick, report) : line);
      const pids = reader.finish().map(signal => ('pid' in signal ? signal.pid : 0));
      expect(pids.every(pid => Number.isSafeInteger(pid))).toBe(true);
    }
  });

  it('reads bytes that are no text, in one line of 10 MB', () => {
    const pick = seeded(7);
    const bytes = Uint8Array.from({ length: 10_000_000 }, () => pick(256) || 1).map(byte =>
      byte === 10 ? 11 : byte,
    );
    const lines = [...sliceLines(bytes)].flat();
    expect(lines).toHaveLength(1);
    for (const [, read] of allReaders()) read(lines[0]!);
  });
});

/** Text that makes a backtracking pattern work hard, by what is repeated. */
const HOSTILE: readonly (readonly [what: string, line: (size: number) => string])[] = [
  ['brackets', size => '['.repeat(size)],
  ['nested JSON', size => `{"MESSAGE":${'['.repeat(size)}`],
  ['open parentheses', size => `2026/11/22 10:15:53 [error] 1#1: *1 ${'('.repeat(size)}`],
  [
    'forged upstreams',
    size =>
      `2026/11/22 10:15:53 [error] 1#1: *1 upstream timed out, client: a, server: b, request: "${'", upstream: "'.repeat(size / 14)}`,
  ],
  [
    'slashes',
    size =>
      `2026/11/22 10:15:53 [error] 1#1: *1 upstream timed out, client: a, server: b, request: "GET ${'/'.repeat(size)} HTTP/1.1", upstream: "http://unix:${'/'.repeat(size)}", host: "x"`,
  ],
  [
    'sockets',
    size =>
      `2026/11/22 10:15:53 [error] 1#1: *1 upstream timed out, client: a, server: b, request: "GET / HTTP/1.1", upstream: "http://unix:${'.sock'.repeat(size / 5)}", host: "x"`,
  ],
  ['quotes', size => `1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 1 ${'"'.repeat(size)}`],
  ['lists', size => `1795343205.316 502 ${', '.repeat(size / 2)}`],
  [
    'words',
    size =>
      `1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 1 "-" "-" ${'rt= '.repeat(size / 4)}`,
  ],
  ['variables', size => '$a'.repeat(size / 2)],
  ['dots', size => `${'A.'.repeat(size / 2)}x`],
  ['workers', size => 'Worker (pid:'.repeat(size / 12)],
  ['kills', size => `${'Killed process '.repeat(size / 15)}1 (`],
  ['closing brackets', size => `Killed process 1 (${')'.repeat(size)}`],
  ['summaries', size => `oom-kill:${',task_memcg='.repeat(size / 12)}${',pid='.repeat(size / 5)}1,uid=1`],
  ['segfaults', size => `${']: segfault at '.repeat(size / 15)}`],
  ['spaces', size => ' '.repeat(size)],
  ['Unit names', size => `${'a'.repeat(size)}.service: Failed with result 'x'`],
  ['digits', size => `[${'1'.repeat(size)}`],
];

describe('time grows with the length of a line, not with its square', () => {
  it.each(HOSTILE)('for many %s', (_, line) => {
    const short = line(50_000);
    const long = line(400_000);
    for (const [name, read] of allReaders()) {
      const shortMs = fastest(read, short);
      const longMs = fastest(read, long);
      // Eight times the text: a linear reader takes about 8 times as long, a quadratic one 64 times.
      expect(longMs, name).toBeLessThan(shortMs * 30 + 60);
    }
  });

  it('for many kernel reports', () => {
    const report = fixtureLines('dmesg-6.18-memcg-oom.txt');
    const time = (rounds: number) => {
      const reader = createKernelLogReader(inUtc, { referenceMs: 0, bootEpochMs: 0 });
      const begun = performance.now();
      for (let round = 0; round < rounds; round++) {
        for (const line of report)
          reader.readLine(line.replace('19', String(1_000 + round * 100)).replaceAll('137', String(round)));
      }
      reader.finish();
      return performance.now() - begun;
    };
    time(100);
    expect(time(4_000)).toBeLessThan(time(500) * 30 + 200);
  });
});

function fastest(read: (line: string) => unknown, line: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round++) {
    const begun = performance.now();
    read(line);
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}
