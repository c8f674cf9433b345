import { z } from 'zod';
import { type Alert, type AlertListReading, type AlertReading, labelsOf, MOST } from './alert.ts';
import { fingerprintOf } from './fingerprint.ts';
import { problemIn } from './payload-problem.ts';

/** The source of alerts that Alertmanager sends or is asked for. */
export const ALERTMANAGER = 'alertmanager';

const Texts = z.record(z.string(), z.string());
const Instant = z.iso.datetime({ offset: true });

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, only the fields that are used. */
const Webhook = z.object({
  // Grafana's alerting sends the same form and calls it version 1.
  version: z.enum(['4', '1']),
  truncatedAlerts: z.int().nonnegative().default(0),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: Texts,
        annotations: Texts.default({}),
        startsAt: Instant,
        // `0001-01-01T00:00:00Z` while it fires.
        endsAt: Instant.optional(),
        fingerprint: z.string().min(1).optional(),
      }),
    )
    .max(MOST.alerts),
});

/** `GET /api/v2/alerts` (Alertmanager's openapi.yaml): all that fires now, `suppressed` where it is silenced or inhibited. */
const Listed = z
  .array(
    z.object({
      labels: Texts,
      annotations: Texts.default({}),
      startsAt: Instant,
      fingerprint: z.string().min(1).optional(),
      status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
    }),
  )
  .max(MOST.alerts);

/** Reads what Alertmanager's webhook sends, version 4. */
export function readAlertmanagerWebhook(body: unknown): AlertReading {
  const read = Webhook.safeParse(body);
  if (!read.success) return { ok: false, problem: problemIn(read.error, body) };
  const { alerts, truncatedAlerts } = read.data;
  return { ok: true, alerts: alerts.map(alertOf), leftOut: truncatedAlerts };
}

/** Reads the list of alerts that Alertmanager's API answers with. */
export function readAlertmanagerList(body: unknown): AlertListReading {
  const read = Listed.safeParse(body);
  if (!read.success) return { ok: false, problem: problemIn(read.error, body) };
  const all = read.data.map(told => ({ told, alert: alertOf({ ...told, status: 'firing' }) }));
  return {
    ok: true,
    firing: all.filter(({ told }) => told.status.state === 'active').map(({ alert }) => alert),
    there: all.map(({ alert }) => alert.fingerprint),
  };
}

function alertOf(told: z.infer<typeof Webhook>['alerts'][number]): Alert {
  const labels = labelsOf(Object.entries(told.labels));
  const { summary, description } = told.annotations;
  const says = summary || description;
  return {
    source: ALERTMANAGER,
    fingerprint: fingerprintOf(told.fingerprint ?? ofLabels(told.labels)),
    state: told.status,
    name: labels.get('alertname') || 'an alert without a name',
    ...(says && { summary: says.slice(0, MOST.text) }),
    labels,
    startsAtMs: Date.parse(told.startsAt),
    ...(told.status === 'resolved' && told.endsAt && { endsAtMs: Date.parse(told.endsAt) }),
  };
}

/** Very old versions send none: labels are what makes an alert the same alert. */
function ofLabels(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
