import type { OomNote, PlacedNote } from './kernel-oom-note.ts';
import type { KernelOomKill, SourceLine } from './signal.ts';

type Placed<K extends OomNote['note']> = PlacedNote<Extract<OomNote, { note: K }>>;

/** One report is printed within milliseconds; a slow console can stretch it to seconds. */
const REPORT_MS = 10_000;
/** A pid is not given out again so soon: two lines about it within this time tell of one death. */
const SAME_DEATH_MS = 30_000;
/** A report has a handful of notes; a group's has one for each member. */
const NOTES_LOOKED_AT = 500;

interface Kill {
  readonly kill?: Placed<'kill'>;
  readonly summary?: Placed<'summary'>;
  readonly repeats: readonly SourceLine[];
  /** Where the telling line stood among all notes: the order of printing, if the log kept it. */
  readonly order: number;
}

/**
 * Joins the notes of the kernel's OOM reports to one signal per killed process. Notes may come out of order
 * and reports may interleave: the pid joins what names one, nearness joins the rest.
 */
export function oomKills(notes: readonly PlacedNote[]): readonly KernelOomKill[] {
  const spared = placed(notes, 'spared');
  return joinByPid(notes)
    .filter(
      ({ kill, summary }) => kill !== undefined || !spared.some(it => summary && isSameDeath(it, summary)),
    )
    .map(kill => signalOf(kill, notes));
}

function placed<K extends OomNote['note']>(notes: readonly PlacedNote[], kind: K): readonly Placed<K>[] {
  return notes.filter((note): note is Placed<K> => note.note.note === kind);
}

function isSameDeath(
  a: { readonly at: Placed<'kill'>['at']; readonly note: { readonly pid: number } },
  b: typeof a,
) {
  return a.note.pid === b.note.pid && Math.abs(a.at.epochMs - b.at.epochMs) <= SAME_DEATH_MS;
}

function joinByPid(notes: readonly PlacedNote[]): readonly Kill[] {
  const kills: {
    kill?: Placed<'kill'>;
    summary?: Placed<'summary'>;
    repeats: SourceLine[];
    order: number;
  }[] = [];
  const byPid = new Map<number, typeof kills>();
  for (const [order, note] of notes.entries()) {
    if (note.note.note !== 'kill' && note.note.note !== 'summary') continue;
    const same = byPid.get(note.note.pid) ?? [];
    byPid.set(note.note.pid, same);
    let joined = same.find(it => isSameDeath(note as Placed<'kill'>, (it.kill ?? it.summary)!));
    if (joined === undefined) {
      joined = { repeats: [], order };
      same.push(joined);
      kills.push(joined);
    }
    if (isNote(note, 'kill')) {
      if (joined.kill === undefined) {
        joined.kill = note;
        joined.order = order;
      } else joined.repeats.push(note.line);
    } else if (isNote(note, 'summary')) {
      if (joined.summary === undefined) joined.summary = note;
      else joined.repeats.push(note.line);
    }
  }
  return joinThreads(kills);
}

/**
 * The kill line may name a thread of the process that the summary names: same comm, same instant, other pid.
 * Each has no partner of its own then.
 */
function joinThreads(kills: readonly Kill[]): readonly Kill[] {
  const lonelySummaries = kills.filter(it => it.kill === undefined);
  if (lonelySummaries.length === 0) return kills;
  const taken = new Set<Kill>();
  const joined = kills.map(it => {
    if (it.kill === undefined || it.summary !== undefined) return it;
    const { kill } = it;
    const partner = lonelySummaries.find(
      ({ summary }) =>
        summary !== undefined &&
        summary.note.comm === kill.note.comm &&
        Math.abs(summary.at.epochMs - kill.at.epochMs) <= 1_000,
    );
    if (partner?.summary === undefined || taken.has(partner)) return it;
    taken.add(partner);
    return { ...it, summary: partner.summary };
  });
  return joined.filter(it => !taken.has(it));
}

function isNote<K extends OomNote['note']>(note: PlacedNote, kind: K): note is Placed<K> {
  return note.note.note === kind;
}

function signalOf(joined: Kill, notes: readonly PlacedNote[]): KernelOomKill {
  const { kill, summary } = joined;
  const told = (kill ?? summary)!;
  const around = { notes, order: joined.order, atMs: told.at.epochMs };
  const group = summary === undefined ? nearest(around, 'group', true) : undefined;
  // With memory.oom.group set one report is followed by a kill line for each member.
  const isMember = group !== undefined;
  const groupSummary = isMember ? nearest(around, 'summary', true) : undefined;
  const report = summary ?? groupSummary;
  const taskIn = report === undefined ? nearest(around, 'task-in', isMember) : undefined;
  const selected = kill?.note.scope === undefined ? nearest(around, 'selected', isMember) : undefined;
  const scope =
    report?.note.scope ??
    kill?.note.scope ??
    selected?.note.scope ??
    (taskIn === undefined ? undefined : 'memcg');
  const ofOldReport = scope === 'memcg' ? taskIn : undefined;
  const limit = scope === 'memcg' ? nearest(around, 'limit', isMember) : undefined;
  const invoked = nearest(around, 'invoked', isMember);
  const cgroup = summary?.note.cgroup ?? group?.note.cgroup ?? ofOldReport?.note.cgroup;
  const limitCgroup = report?.note.limitCgroup ?? ofOldReport?.note.limitCgroup;
  const also = [invoked?.line, ofOldReport?.line, group?.line, kill && report?.line];
  return {
    kind: 'kernel-oom-kill',
    at: told.at,
    line: told.line,
    // The summary names the process; the kill line may name one of its threads.
    pid: summary?.note.pid ?? told.note.pid,
    comm: told.note.comm,
    ...(scope !== undefined && { scope }),
    ...(cgroup !== undefined && { cgroup }),
    ...(limitCgroup !== undefined && { limitCgroup }),
    ...(kill?.note.anonRssBytes !== undefined && { anonRssBytes: kill.note.anonRssBytes }),
    ...(kill?.note.rssBytes !== undefined && { rssBytes: kill.note.rssBytes }),
    ...(limit !== undefined && { limitBytes: limit.note.limitBytes }),
    alsoLines: [...also.filter(line => line !== undefined), ...joined.repeats],
  };
}

/**
 * The last such note before the kill in the same report. A kill line in between ends the report, unless it is
 * one of a group. Failing that, a note that was written before the kill but reached the log after it.
 */
function nearest<K extends OomNote['note']>(
  {
    notes,
    order,
    atMs,
  }: { readonly notes: readonly PlacedNote[]; readonly order: number; readonly atMs: number },
  kind: K,
  pastKills: boolean,
): Placed<K> | undefined {
  for (let at = order - 1; at >= 0 && at >= order - NOTES_LOOKED_AT; at--) {
    const note = notes[at]!;
    if (isNote(note, kind) && Math.abs(note.at.epochMs - atMs) <= REPORT_MS) return note;
    if (note.note.note === 'kill' && !pastKills) break;
  }
  for (let at = order + 1; at < notes.length && at <= order + NOTES_LOOKED_AT; at++) {
    const note = notes[at]!;
    if (note.note.note === 'kill') break;
    if (isNote(note, kind) && note.at.epochMs <= atMs && note.at.epochMs >= atMs - REPORT_MS) return note;
  }
  return undefined;
}
