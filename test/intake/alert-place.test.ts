import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/intake/alert-place.ts';
import { labelsFit } from '../../src/inventory/alert-rules.ts';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';
import { aRegistry } from './alerts.ts';

const RULES = `alerts:
  rules:
    - { when: { alertname: "Checkout*", job: "*-http" }, service: checkout }
    - { when: { team: shop }, service: cart }
  ignore: [{ alertname: Watchdog }]
`;
const place = (labels: Record<string, string>, rules = '') =>
  placeOf({ labels: new Map(Object.entries(labels)) }, aRegistry(rules));

describe('an alert belongs', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'where a rule says',
      { alertname: 'CheckoutDown', job: 'probe-http' },
      { service: 'checkout', because: 'a-rule' },
    ],
    [
      'to the first rule that fits',
      { team: 'shop', service: 'search' },
      { service: 'cart', because: 'a-rule' },
    ],
    [
      'nowhere when it is to be ignored',
      { alertname: 'Watchdog', service: 'cart' },
      { nowhere: 'ignored-by-a-rule' },
    ],
    [
      'to the service it names',
      { service: 'Checkout', instance: '10.0.0.5:9100' },
      { service: 'checkout', server: 'web-1', because: 'a-service-label' },
    ],
    [
      'by its job where no better label tells',
      { job: 'cart' },
      { service: 'cart', because: 'a-service-label' },
    ],
    [
      'to the unit it names',
      { name: 'gunicorn.service', instance: 'web-3:9100' },
      { service: 'search', server: 'web-3', because: 'the-unit' },
    ],
    ['to the unit without its ending', { unit: 'gunicorn@cart' }, { service: 'cart', because: 'the-unit' }],
    [
      'to the only service of its server',
      { instance: '10.0.0.7:9100' },
      { service: 'search', server: 'web-3', because: 'the-only-service-there' },
    ],
    [
      'to that of a host by its first label',
      { host: 'web-3.shop.example' },
      { service: 'search', server: 'web-3', because: 'the-only-service-there' },
    ],
    [
      'nowhere when its server has several',
      { host: 'web-2' },
      { nowhere: 'several-services-there', server: 'web-2' },
    ],
    [
      'nowhere when it names nothing',
      { alertname: 'X', instance: '192.0.2.9:80' },
      { nowhere: 'names-no-service' },
    ],
    [
      'nowhere by what every object inherits',
      { service: 'constructor', job: '__proto__' },
      { nowhere: 'names-no-service' },
    ],
  ])('%s', (_, labels, expected) => {
    expect(place(labels, RULES)).toEqual(expected);
  });
});

describe('a pattern', () => {
  it.each([
    ['checkout', 'checkout', true],
    ['checkout', 'checkout-2', false],
    ['checkout*', 'checkout', true],
    ['*', '', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['*b*b', 'ab', false],
    ['.*', 'x', false],
  ])('%s and %s: %s', (pattern, value, fits) => {
    expect(labelsFit(new Map([['l', pattern]]), new Map([['l', value]]))).toBe(fits);
  });

  it('with very many stars takes no time', () => {
    const pattern = new Map([['l', '*a'.repeat(250)]]);
    expect(labelsFit(pattern, new Map([['l', `${'a'.repeat(100_000)}b`]]))).toBe(false);
  });
});

describe('alerts in a staunch.yml', () => {
  const problems = (alerts: string) => {
    const text = `servers:\n  web-1: { host: a }\nservices:\n  shop: { unit: g.service, servers: [web-1] }\n${alerts}`;
    const reading = readRegistry(text, 'staunch.yml', { folder: '/e', home: '/h' });
    return reading.ok ? [] : reading.problems.map(problemText);
  };
  it.each<[string, string, string]>([
    [
      'a service that is not there',
      'alerts:\n  rules: [{ when: { a: b }, service: shp }]\n',
      'staunch.yml:6:38: alerts.rules[0].service is "shp": there is no such service; did you mean shop?',
    ],
    [
      'a rule without labels',
      'alerts:\n  rules: [{ when: {}, service: shop }]\n',
      'staunch.yml:6:19: alerts.rules[0].when is a map: expected labels and the values they must have, e.g. { alertname: "Checkout*" }',
    ],
    [
      'a field that is misspelt',
      'alerts:\n  rule: []\n',
      'staunch.yml:6:3: alerts.rule is not a field here; did you mean rules?',
    ],
  ])('with %s are told of', (_, alerts, problem) => {
    expect(problems(alerts)).toEqual([problem]);
  });
});
