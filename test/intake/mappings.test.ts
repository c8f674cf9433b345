import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertMapping } from '../../src/intake/alert-mapping.ts';
import { valueAt } from '../../src/intake/json-pointer.ts';
import { readMapped } from '../../src/intake/mapped-alerts.ts';
import { readMapping } from '../../src/intake/mapping-reading.ts';
import { NOW_MS } from './alerts.ts';

const PRESETS = new URL('../../presets/', import.meta.url);

function preset(id: string): AlertMapping {
  const reading = readMapping(readFileSync(new URL(`${id}.yml`, PRESETS), 'utf8'), `${id}.yml`);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.mapping;
}

const mapping = (yaml: string) => {
  const reading = readMapping(yaml, 'own.yml');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.mapping;
};
const OWN =
  'id: own\ntitle: Own\nfingerprint: /id\nname: /name\nstate: { from: /s, firing: [down], resolved: [up] }\n';

describe('the shipped presets', () => {
  it('are all valid, and named as their files', () => {
    const names = readdirSync(PRESETS).filter(name => name.endsWith('.yml'));
    expect(names.sort()).toEqual(['datadog.yml', 'pagerduty.yml', 'sentry.yml']);
    for (const name of names) expect(preset(name.replace('.yml', '')).id).toBe(name.replace('.yml', ''));
  });

  it('read an alert of Sentry, with its tags', () => {
    const body = {
      action: 'triggered',
      data: {
        triggered_rule: 'Checkout is failing',
        event: {
          issue_id: '541485531',
          title: 'OperationalError: too many connections',
          datetime: '2026-11-22T10:28:00.000Z',
          level: 'error',
          project_slug: 'checkout',
          tags: [
            ['server_name', 'web-1'],
            ['environment', 'production'],
          ],
        },
      },
    };
    expect(readMapped(body, preset('sentry'), NOW_MS)).toMatchObject({
      ok: true,
      sentAtMs: Date.parse('2026-11-22T10:28:00.000Z'),
      alerts: [
        {
          source: 'sentry',
          fingerprint: '541485531',
          state: 'firing',
          name: 'Checkout is failing',
          summary: 'OperationalError: too many connections',
          labels: new Map([
            ['environment', 'production'],
            ['level', 'error'],
            ['project', 'checkout'],
            ['server_name', 'web-1'],
          ]),
        },
      ],
    });
    const resolved = {
      action: 'resolved',
      data: { issue: { id: '541485531', title: 'x', project: { slug: 'checkout' } } },
    };
    expect(readMapped(resolved, preset('sentry'), NOW_MS)).toMatchObject({
      alerts: [{ fingerprint: '541485531', state: 'resolved', startsAtMs: NOW_MS }],
    });
    expect(readMapped({ action: 'assigned', data: {} }, preset('sentry'), NOW_MS)).toMatchObject({
      ok: true,
      alerts: [],
    });
  });

  it('read an alert of Datadog, whose tags are one text', () => {
    const body = {
      key: '9bd4ac313a4d1e8fae2482df7b77628',
      title: '[Triggered] 5xx on checkout',
      transition: 'Re-Triggered',
      date: '1795343280000',
      host: 'web-1',
      scope: 'service:checkout,role:web',
      tags: 'env:prod,no-colon',
      status: '',
    };
    expect(readMapped(body, preset('datadog'), NOW_MS)).toMatchObject({
      alerts: [
        {
          state: 'firing',
          startsAtMs: 1_795_343_280_000,
          labels: new Map([
            ['env', 'prod'],
            ['host', 'web-1'],
            ['role', 'web'],
            ['service', 'checkout'],
          ]),
        },
      ],
    });
    expect(readMapped({ ...body, transition: 'Recovered' }, preset('datadog'), NOW_MS)).toMatchObject({
      alerts: [{ state: 'resolved' }],
    });
  });

  it('read an incident of PagerDuty', () => {
    const body = {
      event: {
        event_type: 'incident.triggered',
        occurred_at: '2026-11-22T10:29:30Z',
        data: { id: 'PT4KHLK', title: 'Too many 502s', service: { summary: 'checkout' }, urgency: 'high' },
      },
    };
    expect(readMapped(body, preset('pagerduty'), NOW_MS)).toMatchObject({
      alerts: [{ fingerprint: 'PT4KHLK', state: 'firing', name: 'Too many 502s' }],
    });
  });
});

describe('a mapping', () => {
  it('reads a list, leaves out what is of another kind, and cuts a strange fingerprint short', () => {
    const body = {
      list: [{ id: 'a b'.repeat(90), name: 'x', s: 'DOWN' }, { s: 'note' }, { id: 2, name: 'y', s: 'up' }],
    };
    const reading = readMapped(body, mapping(`${OWN}alerts: /list\n`), NOW_MS);
    expect(reading.ok && reading.alerts.map(alert => [alert.fingerprint, alert.state])).toEqual([
      [expect.stringMatching(/^[0-9a-f]{32}$/), 'firing'],
      ['2', 'resolved'],
    ]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no name', { id: 1, s: 'down' }, '', /^the payload has no name: expected text at \/name/],
    [
      'no fingerprint in a list',
      { l: [{ name: 'x', s: 'down' }] },
      'alerts: /l\n',
      /^\/l\/0 has no fingerprint/,
    ],
    ['nothing there', { other: 1 }, 'alerts: /l\n', /^\/l holds no alert/],
    ['text', 'hello', '', /^the payload holds no alert/],
  ])('says what is missing: %s', (_, body, more, problem) => {
    const reading = readMapped(body, mapping(OWN + more), NOW_MS);
    expect(!reading.ok && reading.problem).toMatch(problem);
  });

  it('reads labels in every form', () => {
    const own = mapping(`${OWN}tags:
  - { from: /map, form: map }
  - { from: /pairs, form: pairs }
  - { from: /list, form: list }
labels: { a: [/none, /deep/b~1c] }
`);
    const body = {
      ...{ id: 1, name: 'x', s: 'down', map: { m: 'v', n: 3, o: {} } },
      ...{
        pairs: [['p', 'q'], { key: 'k', value: 'w' }, 7],
        list: ['x:y:z', 'bare', 4],
        deep: { 'b/c': 'd' },
      },
    };
    const reading = readMapped(body, own, NOW_MS);
    expect(reading.ok && [...(reading.alerts[0]?.labels ?? [])].map(([k, v]) => `${k}=${v}`).join(' ')).toBe(
      'a=d k=w m=v n=3 p=q x=y:z',
    );
  });

  it('never throws and finds nothing that was not sent, whatever comes', () => {
    const own = [mapping(`${OWN}tags: [{ from: /t, form: pairs }]\n`), preset('sentry'), preset('datadog')];
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(...own), (body, one) => {
        const reading = readMapped(body, one, NOW_MS);
        if (reading.ok) for (const { labels } of reading.alerts) expect(labels.size).toBeLessThanOrEqual(64);
      }),
      { numRuns: 2_000 },
    );
    for (const inherited of ['/constructor', '/__proto__', '/toString/name'])
      expect(valueAt({}, inherited)).toBeUndefined();
  });
});

describe('a broken mapping file', () => {
  it.each<[string, string, RegExp]>([
    ['no YAML', 'id: [', /^own\.yml:1: not valid YAML/],
    ['nothing in it', '', /^own\.yml:1: the file is missing: expected the fields of a mapping/],
    [
      'a field that is misspelt',
      `${OWN}fingerprnt: /x\n`,
      /^own\.yml:6: fingerprnt is not a field here; did you mean fingerprint\?/,
    ],
    [
      'a path without a slash',
      OWN.replace('/id', 'id'),
      /^own\.yml:3: fingerprint is "id": expected a path such as \/data\/issue\/id/,
    ],
    ['a strange id', OWN.replace('own', 'My Own'), /^own\.yml:1: id is "My Own": expected a name of a-z/],
    ['no state', OWN.replace(/state.*\n/, ''), /^own\.yml:1: state is missing/],
    [
      'a strange form',
      `${OWN}tags: [{ from: /t, form: csv }]\n`,
      /^own\.yml:6: tags\[0\]\.form is "csv": expected map, pairs, list or text/,
    ],
    [
      'a strange proof',
      `${OWN}authentication: none\n`,
      /^own\.yml:6: authentication is "none": expected token, or/,
    ],
  ])('with %s names place, value and what is accepted', (_, text, problem) => {
    const reading = readMapping(text, 'own.yml');
    expect(!reading.ok && reading.problems[0]).toMatch(problem);
  });
});
