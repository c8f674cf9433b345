import { windowOf } from '../../src/collectors/window.ts';
import type { Registry } from '../../src/inventory/registry.ts';
import { plainText } from './plain-text.ts';
import { dayOf, nextDay, type WallZone } from './wall-time.ts';

/** What a message, such as an alert, tells about what to look at. */
export interface MessageClues {
  /** Registered names in it, those behind a label such as `service=` first; at most ten. */
  readonly targets: readonly string[];
  /** The moment it speaks of, epoch ms; the first one that can be meant. */
  readonly aroundMs?: number;
}

/** Words that a message may use, in small letters, and the registered name each stands for. */
export type KnownWords = ReadonlyMap<string, string>;

const MOST_TARGETS = 10;
const WORD = /[a-z0-9][a-z0-9.@-]{0,252}/g;
/** What alert rules put before a name: `instance="web-1:9100"`, `Service: checkout`. */
const LABEL =
  /(?:service|app|application|job|instance|host|hostname|server|node|unit|upstream|name)["']?\s?[:=]\s?["'`*_]{0,3}$/;
const LABEL_LENGTH = 24;
const DATED =
  /(?<![\d-])(?<day>\d{4}-\d\d-\d\d)(?:[t ]|, | at )(?<clock>\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})? ?(?<zone>z\b|utc\b|gmt\b|[+-]\d\d:?\d\d(?!\d))?/g;
const CLOCK = /(?<![\w:.-])(?<clock>\d{1,2}:\d\d(?::\d\d)?)(?![\d:]) ?(?<zone>utc\b|gmt\b)?/g;
const SLACK_DATE = /<!date\^(?<seconds>\d{9,11})\^/;
const OLDEST_MS = 30 * 86_400_000;
/** A stamp slightly ahead is a clock that goes fast. */
const AHEAD_MS = 5 * 60_000;

/** The words a registry is known by: names, hosts, and units that only one service has. */
export function knownWords(registry: Registry): KnownWords {
  const words = new Map<string, string>();
  const units = [...registry.services.values()].map(service => service.unit.toLowerCase());
  for (const { id, unit } of registry.services.values()) {
    const lone = units.filter(other => other === unit.toLowerCase()).length === 1;
    if (lone) words.set(unit.toLowerCase(), id);
  }
  for (const { id, host } of registry.servers.values()) words.set(host.toLowerCase(), id);
  for (const id of [...registry.servers.keys(), ...registry.groups.keys(), ...registry.services.keys()])
    words.set(id, id);
  return words;
}

/**
 * What can be told from the text of a message: registered names, and a time. It decides nothing: a person sees
 * it filled in and may change it.
 *
 * @param zone now, and the zone that times without one are meant in
 */
export function requestOfMessage(text: string, known: KnownWords, zone: WallZone): MessageClues {
  const plain = plainText(text).toLowerCase();
  const aroundMs = slackDate(text, zone) ?? momentIn(plain, zone);
  return { targets: targetsIn(plain, known), ...(aroundMs !== undefined && { aroundMs }) };
}

function targetsIn(plain: string, known: KnownWords): string[] {
  const labelled: string[] = [];
  const mentioned: string[] = [];
  for (const { 0: raw, index } of plain.matchAll(WORD)) {
    const name = nameOf(raw.replace(/[.@-]+$/, ''), known);
    if (name === undefined) continue;
    const before = plain.slice(Math.max(0, index - LABEL_LENGTH), index);
    (LABEL.test(before) ? labelled : mentioned).push(name);
  }
  return [...new Set([...labelled, ...mentioned])].slice(0, MOST_TARGETS);
}

/** `web-1.example.com` is known as a host, or by its first label; `gunicorn@cart.service` also as `cart`. */
function nameOf(word: string, known: KnownWords): string | undefined {
  for (const part of [word, ...word.split('@').toReversed()]) {
    const name = known.get(part) ?? known.get(part.split('.', 1)[0] ?? '');
    if (name !== undefined) return name;
  }
  return undefined;
}

function momentIn(plain: string, zone: WallZone): number | undefined {
  for (const { groups } of plain.matchAll(DATED)) {
    const ms = instant(`${groups?.day} ${groups?.clock}`, groups?.zone, zone);
    if (ms !== undefined && isRecent(ms, zone)) return ms;
  }
  // What is left of a date that cannot be meant must not be read as a clock.
  for (const { groups } of plain.replace(DATED, ' ').matchAll(CLOCK)) {
    const today = dayOf(zone, groups?.zone === undefined ? undefined : 'UTC');
    // Without a date the last time the clock showed it is meant.
    for (const day of [today, nextDay(today, -1)]) {
      const ms = instant(`${day} ${groups?.clock?.replace(/^(?=\d:)/, '0')}`, groups?.zone, zone);
      if (ms !== undefined && isRecent(ms, zone)) return ms;
    }
  }
  return undefined;
}

function slackDate(text: string, zone: WallZone): number | undefined {
  const seconds = SLACK_DATE.exec(text.slice(0, 12_000))?.groups?.seconds;
  const ms = Number(seconds) * 1_000;
  return seconds !== undefined && isRecent(ms, zone) ? ms : undefined;
}

/** Through the same reading as a typed time, so that both mean the same instant. */
function instant(wall: string, zoneSaid: string | undefined, zone: WallZone): number | undefined {
  const suffix = zoneSaid === undefined ? '' : /^[+-]/.test(zoneSaid) ? zoneSaid : ' UTC';
  const answer = windowOf({ from: `${wall}${suffix}` }, zone.nowMs + AHEAD_MS, zone.timeZone);
  return answer.ok ? answer.window.fromMs : undefined;
}

function isRecent(ms: number, { nowMs }: WallZone): boolean {
  return ms <= nowMs + AHEAD_MS && ms > nowMs - OLDEST_MS;
}
