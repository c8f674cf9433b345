import { describe, expect, it } from 'vitest';
import { readJournalRecord, readTextRecord, recordMoment } from '../../src/signals/journal-record.ts';
import { fixtureLines, inUtc, serverIn } from './server.ts';

const json = (fields: object) => JSON.stringify({ __REALTIME_TIMESTAMP: '1795342284567604', ...fields });

describe('readJournalRecord', () => {
  it.each([
    ['text', 'hello', 'hello'],
    ['bytes that are no text', [0x68, 0xc3, 0xa4, 27, 0xff], 'hä\u001b\ufffd'],
    ['a field over the limit of journalctl', null, ''],
    ['a repeated field', ['first', 'second'], 'first'],
  ])('reads a MESSAGE of %s', (_, MESSAGE, message) => {
    expect(readJournalRecord(json({ MESSAGE }))?.message).toBe(message);
  });

  it('reads the fields of a line of PID 1', () => {
    const record = readJournalRecord(fixtureLines('journal-oom-stop-systemd.json')[1]!);
    expect(record).toMatchObject({
      pid: 1,
      comm: 'systemd',
      aboutUnit: 'gunicorn.service',
      unit: 'init.scope',
    });
    expect(record?.invocation).toMatch(/^[0-9a-f]{32}$/);
    expect(record?.messageId).toBeDefined();
  });

  it.each([
    [''],
    ['{'],
    ['{}'],
    ['[]'],
    ['null'],
    ['{"MESSAGE":{}}'],
    ['{"MESSAGE":[[[]]]}'],
    ['-- No entries --'],
    ['{"MESSAGE":"cut'],
  ])('makes nothing of %j', line => {
    expect(readJournalRecord(line)).toBeUndefined();
  });
});

describe('recordMoment', () => {
  it.each([
    [
      'the kernel’s own time of a kernel line',
      { _TRANSPORT: 'kernel', __MONOTONIC_TIMESTAMP: '187473749', _SOURCE_MONOTONIC_TIMESTAMP: '187410000' },
      1795342284504,
    ],
    [
      'the reception when the kernel line lacks a stamp',
      { _TRANSPORT: 'kernel', __MONOTONIC_TIMESTAMP: '1' },
      1795342284568,
    ],
    ["the sender's own stamp", { _SOURCE_REALTIME_TIMESTAMP: '1795342284500000' }, 1795342284500],
    [
      "the reception when the sender's stamp is far off",
      { _SOURCE_REALTIME_TIMESTAMP: '1795342000000000' },
      1795342284568,
    ],
    ['the reception of a stream', { _TRANSPORT: 'stdout' }, 1795342284568],
  ])('is %s', (_, fields, epochMs) => {
    const record = readJournalRecord(json({ MESSAGE: 'x', ...fields }))!;
    expect(recordMoment(record)).toEqual({ epochMs, toleranceMs: 0 });
  });
});

describe('readTextRecord', () => {
  const reference = Date.UTC(2026, 10, 23);
  it.each([
    [
      '2026-11-22T10:26:41.988371+0000 lab1 gunicorn[2710]: hello: world',
      2710,
      'gunicorn',
      'hello: world',
      '2026-11-22T10:26:41.988Z',
    ],
    [
      '2026-11-22T10:18:45+01:00 lab2 systemd[1]: Started app.',
      1,
      'systemd',
      'Started app.',
      '2026-11-22T09:18:45Z',
    ],
    [
      '2026-11-22T10:18:45.123456+00:00 lab2 kernel: [  12.5] x',
      undefined,
      'kernel',
      '[  12.5] x',
      '2026-11-22T10:18:45.123Z',
    ],
    ['Nov  2 10:18:45 lab2 kernel: hi', undefined, 'kernel', 'hi', '2026-11-02T04:48:45Z'],
  ])('reads %s', (line, pid, identifier, message, iso) => {
    const record = readTextRecord(line, serverIn('Asia/Kolkata'), reference);
    expect(record?.pid).toBe(pid);
    expect(record).toMatchObject({ identifier, message, printedAt: { epochMs: Date.parse(iso) } });
  });

  it.each([
    ['-- No entries --'],
    ['-- Boot 123 --'],
    ['        file 0'],
    ['апр 22 10:13:15 host kernel: x'],
    [''],
  ])('makes nothing of %j', line => {
    expect(readTextRecord(line, inUtc, reference)).toBeUndefined();
  });
});
