import { describe, expect, it } from 'vitest';
import { USUAL_WARNINGS } from '../../src/inventory/registry.ts';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };
const web = 'servers:\n  web-1: { host: 10.0.0.5 }\n';
const withService = (fields: string, rest = '') =>
  `${web}services:\n  shop: { unit: g.service, servers: [web-1]${fields} }\n${rest}`;

function warningsOf(text: string) {
  const reading = readRegistry(text, 'staunch.yml', base);
  if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.registry.services.get('shop')?.warnings;
}

function problemsOf(text: string): string[] {
  const reading = readRegistry(text, 'staunch.yml', base);
  return reading.ok ? [] : reading.problems.map(problemText);
}

const NIGHT = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
const NIGHT_TEXT = '{ from: 22:00, to: 07:00, timeZone: Europe/Berlin }';

describe('growth warnings, in a staunch.yml', () => {
  it.each([
    ['where nothing is said', withService('')],
    ['where the section is empty', withService(', warnings: {}', 'warnings:\n')],
  ])('are the usual ones %s', (_where, text) => {
    expect(warningsOf(text)).toEqual(USUAL_WARNINGS);
  });

  it('are those of the section for every service', () => {
    const section = `warnings: { quietHours: [${NIGHT_TEXT}], pingsPerDay: 3, ping: S0ONCALL, watch: true }\n`;
    expect(warningsOf(withService('', section))).toEqual({
      watch: true,
      quietHours: [NIGHT],
      pingsPerDay: 3,
      ping: 'S0ONCALL',
    });
  });

  it('are changed by a service field by field', () => {
    const section = `warnings: { quietHours: [${NIGHT_TEXT}], pingsPerDay: 3, ping: S0ONCALL }\n`;
    const own = ', warnings: { quietHours: [], ping: S0PAYMENTS }';
    expect(warningsOf(withService(own, section))).toEqual({
      watch: true,
      quietHours: [],
      pingsPerDay: 3,
      ping: 'S0PAYMENTS',
    });
  });

  it('are switched off for a service, or on for one alone', () => {
    expect(warningsOf(withService(', warnings: { watch: false }'))?.watch).toBe(false);
    expect(
      warningsOf(withService(', warnings: { watch: true }', 'warnings: { watch: false }\n'))?.watch,
    ).toBe(true);
  });

  it('may be quiet on some days only, and for a whole day', () => {
    const days = '{ from: "00:00", to: "24:00", timeZone: UTC, days: [sat, sun] }';
    expect(warningsOf(withService('', `warnings: { quietHours: [${days}] }\n`))?.quietHours).toEqual([
      { from: '00:00', to: '24:00', timeZone: 'UTC', days: ['sat', 'sun'] },
    ]);
  });

  const hours = (entry: string) => `${web}warnings: { quietHours: [{ ${entry} }] }\n`;
  it.each([
    [
      'an hour that no day has',
      hours('from: "25:00", to: "07:00", timeZone: UTC'),
      '3:34: warnings.quietHours[0].from is "25:00": expected a time of day from 00:00 to 23:59, e.g. "22:00"',
    ],
    [
      'a number for a time',
      hours('from: 22, to: "07:00", timeZone: UTC'),
      '3:34: warnings.quietHours[0].from is 22: expected a time of day from 00:00 to 23:59, e.g. "22:00"',
    ],
    [
      'an end after the end of the day',
      hours('from: "22:00", to: "24:30", timeZone: UTC'),
      '3:47: warnings.quietHours[0].to is "24:30": expected a time of day from 00:00 to 24:00, e.g. "07:00"',
    ],
    [
      'a zone that nobody knows',
      hours('from: "22:00", to: "07:00", timeZone: Berlin'),
      '3:66: warnings.quietHours[0].timeZone is "Berlin": expected the IANA name of a time zone, e.g. Europe/Berlin or UTC',
    ],
    [
      'no zone',
      hours('from: "22:00", to: "07:00"'),
      '3:26: warnings.quietHours[0].timeZone is missing: expected the IANA name of a time zone, e.g. Europe/Berlin or UTC',
    ],
    [
      'a day in full',
      hours('from: "22:00", to: "07:00", timeZone: UTC, days: [saturday]'),
      '3:78: warnings.quietHours[0].days[0] is "saturday": expected days of mon, tue, wed, thu, fri, sat, sun, e.g. [sat, sun]',
    ],
    [
      'a day twice',
      hours('from: "22:00", to: "07:00", timeZone: UTC, days: [sat, sat]'),
      '3:83: warnings.quietHours[0].days[1] is "sat" again: list each day once',
    ],
    [
      'hours that end as they begin',
      hours('from: "07:00", to: "07:00", timeZone: UTC'),
      '3:47: warnings.quietHours[0].to is "07:00", the same as from: for the whole day write from "00:00" to "24:00"',
    ],
    [
      'a field that is misspelt',
      hours('form: "22:00", from: "22:00", to: "07:00", timeZone: UTC'),
      '3:28: warnings.quietHours[0].form is not a field here; did you mean from?',
    ],
    [
      'no ping at all as a number',
      `${web}warnings: { pingsPerDay: 0 }\n`,
      '3:26: warnings.pingsPerDay is 0: expected a whole number from 1 to 1000',
    ],
    [
      'everybody to be pinged',
      `${web}warnings: { ping: "@here" }\n`,
      '3:19: warnings.ping is "@here": expected the ID of a user group (S…); @here is a display name; in Slack: Directory, User groups, the group, ⋮, Copy group ID',
    ],
    [
      'a person to be pinged',
      `${web}warnings: { ping: U012AB3CD }\n`,
      '3:19: warnings.ping is "U012AB3CD": expected the ID of a user group (S…), and this is the ID of a person; in Slack: Directory, User groups, the group, ⋮, Copy group ID',
    ],
    [
      'words for a switch',
      withService(', warnings: { watch: never }'),
      '4:65: services.shop.warnings.watch is "never": expected true or false',
    ],
    [
      'a misspelt field of a service',
      withService(', warnings: { quiethours: [] }'),
      '4:58: services.shop.warnings.quiethours is not a field here; did you mean quietHours?',
    ],
  ])('with %s are told where and what', (_what, text, problem) => {
    expect(problemsOf(text)).toEqual([`staunch.yml:${problem}`]);
  });
});
