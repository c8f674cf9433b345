import { offsetAt } from '../../src/signals/zone-rules.ts';
import {
  CTIME,
  firstInstant,
  ISO,
  offsetText,
  type Shift,
  SLASHED,
  SYSLOG,
  shiftStamps,
  TIME_LOCAL,
} from './stamps.ts';

/**
 * The same file of a recording (named as in a bundle) as if all of it had happened `shift.seconds` later. Only
 * digits of dates change: lengths, order, fractions and clocks that count from the boot stay as they are.
 */
export function shiftRecording(name: string, bytes: Uint8Array, shift: Shift): Uint8Array {
  const rewrite = REWRITES.find(([pattern]) => pattern.test(name))?.[1];
  if (rewrite === undefined || shift.seconds === 0) return bytes;
  // Latin-1 gives every byte back as it was, whatever the file's encoding.
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(rewrite(text, shift), 'latin1');
}

type Rewrite = (text: string, shift: Shift) => string;

const byLine =
  (line: (line: string, shift: Shift) => string): Rewrite =>
  (text, shift) =>
    text
      .split('\n')
      .map(row => (row.startsWith('#staunch ') ? ownLine(row, shift) : line(row, shift)))
      .join('\n');

/** Process tables count from the boot, and settings, counters and versions have no date: they are not here. */
const REWRITES: readonly (readonly [RegExp, Rewrite])[] = [
  [/^nginx-(?:.*[-_.])?error.*\.log/, byLine(errorLine)],
  [/^nginx-.*access/, byLine(accessLine)],
  [/^journal.*\.json$/, byLine(journalRecord)],
  [/^(?:journal.*\.txt|(?:kern|messages)\.(?:log|txt)|dmesg\.txt)$/, byLine(textLogLine)],
  [/^gunicorn-error\.log$/, byLine((row, shift) => shiftStamps(row, ISO, shift))],
  [/^systemctl-show-/, byLine(unitProperty)],
  [/^ps\.txt$/, (text, shift) => shiftStamps(text, CTIME, shift)],
  [/^meminfo\.txt$/, (text, shift) => shiftStamps(text, ISO, shift)],
  [/^rss\.csv$/, byLine((row, shift) => leadingEpoch(row, shift, ','))],
  [/^recent-changes\.txt$/, byLine((row, shift) => leadingEpoch(row, shift, '\t'))],
  [/^gunicorn-environment\.txt$/, byLine(configFileLine)],
  [/^clock\.txt$/, clockAnswer],
];

const later = (epochSeconds: string, shift: Shift) => String(Number(epochSeconds) + shift.seconds);

/** What the read script adds to a log: `covers OLDEST NEWEST`, `total MINUTE STATUS N`, `boot-epoch N`. */
function ownLine(row: string, shift: Shift): string {
  const covers = /^(#staunch covers )(\d{9,11}|-) (\d{9,11}|-)$/.exec(row);
  const moved = (word = '-') => (word === '-' ? word : later(word, shift));
  if (covers) return `${covers[1]}${moved(covers[2])} ${moved(covers[3])}`;
  return row.replace(
    /^(#staunch (?:total|boot-epoch) )(\d{9,11})/,
    (_, words, at) => words + later(at, shift),
  );
}

/** Only the stamp the line begins with: the rest is text of requests. */
function errorLine(row: string, shift: Shift): string {
  return row.length < 19 ? row : shiftStamps(row.slice(0, 19), SLASHED, shift) + row.slice(19);
}

/**
 * NGINX prints all stamps of an access-log line from one clock reading. So a date or a number is a stamp of the
 * line when it tells the same second as its first one; the same digits in a request line tell another and stay.
 */
function accessLine(row: string, shift: Shift): string {
  const msec = /(?<![\d.])(\d{10})(?=\.\d{3}(?!\d))/g;
  const firstMs = firstInstant(row, [TIME_LOCAL, ISO], shift.clock);
  const first = firstMs === undefined ? Number(msec.exec(row)?.[1]) : Math.floor(firstMs / 1000);
  const same = (epochMs: number) => Math.floor(epochMs / 1000) === first;
  const dated = shiftStamps(shiftStamps(row, TIME_LOCAL, shift, same), ISO, shift, same);
  return dated.replace(msec, seconds => (Number(seconds) === first ? later(seconds, shift) : seconds));
}

/** A record of `journalctl -o json`, as text: order of fields and escapes stay. Monotonic stamps are not touched. */
function journalRecord(row: string, shift: Shift): string {
  const writtenAt = Number(/"__REALTIME_TIMESTAMP" ?: ?"(\d{16})"/.exec(row)?.[1]) / 1_000_000;
  const said = (message: string) => saying(message, writtenAt, shift);
  return row
    .replace(
      /("(?:__REALTIME|_SOURCE_REALTIME|COREDUMP)_TIMESTAMP" ?: ?")(\d{16})"/g,
      (_, field, us) => `${field}${Number(us) + shift.seconds * 1_000_000}"`,
    )
    .replace(
      /("__CURSOR" ?: ?"[^"]*;t=)([0-9a-f]+)/,
      (_, field, us) => field + (Number.parseInt(us, 16) + shift.seconds * 1_000_000).toString(16),
    )
    .replace(/("MESSAGE" ?: ?")((?:[^"\\]|\\.)*)"/, (_, field, message) => `${field}${said(message)}"`)
    .replace(/("MESSAGE" ?: ?\[)([\d, ]+)\]/, (_, field, bytes) => `${field}${sayingBytes(bytes, said)}]`);
}

/**
 * Programs put stamps of their own into what they say: Gunicorn, NGINX, access logs on stdout. A bare number is
 * one when it tells the minute around the record's own stamp, in seconds with a fraction.
 */
function saying(message: string, writtenAt: number, shift: Shift): string {
  return [ISO, TIME_LOCAL, SLASHED]
    .reduce((text, form) => shiftStamps(text, form, shift), message)
    .replace(/(?<![\d.])\d{10}(?=\.\d)/g, seconds =>
      Math.abs(Number(seconds) - writtenAt) < 60 ? later(seconds, shift) : seconds,
    );
}

/** journalctl prints a message that is no UTF-8 as a list of its bytes. */
function sayingBytes(list: string, said: (message: string) => string): string {
  const before = Buffer.from(list.split(',').map(Number)).toString('latin1');
  const after = Buffer.from(said(before), 'latin1');
  let at = 0;
  return list.replace(/\d+/g, () => String(after[at++]));
}

/** `-o short-iso`, syslog files and `dmesg -T`. Plain dmesg counts from the boot. */
function textLogLine(row: string, shift: Shift): string {
  const head = row.slice(0, 40);
  const form = /^\d/.test(head) ? ISO : head.startsWith('[') ? CTIME : SYSLOG;
  return shiftStamps(head, form, shift) + row.slice(40);
}

/** `ActiveEnterTimestamp=Sun 2026-11-22 10:11:24 UTC`, `…=@1795342284`, and the times inside ExecStart. */
function unitProperty(row: string, shift: Shift): string {
  if (!/^\w{1,60}Timestamp=|^Exec\w{1,40}=/.test(row)) return row;
  return shiftStamps(row, ISO, shift).replace(/([=[]@)(\d{9,11})/g, (_, mark, at) => mark + later(at, shift));
}

/** A sampler's file may begin with zero bytes where a restart cut it. */
function leadingEpoch(row: string, shift: Shift, separator: string): string {
  const end = row.indexOf(separator);
  return (
    row.slice(0, Math.max(0, end)).replace(/\d{9,11}/, at => later(at, shift)) + row.slice(Math.max(0, end))
  );
}

function configFileLine(row: string, shift: Shift): string {
  return row.replace(/^(config-file\t[^\t]*\t)(\d{9,11})$/, (_, words, at) => words + later(at, shift));
}

/** The boot moves with everything else; the offset is the one the host's zone has at the new time. */
function clockAnswer(text: string, shift: Shift): string {
  const epoch = /\bepoch=(\d{9,11})/.exec(text)?.[1];
  const moved = text.replace(/\b((?:boot_)?epoch=)(\d{9,11})/g, (_, name, at) => name + later(at, shift));
  if (shift.clock.timeZone === undefined || epoch === undefined) return moved;
  const atMs = (Number(epoch) + shift.seconds) * 1000;
  return moved.replace(
    /\b(utc_offset=)[+-]\d{4}/,
    (_, name) => name + offsetText(offsetAt(atMs, shift.clock) / 60_000),
  );
}
