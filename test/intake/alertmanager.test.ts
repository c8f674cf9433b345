import { describe, expect, it } from 'vitest';
import { readAlertmanagerList, readAlertmanagerWebhook } from '../../src/intake/alertmanager.ts';
import { told, webhook } from './alerts.ts';

const read = (body: unknown) => readAlertmanagerWebhook(body);

describe('what Alertmanager’s webhook sends', () => {
  it('is read as alerts, with a resolved one’s end', () => {
    const resolved = told({ status: 'resolved', endsAt: '2026-11-22T10:35:00Z', fingerprint: 'f2' });
    expect(read(webhook([told(), resolved], { truncatedAlerts: 3 }))).toEqual({
      ok: true,
      leftOut: 3,
      alerts: [
        {
          source: 'alertmanager',
          fingerprint: 'a1b2c3d4e5f60718',
          state: 'firing',
          name: 'GunicornDown',
          summary: 'no worker answers',
          labels: new Map([
            ['alertname', 'GunicornDown'],
            ['instance', 'web-1:9100'],
            ['service', 'checkout'],
          ]),
          startsAtMs: Date.parse('2026-11-22T10:29:00.123Z'),
        },
        expect.objectContaining({ state: 'resolved', endsAtMs: Date.parse('2026-11-22T10:35:00Z') }),
      ],
    });
  });

  it('is the same in Grafana’s version 1, and an alert without a fingerprint is known by its labels', () => {
    const { fingerprint: _, ...bare } = told();
    const turned = { ...bare, labels: Object.fromEntries(Object.entries(bare.labels).toReversed()) };
    const [one, other] = [read(webhook([bare], { version: '1' })), read(webhook([turned]))];
    expect(one.ok && one.alerts[0]?.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(one.ok && one.alerts[0]?.fingerprint).toBe(other.ok && other.alerts[0]?.fingerprint);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'the payload is missing'],
    ['text', 'hello', 'the payload is "hello"'],
    ['another version', webhook([], { version: '3' }), 'version is "3"'],
    ['no alerts', { version: '4' }, 'alerts is missing'],
    ['a strange state', webhook([told({ status: 'on fire' })]), 'alerts[0].status is "on fire"'],
    ['a strange time', webhook([told({ startsAt: 'yesterday' })]), 'alerts[0].startsAt is "yesterday"'],
    ['labels that are numbers', webhook([told({ labels: { a: 1 } })]), 'alerts[0].labels.a is 1'],
    ['too many', webhook(Array(5_001).fill(told())), 'alerts is a list'],
  ])('is refused with the place when it is %s', (_, body, problem) => {
    const reading = read(body);
    expect(!reading.ok && reading.problem).toContain(problem);
  });

  it('is cut where it is endless', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`l${i}`, 'x'.repeat(5_000)]));
    const reading = read(webhook([told({ labels, annotations: { summary: 'y'.repeat(50_000) } })]));
    expect(reading.ok && reading.alerts[0]?.labels.size).toBe(64);
    expect(reading.ok && reading.alerts[0]?.labels.get('l0')).toHaveLength(1_000);
    expect(reading.ok && reading.alerts[0]?.summary).toHaveLength(1_000);
  });
});

describe('what Alertmanager’s API lists', () => {
  it('fires where it is active; what is silenced is still there', () => {
    const listed = (fingerprint: string, state: string) => told({ fingerprint, status: { state } });
    const reading = readAlertmanagerList([listed('f1', 'active'), listed('f2', 'suppressed')]);
    expect(reading).toMatchObject({ ok: true, there: ['f1', 'f2'] });
    expect(reading.ok && reading.firing.map(alert => [alert.fingerprint, alert.state])).toEqual([
      ['f1', 'firing'],
    ]);
  });

  it('is refused when it is no list', () => {
    expect(readAlertmanagerList({ status: 'error' })).toMatchObject({ ok: false });
  });
});
