import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };
const web = 'servers:\n  web-1: { host: 10.0.0.5 }\n';
const shop = (changes: string) =>
  `services:\n  shop: { unit: g.service, servers: [web-1], changes: ${changes} }\n`;

function rulesOf(text: string) {
  const reading = readRegistry(text, 'staunch.yml', base);
  if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.registry.services.get('shop')?.changes;
}

function problemsOf(text: string): string[] {
  const reading = readRegistry(text, 'staunch.yml', base);
  return reading.ok ? [] : reading.problems.map(problemText);
}

const SPAN = 'expected a time from 1m to 24h, e.g. 15m or 2h';
const COUNT = 'expected how many people must approve, a whole number from 1 to 5';

describe('what it takes to change a service, in a staunch.yml', () => {
  it('is one other approver and a quarter of an hour while nothing is said', () => {
    expect(rulesOf(`${web}${shop('{}')}`)).toEqual(USUAL_CHANGES);
    expect(rulesOf(`${web}changes:\n${shop('')}`)).toEqual(USUAL_CHANGES);
    expect(USUAL_CHANGES).toMatchObject({ approvals: { production: 1 }, ownApproval: [], breakGlass: [] });
  });

  it('is what the service says, and else what holds for all, field by field', () => {
    const all =
      'changes:\n  approvals: { production: 2, staging: 2 }\n  ownApproval: [development]\n  expireAfter: 2h\n  watchFor: 30m\n' +
      '  freezes: [{ from: "16:00", to: "24:00", timeZone: UTC, days: [fri], reason: weekend }]\n' +
      '  escalateTo: [S0LEADS]\n  breakGlass: [U0CAPTAIN]\n  remindAfter: 1m\n  escalateAfter: 3m\n  lowRiskApprovals: 2\n';
    const own =
      '{ approvals: { staging: 1 }, freezes: [], watchFor: 24h, healthUrl: "http://10.0.0.2/health" }';
    expect(rulesOf(`${web}${all}${shop(own)}`)).toEqual({
      approvals: { production: 2, staging: 1, development: 1 },
      lowRiskApprovals: 2,
      ownApproval: ['development'],
      expireAfterMs: 7_200_000,
      watchForMs: 86_400_000,
      freezes: [],
      remindAfterMs: 60_000,
      escalateAfterMs: 180_000,
      escalateTo: ['S0LEADS'],
      breakGlass: ['U0CAPTAIN'],
      healthUrl: 'http://10.0.0.2/health',
    });
    expect(rulesOf(`${web}${all}${shop('{}')}`)?.freezes).toEqual([
      { from: '16:00', to: '24:00', timeZone: 'UTC', days: ['fri'], reason: 'weekend' },
    ]);
  });

  const freeze = (fields: string) => `${web}changes: { freezes: [{ ${fields} }] }\n`;
  it.each([
    [
      'nobody approves',
      `${web}changes: { approvals: { production: 0 } }\n`,
      `3:37: changes.approvals.production is 0: ${COUNT}`,
    ],
    [
      'more approve than there are',
      `${web}changes: { approvals: { staging: 9 } }\n`,
      `3:34: changes.approvals.staging is 9: ${COUNT}`,
    ],
    [
      'a tier nobody knows',
      `${web}changes: { approvals: { prod: 2 } }\n`,
      '3:25: changes.approvals.prod is not a field here; did you mean production?',
    ],
    [
      'own approval on production',
      `${web}changes: { ownApproval: [production] }\n`,
      '3:26: changes.ownApproval[0] is "production": expected staging or development: on production nobody approves their own change, whatever stands here',
    ],
    [
      'a proposal that lives for days',
      `${web}changes: { expireAfter: 2d }\n`,
      `3:25: changes.expireAfter is "2d": ${SPAN}`,
    ],
    [
      'more than a day',
      `${web}changes: { expireAfter: 25h }\n`,
      `3:25: changes.expireAfter is "25h": ${SPAN}`,
    ],
    ['no time at all', `${web}changes: { watchFor: 0m }\n`, `3:22: changes.watchFor is "0m": ${SPAN}`],
    [
      'a zone nobody knows',
      freeze('from: "22:00", to: "06:00", timeZone: Europe/Atlantis'),
      '3:62: changes.freezes[0].timeZone is "Europe/Atlantis": expected the IANA name of a time zone, e.g. Europe/Berlin or UTC',
    ],
    [
      'a freeze of one date and one time of day',
      freeze('from: "2026-12-20 00:00", to: "06:00", timeZone: UTC'),
      '3:54: changes.freezes[0].to is "06:00" and from is "2026-12-20 00:00": write both with a date, or both as times of day',
    ],
    [
      'a freeze that ends before it begins',
      freeze('from: "2026-12-20 00:00", to: "2026-12-19 00:00", timeZone: UTC'),
      '3:54: changes.freezes[0].to is "2026-12-19 00:00", before from: nothing would ever be frozen',
    ],
    [
      'a freeze of no length',
      freeze('from: "10:00", to: "10:00", timeZone: UTC'),
      '3:43: changes.freezes[0].to is "10:00", the same as from: for the whole day write from "00:00" to "24:00"',
    ],
    [
      'days beside dates',
      freeze('from: "2026-12-20 00:00", to: "2026-12-21 00:00", timeZone: UTC, days: [fri]'),
      '3:95: changes.freezes[0].days stands beside dates: days belong to times of day',
    ],
    [
      'somebody twice',
      `${web}changes: { breakGlass: [U0CAPTAIN, U0CAPTAIN] }\n`,
      '3:36: changes.breakGlass[1] is "U0CAPTAIN" again: list each ID once',
    ],
    [
      'a field of the service in the whole file',
      `${web}changes: { healthUrl: "http://a/" }\n`,
      '3:12: changes.healthUrl is not a field here; there are approvals, lowRiskApprovals, ownApproval, expireAfter, watchFor, freezes, remindAfter, escalateAfter and others',
    ],
    [
      'a health address that is none',
      `${web}${shop('{ healthUrl: /health }')}`,
      '4:68: services.shop.changes.healthUrl is "/health": expected an address that answers below 400 while the service is well, e.g. http://10.0.0.2/health',
    ],
  ])('%s is refused', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([`staunch.yml:${problem}`]);
  });
});
