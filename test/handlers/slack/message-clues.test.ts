import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownWords, requestOfMessage } from '../../../handlers/slack/message-clues.ts';
import { readRegistry } from '../../../src/inventory/registry-reading.ts';

const NOW = Date.parse('2026-11-22T14:03:22Z');
const zone = { nowMs: NOW, timeZone: 'Europe/Berlin' };

const reading = readRegistry(
  'servers:\n  web-1: { host: 10.0.0.5 }\n  web-2: { host: web2.internal.example.com }\n' +
    'services:\n  checkout: { unit: checkout.service, servers: [web-1] }\n' +
    '  checkout-staging: { unit: checkout.service, servers: [web-2] }\n' +
    '  cart: { unit: gunicorn@basket.service, servers: [web-2] }\n' +
    'groups: { shop: [checkout, cart] }\n',
  'staunch.yml',
  { folder: '/etc/staunch', home: '/home/ana' },
);
if (!reading.ok) throw new Error('the registry of this test is wrong');
const known = knownWords(reading.registry);
const targets = (text: string) => requestOfMessage(text, known, zone).targets;
const around = (text: string) => {
  const { aroundMs } = requestOfMessage(text, known, zone);
  return aroundMs === undefined ? undefined : new Date(aroundMs).toISOString().slice(0, 19);
};

describe('what an alert tells to look at', () => {
  it.each([
    ['502s on checkout are above 5 %', ['checkout']],
    ['*[FIRING:1]* HighErrorRate cart web-1', ['cart', 'web-1']],
    ['the cart is slow\nservice: checkout, instance="10.0.0.5:8000"', ['checkout', 'web-1', 'cart']],
    ['host=web-1.example.com:9100', ['web-1']],
    ['host=web2.internal.example.com', ['web-2']],
    ['unit gunicorn@basket.service failed', ['cart']],
    ['checkout-staging is down', ['checkout-staging']],
    ['CHECKOUT is down, see <https://grafana.example.com/d/x?var=1|the checkout board>', ['checkout']],
    ['all of shop', ['shop']],
    // A unit of two services says nothing about which, but its first word does.
    ['checkout.service entered failed state', ['checkout']],
    ['the checkouts are fine, constructor and __proto__ too', []],
    ['', []],
  ])('"%s"', (text, names) => {
    expect(targets(text)).toEqual(names);
  });
});

describe('what an alert tells about when', () => {
  it.each([
    ['started at 2026-11-22T02:05:11Z', '2026-11-22T02:05:11'],
    ['started at 2026-11-22T02:05:11.123+01:00', '2026-11-22T01:05:11'],
    ['[2026-11-22 02:05:11,482] ERROR', '2026-11-22T01:05:11'],
    ['2026-11-22 02:05 UTC', '2026-11-22T02:05:00'],
    ['since 02:05', '2026-11-22T01:05:00'],
    ['at 2:05 UTC', '2026-11-22T02:05:00'],
    ['at 23:50', '2026-11-21T22:50:00'],
    ['fired <!date^1795310000^{time}|earlier>', new Date(1_795_310_000_000).toISOString().slice(0, 19)],
    ['2024-01-01 10:00 was the last time; now 02:05', '2026-11-22T01:05:00'],
    ['2026-13-41 99:99', undefined],
    ['upstream 10.0.0.5:80, port web-1:22, ratio of a1:30', undefined],
    ['2019-11-22 02:05', undefined],
    ['nothing', undefined],
  ])('"%s"', (text, iso) => {
    expect(around(text)).toBe(iso);
  });
});

describe('any message', () => {
  it('is read without throwing, into registered names and a recent moment', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'checkout',
        'web-1',
        '02:05',
        '2026-11-22',
        'T',
        '<',
        '>',
        '|',
        'host=',
        '<!date^',
        '^',
        '+01:00',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('', ' '), (pieces, glue) => {
        const clues = requestOfMessage(pieces.join(glue), known, zone);
        for (const name of clues.targets) expect([...known.values()]).toContain(name);
        expect(clues.targets.length).toBeLessThanOrEqual(10);
        expect(clues.aroundMs ?? NOW).toBeLessThanOrEqual(NOW + 300_000);
      }),
      { numRuns: 2_000 },
    );
  });

  it('may be as long and as hostile as it likes', () => {
    for (const unit of ['<', 'a.', '2026-11-22 ', '-', '02:05', 'host= ', '@', ':a'])
      expect(requestOfMessage(unit.repeat(20_000), known, zone).targets.length).toBeLessThanOrEqual(10);
  });
});
