import { type Alert, type AlertReading, type AlertState, labelsOf, MOST } from './alert.ts';
import type { AlertMapping } from './alert-mapping.ts';
import { fingerprintOf } from './fingerprint.ts';
import { textAt, valueAt } from './json-pointer.ts';

/**
 * Reads a payload by the mapping of its sender. An entry whose state is none of the words is left out silently: it is
 * of another kind (a comment, an assignment).
 *
 * @param receivedAtMs the beginning of alerts that do not say when they began
 */
export function readMapped(body: unknown, mapping: AlertMapping, receivedAtMs: number): AlertReading {
  const found = valueAt(body, mapping.alerts);
  const place = mapping.alerts === '' ? 'the payload' : mapping.alerts;
  if (typeof found !== 'object' || found === null)
    return { ok: false, problem: `${place} holds no alert: expected an object, or a list of them` };
  const entries: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (entries.length > MOST.alerts)
    return { ok: false, problem: `${place} lists ${entries.length} alerts: expected ${MOST.alerts} at most` };
  const alerts: Alert[] = [];
  let sentAtMs: number | undefined;
  for (const [index, entry] of entries.entries()) {
    const state = stateOf(entry, mapping.state);
    if (state === undefined) continue;
    const name = textAt(entry, mapping.name);
    const fingerprint = textAt(entry, mapping.fingerprint);
    if (name === undefined || fingerprint === undefined)
      return {
        ok: false,
        problem: `${Array.isArray(found) ? `${place}/${index}` : place} has no ${name === undefined ? 'name' : 'fingerprint'}: expected text at ${(name === undefined ? mapping.name : mapping.fingerprint).join(' or ')}`,
      };
    const sent = instantOf(textAt(entry, mapping.sentAt ?? []));
    if (sent !== undefined) sentAtMs = Math.max(sentAtMs ?? 0, sent);
    const summary = textAt(entry, mapping.summary ?? []);
    alerts.push({
      source: mapping.id,
      fingerprint: fingerprintOf(fingerprint),
      state,
      name: name.slice(0, MOST.text),
      ...(summary !== undefined && { summary: summary.slice(0, MOST.text) }),
      labels: labelsOf([...tagsOf(entry, mapping), ...namedLabels(entry, mapping)]),
      startsAtMs: instantOf(textAt(entry, mapping.startsAt ?? [])) ?? receivedAtMs,
    });
  }
  return { ok: true, alerts, leftOut: 0, ...(sentAtMs !== undefined && { sentAtMs }) };
}

function stateOf(entry: unknown, state: AlertMapping['state']): AlertState | undefined {
  const word = textAt(entry, state.from)?.toLowerCase();
  if (word !== undefined && state.firing.includes(word)) return 'firing';
  if (word !== undefined && state.resolved.includes(word)) return 'resolved';
  return state.otherwise === 'ignored' ? undefined : state.otherwise;
}

function namedLabels(entry: unknown, { labels }: AlertMapping): (readonly [string, string])[] {
  return Object.entries(labels).flatMap(([name, ways]) => {
    const value = textAt(entry, ways);
    return value === undefined ? [] : [[name, value] as const];
  });
}

function tagsOf(entry: unknown, { tags }: AlertMapping): (readonly [string, string])[] {
  return tags.flatMap(({ from, form }) => {
    const value = valueAt(entry, from);
    if (form === 'map' && typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.entries(value).flatMap(pair => textPair(pair));
    if (form === 'pairs' && Array.isArray(value)) return value.slice(0, MOST.labels).flatMap(pairOf);
    if (form === 'list' && Array.isArray(value)) return value.slice(0, MOST.labels).flatMap(namedText);
    if (form === 'text' && typeof value === 'string')
      return value.slice(0, 20_000).split(',', MOST.labels).flatMap(namedText);
    return [];
  });
}

function pairOf(item: unknown): (readonly [string, string])[] {
  if (Array.isArray(item)) return textPair(item);
  return textPair([textAt(item, ['/key', '/name']), textAt(item, ['/value'])]);
}

function textPair([name, value]: readonly unknown[]): (readonly [string, string])[] {
  if (typeof name !== 'string' || name === '') return [];
  if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)]];
  return [];
}

/** `service:checkout`; a tag without a colon says nothing about where. */
function namedText(tag: unknown): (readonly [string, string])[] {
  if (typeof tag !== 'string') return [];
  const colon = tag.indexOf(':');
  return colon < 1 ? [] : [[tag.slice(0, colon).trim(), tag.slice(colon + 1).trim()]];
}

const SECONDS = /^\d{9,10}(?:\.\d{1,9})?$/;
const MILLISECONDS = /^\d{12,13}$/;

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (SECONDS.test(text)) return Math.round(Number(text) * 1_000);
  if (MILLISECONDS.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
}
