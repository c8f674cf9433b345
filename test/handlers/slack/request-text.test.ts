import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../handlers/slack/request-text.ts';

const NOW = Date.parse('2026-11-22T14:03:22Z'); // 15:03:22 in Berlin, a Sunday
const names = ['checkout', 'cart', 'web-1', 'shop', 'today-api'];
const setting = { nowMs: NOW, timeZone: 'Europe/Berlin', names };
const short = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function read(text: string, nowMs = NOW, timeZone = 'Europe/Berlin') {
  const reading = readRequest(text, { ...setting, nowMs, timeZone });
  if (reading.kind !== 'diagnose') return reading;
  return [reading.target, `${short(reading.window.fromMs)}/${short(reading.window.toMs)}`];
}

const LAST = (minutes: number) => `${short(NOW - minutes * 60_000)}/${short(NOW)}`;

describe('what follows /diagnose-502', () => {
  it.each([
    // What to look at.
    ['', undefined, LAST(120)],
    ['   ', undefined, LAST(120)],
    ['checkout', 'checkout', LAST(120)],
    ['web-1.example.com', 'web-1.example.com', LAST(120)],
    ['Checkout?', 'Checkout', LAST(120)],
    ['`checkout`', 'checkout', LAST(120)],
    ['please diagnose *checkout*, thanks!', 'checkout', LAST(120)],
    ['for checkout', 'checkout', LAST(120)],
    ['today-api', 'today-api', LAST(120)],
    // Lengths.
    ['checkout since 30m', 'checkout', LAST(30)],
    ['checkout last 2h', 'checkout', LAST(120)],
    ['30m', undefined, LAST(30)],
    ['checkout 90 minutes', 'checkout', LAST(90)],
    ['checkout for the last hour', 'checkout', LAST(60)],
    ['checkout since 1h30', 'checkout', LAST(90)],
    ['checkout 1 hour and 15 min', 'checkout', LAST(75)],
    ['checkout half an hour', 'checkout', LAST(30)],
    ['checkout since 1.5h ago', 'checkout', LAST(90)],
    ['checkout last week', 'checkout', LAST(7 * 1_440)],
    ['since 1h on checkout', 'checkout', LAST(60)],
    ['last 20 min cart', 'cart', LAST(20)],
    // Ranges of the clock, in the zone of the person.
    ['checkout yesterday 02:05-02:20', 'checkout', '2026-11-21 01:05:00/2026-11-21 01:20:00'],
    ['checkout 02:05-02:20 yesterday', 'checkout', '2026-11-21 01:05:00/2026-11-21 01:20:00'],
    ['checkout 02:05-02:20', 'checkout', '2026-11-22 01:05:00/2026-11-22 01:20:00'],
    ['checkout 2:05 to 2:20', 'checkout', '2026-11-22 01:05:00/2026-11-22 01:20:00'],
    ['checkout 2026-11-22 02:05 to 03:10', 'checkout', '2026-11-22 01:05:00/2026-11-22 02:10:00'],
    [
      'checkout from 2026-11-20 22:00 to 2026-11-21 01:00',
      'checkout',
      '2026-11-20 21:00:00/2026-11-21 00:00:00',
    ],
    ['checkout between 02:05 and 02:20', 'checkout', '2026-11-22 01:05:00/2026-11-22 01:20:00'],
    ['checkout 2:05am-2:20am', 'checkout', '2026-11-22 01:05:00/2026-11-22 01:20:00'],
    ['checkout 12am to 1 p.m.', 'checkout', '2026-11-21 23:00:00/2026-11-22 12:00:00'],
    ['checkout 02:05:30 - 02:20:10', 'checkout', '2026-11-22 01:05:30/2026-11-22 01:20:10'],
    ['checkout 2h ago to 1h ago', 'checkout', '2026-11-22 12:03:22/2026-11-22 13:03:22'],
    ['checkout 14:00-23:00', 'checkout', '2026-11-22 13:00:00/2026-11-22 14:03:22'],
    // Over midnight.
    ['checkout yesterday 23:50-00:20', 'checkout', '2026-11-21 22:50:00/2026-11-21 23:20:00'],
    ['checkout 23:50-00:20', 'checkout', '2026-11-21 22:50:00/2026-11-21 23:20:00'],
    ['checkout 23:50-00:20 yesterday', 'checkout', '2026-11-20 22:50:00/2026-11-20 23:20:00'],
    ['checkout 23:50 until now', 'checkout', `2026-11-21 22:50:00/${short(NOW)}`],
    ['checkout since 23:50', 'checkout', `2026-11-21 22:50:00/${short(NOW)}`],
    // Open ends and whole days.
    ['checkout since 02:05', 'checkout', `2026-11-22 01:05:00/${short(NOW)}`],
    ['checkout since yesterday', 'checkout', `2026-11-20 23:00:00/${short(NOW)}`],
    ['checkout yesterday', 'checkout', '2026-11-20 23:00:00/2026-11-21 23:00:00'],
    ['checkout today', 'checkout', `2026-11-21 23:00:00/${short(NOW)}`],
    ['checkout on 2026-11-19', 'checkout', '2026-11-18 23:00:00/2026-11-19 23:00:00'],
    // Zones of their own.
    ['checkout 02:05-02:20 UTC', 'checkout', '2026-11-22 02:05:00/2026-11-22 02:20:00'],
    ['checkout 02:05Z to 02:20Z', 'checkout', '2026-11-22 02:05:00/2026-11-22 02:20:00'],
    ['checkout since 2026-11-22T02:05-05:00', 'checkout', `2026-11-22 07:05:00/${short(NOW)}`],
    ['2026-11-22T02:05+01:00/2026-11-22T03:00+01:00', undefined, '2026-11-22 01:05:00/2026-11-22 02:00:00'],
    // As Slack, keyboards and people used to the terminal write.
    ['checkout 02:05\u201302:20', 'checkout', '2026-11-22 01:05:00/2026-11-22 01:20:00'],
    ['checkout\u00A0since\u00A030m', 'checkout', LAST(30)],
    ['\u201Ccheckout\u201D \u2014since 30m', 'checkout', LAST(30)],
    [
      'checkout --from "yesterday 02:05" --to "yesterday 02:20"',
      'checkout',
      '2026-11-21 01:05:00/2026-11-21 01:20:00',
    ],
    ['checkout --since=30m', 'checkout', LAST(30)],
    ['<#C123456|checkout> since 5m', 'checkout', LAST(5)],
    ['<http://web-1.example.com|web-1.example.com> since 5m', 'web-1.example.com', LAST(5)],
    ['checkout <@U0BEN> :pray: since 5m <!here>', 'checkout', LAST(5)],
    // After a mention.
    ['<@U0STAUNCH> diagnose checkout since 1h', 'checkout', LAST(60)],
    ['<@U0STAUNCH|staunch> checkout', 'checkout', LAST(120)],
    ['<@U0STAUNCH>', undefined, LAST(120)],
    ['diagnose-502 checkout', 'checkout', LAST(120)],
    ['/diagnose-502 checkout', 'checkout', LAST(120)],
    ['Diagnose 502s on checkout', 'checkout', LAST(120)],
  ])('understands "%s"', (text, target, window) => {
    expect(read(text)).toEqual([target, window]);
  });

  it.each(['help', '?', '--help', '<@U0STAUNCH> help', 'diagnose help', 'HELP checkout'])(
    'knows "%s" as a wish for help',
    text => {
      expect(read(text)).toEqual({ kind: 'help' });
    },
  );

  it.each([
    ['checkout since 30', '30 of what? A length has a unit: m, h or d.', 'checkout since 30m'],
    ['checkout since 10s', '10s is too short: a minute is the least.', 'checkout since 1m'],
    ['checkout since 90d', '90d is too long: 31 days are the most.', 'checkout since 31d'],
    ['checkout since 2026-01-01', 'A window may be 31 days long at most.', 'checkout since 24h'],
    [
      'checkout 02:05',
      '02:05 is one moment. Give a begin and an end, or “since 02:05”.',
      'checkout 02:05-02:20',
    ],
    [
      'checkout yesterday 23:55',
      '23:55 is one moment. Give a begin and an end, or “since 23:55”.',
      'checkout 2026-11-21 23:55-00:10',
    ],
    ['checkout 03:10-02:05', '03:10 to 02:05 ends before it begins.', 'checkout 02:05-03:10'],
    [
      'checkout 2026-11-21 03:00 to 2026-11-20 03:00',
      'The window ends (2026-11-20 03:00 Europe/Berlin) before it begins (2026-11-21 03:00 Europe/Berlin).',
      'checkout since 24h',
    ],
    [
      'checkout 16:00-16:30',
      'from 2026-11-22 16:00 lies in the future (now is 2026-11-22 15:03:22 Europe/Berlin). Is the zone right?',
      'checkout yesterday 16:00-16:30',
    ],
    ['checkout tomorrow 02:00-03:00', 'Tomorrow has not happened yet.', 'checkout since 30m'],
    ['checkout since now', 'Now is a moment, not a stretch of time.', 'checkout since 30m'],
    ['checkout sicne 30m', '“sicne” is not known here; did you mean since?', 'checkout since 30m'],
    [
      'checkout yesterdya 02:05-02:20',
      '“yesterdya” is not known here; did you mean yesterday?',
      'checkout yesterday 02:05-02:20',
    ],
    ['sinse 30m', '“sinse” is not known here; did you mean since?', 'since 30m'],
    ['hepl', '“hepl” is not known here; did you mean help?', 'help'],
    ['what is going on', '“what is going on” names nothing that Staunch knows.', 'checkout since 30m'],
    [
      '<#C123456>',
      'A channel cannot be diagnosed: name a service, a server or a group.',
      'checkout since 30m',
    ],
    [
      '\u{1F4A5}',
      '“\u{1F4A5}” is not a name that a service, server or group can have.',
      'checkout since 30m',
    ],
    ['!!!', '“!!!” says neither what to look at nor when.', 'checkout since 30m'],
    [
      'checkout cart',
      'After checkout Staunch expects a time, and “cart” is none. It looks at one service, server or group at a time; a group in staunch.yml holds several services.',
      'checkout since 30m',
    ],
    [
      'a'.repeat(400),
      'That is more than Staunch reads as a request: say what to look at and since when.',
      'checkout since 30m',
    ],
  ])('does not guess at "%s", and says what to type', (text, problem, example) => {
    expect(read(text)).toEqual({ kind: 'not-understood', problem, example: `/diagnose-502 ${example}` });
  });

  it.each([
    'last night',
    '25:00-26:00',
    'since 2026-02-31 10:00',
    '22.11. 02:05',
    'since lunch 30m ago',
    '5-6',
    'from to',
  ])('shows the forms there are for "%s", which is none of them', time => {
    const reading = read(`checkout ${time}`);
    expect(reading).toMatchObject({ kind: 'not-understood' });
    expect('problem' in reading && reading.problem).toMatch(/since 30m|expects a time/);
  });

  it('never speaks of the flags of the terminal', () => {
    for (const text of ['checkout 16:00-16:30', 'checkout --to 02:05', 'checkout from 99', '--since x'])
      expect(JSON.stringify(read(text))).not.toContain('--');
  });

  it('leaves a name that is not known to whoever knows the nearest one', () => {
    expect(read('chekout since 30m')).toEqual(['chekout', LAST(30)]);
    expect(read('chekout since 90d')).toMatchObject({ example: '/diagnose-502 checkout since 31d' });
  });

  it('takes a registered name for a name even where it looks like a time', () => {
    const reading = readRequest('last since 30m', { ...setting, names: ['last'] });
    expect(reading).toMatchObject({ kind: 'diagnose', target: 'last' });
  });

  it.each([
    ['checkout since 30m', 'the last 30m'],
    ['checkout last 90 min', 'the last 1h30m'],
    ['', 'the last 2h'],
    ['checkout yesterday 02:05-02:20', '2026-11-21 02:05 to 02:20 (Europe/Berlin)'],
    ['checkout 23:50-00:20', '2026-11-21 23:50 to 2026-11-22 00:20 (Europe/Berlin)'],
    ['checkout since 02:05', 'since 2026-11-22 02:05 (Europe/Berlin)'],
  ])('says again how "%s" was understood', (text, said) => {
    expect(readRequest(text, setting)).toMatchObject({ said });
  });
});

describe('a time in the zone of the person', () => {
  it.each([
    // Yesterday in Auckland is not yesterday in UTC.
    [
      'yesterday 02:05-02:20',
      '2026-11-22T14:03:22Z',
      'Pacific/Auckland',
      '2026-11-21 13:05:00/2026-11-21 13:20:00',
    ],
    [
      'yesterday 22:00-22:10',
      '2026-11-22T03:00:00Z',
      'America/New_York',
      '2026-11-21 03:00:00/2026-11-21 03:10:00',
    ],
    // The hour that exists twice: both.
    ['02:05-02:20', '2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-25 00:05:00/2026-10-25 01:20:00'],
    ['since 02:30', '2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-25 00:30:00/2026-10-25 12:00:00'],
    // The hour that does not exist: around it.
    ['02:05-02:20', '2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-29 00:05:00/2026-03-29 01:20:00'],
    ['02:30-03:10', '2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-29 00:30:00/2026-03-29 01:10:00'],
    // Late in the evening before the clocks change, today is still today.
    ['22:00-22:10', '2026-03-08T03:30:00Z', 'America/New_York', '2026-03-08 03:00:00/2026-03-08 03:10:00'],
    ['02:05-02:20', '2026-11-22T14:03:22Z', 'No/Where', '2026-11-22 02:05:00/2026-11-22 02:20:00'],
  ])('"%s" at %s in %s', (text, now, timeZone, window) => {
    expect(read(text, Date.parse(now), timeZone)).toEqual([undefined, window]);
  });
});

describe('anything that can be typed', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'since last from to between and yesterday today tomorrow now ago utc 30m 2h 1h30 02:05 02:05-02:20 2026-11-22 2026-02-31 T02:05+01:00 - – — checkout cart help <@U1> <#C12345|x> <http://a|b> &amp; " ? 99:99 am pm 12am half an the for 31d 999999w'.split(
        ' ',
      ),
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ maxLength: 400 }),
  );
  const text = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(' '));

  it('is answered with a window in the past or an example that is understood, and never throws', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(text, fc.boolean(), (typed, known) => {
        const { names: _, ...bare } = setting;
        const here = known ? setting : bare;
        const reading = readRequest(typed, here);
        kinds.add(reading.kind);
        if (reading.kind === 'diagnose') {
          const { fromMs, toMs } = reading.window;
          expect(fromMs).toBeLessThan(toMs);
          expect(toMs).toBeLessThanOrEqual(NOW);
          expect(toMs - fromMs).toBeLessThanOrEqual(32 * 86_400_000);
          expect(reading.target ?? 'none').toMatch(/^[A-Za-z0-9._-]{1,100}$/);
        }
        if (reading.kind === 'not-understood') {
          expect(readRequest(reading.example, here).kind).not.toBe('not-understood');
          expect(reading.problem.length).toBeLessThan(600);
        }
      }),
      { numRuns: 5_000 },
    );
    expect([...kinds].toSorted()).toEqual(['diagnose', 'help', 'not-understood']);
  });
});
