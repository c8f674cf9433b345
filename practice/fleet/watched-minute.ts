import { readCgroupMemory } from '../../src/signals/cgroup-memory.ts';
import { readMemorySamples } from '../../src/signals/memory-samples.ts';
import { readWorkerTable } from '../../src/signals/worker-table.ts';
import { type HostChange, UNCHANGED } from './host-change.ts';
import type { HostFiles } from './host-files.ts';
import { accessSecond, statusOf } from './log-windows.ts';
import { CONFIG_FILE, textOf } from './unit-words.ts';

const PAGE_KIB = 4;
/** A sampler wrote each second or two; an instant without a row near it lies outside of the recording. */
const NEAR_MS = 60_000;
/** Files of a cgroup that the watch asks for. */
const WATCHED =
  /^memory\.(?:current|max|high|events|usage_in_bytes|limit_in_bytes|failcnt|oom_control):.*$/gm;

/** The unit's processes at an instant, its master first. */
export function watchedProcesses(files: HostFiles, change: HostChange, nowMs: number): readonly Process[] {
  const { processes } = renewed(
    files.growing ? grown(files, nowMs) : recorded(files, nowMs),
    files,
    change,
    nowMs,
  );
  const pids = new Set(processes.map(({ pid }) => pid));
  const master = processes.find(({ parentPid }) => !pids.has(parentPid));
  return master ? [master, ...processes.filter(each => each.parentPid === master.pid)] : [];
}

interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTicks: number;
  readonly rssKib: number;
}

/** The unit's rows of a `watch-sample` answer at an instant. */
export function watchedUnit(files: HostFiles, nowMs: number, change: HostChange = UNCHANGED): string[] {
  const unit = renewed(files.growing ? grown(files, nowMs) : recorded(files, nowMs), files, change, nowMs);
  if (unit.processes.length === 0) return ['unit absent'];
  const rows = unit.processes.map(
    ({ pid, parentPid, startTicks, rssKib }) =>
      `process ${pid} ${parentPid} S ${startTicks} ${Math.round(rssKib / PAGE_KIB)} gunicorn`,
  );
  const { currentBytes, oomKills } = unit;
  const memory = (files.texts.get('cgroup.txt') ?? '').match(WATCHED) ?? [];
  const moved = memory.map(row =>
    row
      .replace(/^(memory\.(?:current|usage_in_bytes):)\d+$/, (all, name) =>
        currentBytes === undefined ? all : `${name}${currentBytes}`,
      )
      .replace(/^(memory\.(?:events|oom_control):oom_kill )\d+$/, (all, name) =>
        oomKills === undefined ? all : `${name}${oomKills}`,
      ),
  );
  return [...rows, ...moved];
}

interface RecordedUnit {
  readonly processes: readonly Process[];
  readonly currentBytes?: number;
  readonly oomKills?: number;
}

/** As the sampler beside the incident saw it; outside of the recording as it was left. */
function recorded(files: HostFiles, nowMs: number): RecordedUnit {
  const text = (name: string) => files.texts.get(name) ?? '';
  const samples = readMemorySamples(text('rss.csv'), '');
  const near = samples.filter(({ atMs }) => atMs <= nowMs && atMs > nowMs - NEAR_MS);
  const last = near.at(-1);
  const table = readWorkerTable(text('proc.txt'), '', 0);
  const ticks = new Map(table.map(({ pid, startedAtMs }) => [pid, Math.round((startedAtMs ?? 0) / 10)]));
  // A worker that was gone when the table was made has no start there: its pid stands for it.
  const startOf = (pid: number) => ticks.get(pid) ?? pid;
  if (last !== undefined) {
    const processes = near
      .filter(({ atMs }) => atMs === last.atMs)
      .map(({ pid, parentPid, rssBytes }) => ({
        pid,
        parentPid,
        startTicks: startOf(pid),
        rssKib: rssBytes / 1024,
      }));
    return {
      processes,
      ...(last.unitBytes !== undefined && { currentBytes: last.unitBytes }),
      ...(last.oomKills !== undefined && { oomKills: last.oomKills }),
    };
  }
  const pids = new Set(readCgroupMemory(text('cgroup.txt'), '')?.pids ?? table.map(({ pid }) => pid));
  const processes = table
    .filter(({ pid }) => pids.has(pid))
    .map(({ pid, parentPid, rssBytes = 0 }) => ({
      pid,
      parentPid,
      startTicks: startOf(pid),
      rssKib: rssBytes / 1024,
    }));
  // Before its begin nothing had happened yet.
  const isBefore = samples[0] !== undefined && nowMs < samples[0].atMs;
  return { processes, ...(isBefore && { oomKills: 0 }) };
}

/** A fresh worker of the recorded application. */
const FRESH_KIB = 30_000;
const MINUTE_MS = 60_000;

/** How long a worker lives under its settings, with one request a second; for ever where nothing recycles it. */
function lifeOf(change: HostChange, worker: number): number {
  const text = textOf(change, CONFIG_FILE) ?? '';
  const of = (name: string) => Number(new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const least = of('max_requests');
  if (least === 0) return Number.POSITIVE_INFINITY;
  return (least + (of('max_requests_jitter') * ((worker * 37) % 100)) / 100) * 1000;
}

/** After a change that makes every worker anew: other pids, fresh memory, and from then on as old as the change. */
function renewed(unit: RecordedUnit, files: HostFiles, change: HostChange, nowMs: number): RecordedUnit {
  const { renewedAtMs, restarts } = change;
  if (renewedAtMs === undefined || nowMs < renewedAtMs) return unit;
  const pids = new Set(unit.processes.map(({ pid }) => pid));
  const old = unit.processes.find(({ parentPid }) => !pids.has(parentPid));
  if (!old) return unit;
  const ticks = old.startTicks + Math.round((renewedAtMs - (files.bootEpochMs ?? renewedAtMs - 1)) / 10);
  const master = restarts === 0 ? old : { ...old, pid: old.pid + restarts * 40, startTicks: ticks };
  const { length } = unit.processes.filter(({ parentPid }) => parentPid === old.pid);
  const workers = Array.from({ length }, (_, at) => {
    const lifeMs = lifeOf(change, at);
    const ageMs = nowMs - renewedAtMs;
    const lives = Math.floor(ageMs / lifeMs);
    const minutes = Math.floor((ageMs - (lives === 0 ? 0 : lives * lifeMs)) / MINUTE_MS);
    return {
      pid: master.pid + 10 + at + lives * length,
      parentPid: master.pid,
      startTicks: ticks + 1 + at + (lives === 0 ? 0 : Math.round((lives * lifeMs) / 10)),
      rssKib: files.growing?.young(minutes)?.workersRssKib[at] ?? FRESH_KIB,
    };
  });
  const kib = [master, ...workers].reduce((sum, { rssKib }) => sum + rssKib, 0);
  return { ...unit, processes: [master, ...workers], currentBytes: Math.round(kib * 1024) };
}

/** Workers that grow stand in the place of the recorded ones, under the recorded master. */
function grown(files: HostFiles, nowMs: number): RecordedUnit {
  const minute = files.growing?.at(nowMs);
  const shown = [...files.texts].find(([name]) => /^systemctl-show-/.test(name))?.[1] ?? '';
  const masterPid = Number(/^MainPID=(\d+)$/m.exec(shown)?.[1] ?? 1000);
  if (minute === undefined) return { processes: [] };
  const master = { pid: masterPid, parentPid: 1, startTicks: masterPid, rssKib: minute.masterRssKib };
  const workers = minute.workersRssKib.map((rssKib, at) => {
    const pid = masterPid + at + 1;
    return { pid, parentPid: masterPid, startTicks: pid, rssKib };
  });
  const kib = [master, ...workers].reduce((sum, { rssKib }) => sum + rssKib, 0);
  return { processes: [master, ...workers], currentBytes: kib * 1024, oomKills: 0 };
}

/** What was logged up to now and behind the place where the last reading ended. */
export function watchedLogRow(
  files: HostFiles,
  name: string,
  log: { readonly number: number; readonly place: string; readonly file: string; readonly offset: number },
  nowMs: number,
): string {
  const text = files.texts.get(name);
  if (text === undefined) return `log ${log.number} absent`;
  let end = 0;
  let requests = 0;
  const counts = { '502': 0, '504': 0 };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const at = accessSecond(line, files.clock);
    if (at !== undefined && at * 1000 > nowMs) break;
    end += line.length + 1;
    if (end <= log.offset || line.startsWith('#staunch ')) continue;
    requests++;
    const status = statusOf(line, log.place);
    if (status === '502' || status === '504') counts[status]++;
  }
  if (log.file === '-') return `log ${log.number} begun 1:1 ${end}`;
  return `log ${log.number} read 1:1 ${end} ${requests} ${counts['502']} ${counts['504']} 0`;
}
