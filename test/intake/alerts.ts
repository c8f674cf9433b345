import type { PlacedAlert } from '../../src/intake/alert-group.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

export const NOW_MS = Date.parse('2026-11-22T10:30:00Z');
export const MINUTE_MS = 60_000;

export function aPlaced(change: Partial<PlacedAlert> = {}): PlacedAlert {
  return {
    source: 'alertmanager',
    fingerprint: 'a1',
    name: 'GunicornDown',
    state: 'firing',
    startsAtMs: NOW_MS - MINUTE_MS,
    service: 'checkout',
    server: 'web-1',
    ...change,
  };
}

/** An alert as Alertmanager's webhook tells it. */
export function told(change: Record<string, unknown> = {}) {
  return {
    status: 'firing',
    labels: { alertname: 'GunicornDown', service: 'checkout', instance: 'web-1:9100' },
    annotations: { summary: 'no worker answers' },
    startsAt: '2026-11-22T10:29:00.123Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
    fingerprint: 'a1b2c3d4e5f60718',
    ...change,
  };
}

export const webhook = (alerts: readonly unknown[], change: Record<string, unknown> = {}) => ({
  version: '4',
  groupKey: '{}:{alertname="GunicornDown"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'staunch',
  alerts,
  ...change,
});

/** web-1 and web-2 run checkout, web-2 cart as well, web-3 only search. */
export function aRegistry(alerts = '') {
  const text = `servers:
  web-1: { host: 10.0.0.5 }
  web-2: { host: web-2.shop.example }
  web-3: { host: 10.0.0.7 }
services:
  checkout: { unit: checkout.service, servers: [web-1, web-2] }
  cart: { unit: gunicorn@cart.service, servers: [web-2] }
  search: { unit: gunicorn.service, servers: [web-3] }
${alerts}`;
  const reading = readRegistry(text, 'staunch.yml', { folder: '/etc/staunch', home: '/home/ana' });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.registry;
}
