import { readJournalRecord } from '../signals/journal-record.ts';
import type { HostFile } from './case-file.ts';
import type { Collector } from './collector.ts';
import { HostDraft } from './host-draft.ts';
import { inferClock } from './host-state.ts';
import { textOf } from './nginx-config.ts';
import type { Window } from './question.ts';
import { EVERYTHING, type ReadingPlan, roundsOf } from './reading-plan.ts';
import type { Recording } from './recording.ts';

/** Reads recordings into the draft with the given collectors; pauses between slices. */
export function* readRecordings(
  draft: HostDraft,
  recordings: readonly Recording[],
  collectors: readonly Collector[],
): Generator<undefined, void> {
  for (const collector of collectors) {
    const own = recordings.filter(r => collector.holds(r.name));
    yield* collector.read(own, draft);
    if (collector.id === 'clock') inferClock(draft, zoneTexts(recordings));
  }
}

/**
 * One server's file from a bundle. The window is the caller's, or all that NGINX's and Gunicorn's lines cover.
 */
export function* readBundledHost(
  about: { server: string; unitName: string; runsApp: boolean; runsNginx: boolean; window?: Window },
  recordings: readonly Recording[],
  plan: ReadingPlan = EVERYTHING,
): Generator<undefined, HostFile> {
  const window = about.window ?? { fromMs: 0, toMs: latestStamp(recordings) };
  const draft = new HostDraft({ ...about, recorded: true, window, patterns: plan.patterns });
  const boot = bootEpochOf(recordings);
  if (boot !== undefined) draft.bootEpochMs = boot;
  for (const collectors of roundsOf(plan)) yield* readRecordings(draft, recordings, collectors);
  return draft.finish();
}

/** First bytes of the files that may print the server's zone. */
function zoneTexts(recordings: readonly Recording[]) {
  const head = (pattern: RegExp) => {
    const found = recordings.find(r => pattern.test(r.name) && r.bytes.length > 0);
    return found && textOf(found.bytes.subarray(0, 65_536));
  };
  const nginxAccessLine = head(/^nginx-.*access.*\.log$/) ?? head(/^nginx-.*access/);
  const unitStateText = head(/^systemctl-show-/);
  const gunicornLine = head(/^journal-(?!kernel)/);
  return {
    ...(nginxAccessLine !== undefined && { nginxAccessLine }),
    ...(unitStateText !== undefined && { unitStateText }),
    ...(gunicornLine !== undefined && { gunicornLine }),
  };
}

/** A journal record's wall clock minus its monotonic clock is the boot: plain dmesg has no other date. */
function bootEpochOf(recordings: readonly Recording[]): number | undefined {
  for (const { name, bytes } of recordings) {
    if (!/^journal.*\.json$/.test(name) || bytes.length === 0) continue;
    const end = bytes.indexOf(10);
    const record = readJournalRecord(textOf(bytes.subarray(0, end < 0 ? bytes.length : end)));
    if (record?.realtimeUs !== undefined && record.monotonicUs !== undefined)
      return Math.round((record.realtimeUs - record.monotonicUs) / 1000);
  }
  return undefined;
}

/** Latest year that any stamp in the bundle shows: what "before this" means for stamps without a year. */
function latestStamp(recordings: readonly Recording[]): number {
  let latest = 0;
  for (const { name, bytes } of recordings) {
    if (!/^(journal|nginx)/.test(name)) continue;
    const tail = textOf(bytes.subarray(Math.max(0, bytes.length - 4_096)));
    for (const match of tail.matchAll(/"__REALTIME_TIMESTAMP":"(\d{16})"/g))
      latest = Math.max(latest, Number(match[1]) / 1000);
    for (const match of tail.matchAll(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/g))
      latest = Math.max(latest, Date.parse(`${match[1]}Z`));
    for (const match of tail.matchAll(/(\d{4})\/(\d\d)\/(\d\d) \d\d:\d\d:\d\d \[/g))
      latest = Math.max(latest, Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + 1));
  }
  return latest || Number.MAX_SAFE_INTEGER;
}

/** The Gunicorn units that a bundle tells of, by `systemctl show`, else by who wrote the journal. */
export function gunicornUnitsOf(recordings: readonly Recording[]): readonly string[] {
  const units = new Set<string>();
  for (const { name, bytes } of recordings) {
    if (!/^systemctl-(show|cat)-(?!nginx)/.test(name)) continue;
    const text = textOf(bytes);
    const id =
      /^Id=(\S{1,256}\.service)$/m.exec(text)?.[1] ??
      /^# \/\S{0,200}\/(\S{1,256}\.service)$/m.exec(text)?.[1];
    if (id !== undefined && (/^ExecStart=.*gunicorn/m.test(text) || !/^ExecStart=/m.test(text)))
      units.add(id);
  }
  if (units.size > 0) return [...units];
  for (const { name, bytes } of recordings) {
    if (!/^journal-(?!kernel).*\.json$/.test(name)) continue;
    for (const line of textOf(bytes.subarray(0, 4_000_000)).split('\n')) {
      if (
        !/(Booting worker|Listening at|Starting gunicorn|WORKER TIMEOUT|was sent SIG|terminated due to signal)/.test(
          line,
        )
      )
        continue;
      const unit = readJournalRecord(line)?.unit;
      if (unit?.endsWith('.service')) units.add(unit);
    }
  }
  if (units.size > 0) return [...units];
  for (const { name, bytes } of recordings) {
    if (!/^journal-(?!kernel).*\.txt$/.test(name)) continue;
    for (const match of textOf(bytes).matchAll(/systemd\[1\]: (\S{1,256}\.service): /g))
      units.add(match[1] as string);
    if (units.size === 0)
      for (const match of textOf(bytes).matchAll(
        /systemd\[1\]: (?:Started|Stopping|Stopped|Starting) (\S{1,256}\.service)/g,
      ))
        units.add(match[1] as string);
  }
  return [...units];
}
