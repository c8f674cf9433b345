import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clockFromEvidence, readBootEpochMs, readHostClock } from '../../src/signals/host-clock.ts';
import type { HostClock } from '../../src/signals/host-state.ts';
import { readJournalRecord } from '../../src/signals/journal-record.ts';
import type { RecordedServer } from './fleet.ts';
import { type GrowingWorkers, openGrowingWorkers } from './growing-workers.ts';
import { shiftRecording } from './shifted-recording.ts';
import { firstInstant, ISO, SLASHED, TIME_LOCAL } from './stamps.ts';

/** The files of one host, already moved in time. Texts are Latin-1: every byte is one character. */
export interface HostFiles {
  readonly texts: ReadonlyMap<string, string>;
  /** Files that the reading user is refused. */
  readonly denied: ReadonlySet<string>;
  readonly clock: HostClock;
  readonly bootEpochMs?: number;
  /** Workers that grow, as the watch sees them. */
  readonly growing?: GrowingWorkers;
}

/** Reads a server's recording and moves it so that its last line was written at `endMs`; the fleet opened later. */
export async function openHostFiles(
  server: RecordedServer,
  endMs: number,
  openedAtMs: number,
): Promise<HostFiles> {
  const missing = new Set(server.missing);
  const names = (await readdir(server.recording)).filter(name => !missing.has(name));
  const raw = await Promise.all(
    names.map(async name => [name, await readFile(join(server.recording, name))] as const),
  );
  const recorded = new Map(raw.map(([name, bytes]) => [name, latin1(bytes)]));
  const clock = clockOf(recorded);
  const endedAtMs = endOf(recorded, clock) ?? endMs;
  const shift = { seconds: Math.round((endMs - endedAtMs) / 1000), clock, endedAtMs };
  const texts = new Map(raw.map(([name, bytes]) => [name, latin1(shiftRecording(name, bytes, shift))]));
  const bootEpochMs = bootOf(texts);
  return {
    texts,
    denied: new Set(server.denied),
    clock,
    ...(bootEpochMs !== undefined && { bootEpochMs }),
    ...(server.growing && { growing: await openGrowingWorkers(openedAtMs) }),
  };
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The zone of a recording: its own word, or what its lines print. */
function clockOf(texts: ReadonlyMap<string, string>): HostClock {
  const said = readHostClock(texts.get('clock.txt') ?? '');
  if (said !== undefined) return said;
  const head = (pattern: RegExp) => {
    const found = [...texts].find(([name, text]) => pattern.test(name) && text !== '');
    return found?.[1].slice(0, 65_536);
  };
  const nginxAccessLine = head(/^nginx-.*access/);
  const unitStateText = head(/^systemctl-show-/);
  const gunicornLine = head(/^journal-(?!kernel)/);
  return clockFromEvidence({
    ...(nginxAccessLine !== undefined && { nginxAccessLine }),
    ...(unitStateText !== undefined && { unitStateText }),
    ...(gunicornLine !== undefined && { gunicornLine }),
  });
}

/**
 * When NGINX or the unit wrote the last line. Of the kernel's log only what it says beside them: its last line
 * may be an old one, or tell of another host on the same machine.
 */
function endOf(texts: ReadonlyMap<string, string>, clock: HostClock): number | undefined {
  const ends = [...texts].flatMap(([name, text]) => {
    const isNginx = /^nginx-.*(?:access|error)/.test(name);
    if (!isNginx && !/^journal-(?!kernel)/.test(name)) return [];
    const stamps = text
      .split('\n')
      .flatMap(line => (isNginx ? nginxStamp(line, clock) : recordStamp(line)) ?? []);
    return stamps.length === 0 ? [] : [stamps.reduce((a, b) => Math.max(a, b))];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

const nginxStamp = (line: string, clock: HostClock) => firstInstant(line, [SLASHED, TIME_LOCAL, ISO], clock);

function recordStamp(line: string): number | undefined {
  const us = readJournalRecord(line)?.realtimeUs;
  return us === undefined ? undefined : Math.floor(us / 1000);
}

/** A record's wall clock minus its monotonic clock: process tables count from there. */
function bootOf(texts: ReadonlyMap<string, string>): number | undefined {
  const said = readBootEpochMs(texts.get('clock.txt') ?? '');
  if (said !== undefined) return said;
  for (const [name, text] of texts) {
    if (!/^journal.*\.json$/.test(name)) continue;
    const record = readJournalRecord(text.slice(0, Math.max(0, text.indexOf('\n'))));
    if (record?.realtimeUs !== undefined && record.monotonicUs !== undefined)
      return Math.round((record.realtimeUs - record.monotonicUs) / 1000);
  }
  return undefined;
}
