import { readAcceptQueues } from '../signals/accept-queue.ts';
import { readCgroupMemory } from '../signals/cgroup-memory.ts';
import { clockFromEvidence, readBootEpochMs, readHostClock } from '../signals/host-clock.ts';
import { readHostMemory } from '../signals/host-memory.ts';
import { readMemorySamples } from '../signals/memory-samples.ts';
import { readRecentChanges } from '../signals/recent-changes.ts';
import type { SourceId } from '../signals/signal.ts';
import { readUnitState } from '../signals/unit-state.ts';
import { readVersions } from '../signals/versions.ts';
import { readProcessList, readWorkerTable } from '../signals/worker-table.ts';
import { type Asking, type Collector, type NamedQuestion, SHORT } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import { textOf } from './nginx-config.ts';
import type { Recording } from './recording.ts';

/** A collector of one short answer that is read at once. */
function shortCollector(about: {
  id: Collector['id'];
  source: SourceId;
  file: RegExp;
  ask: (asking: Asking) => readonly Omit<NamedQuestion, 'limits' | 'verb'>[];
  /** True when the text held what was asked for. */
  read: (text: string, draft: HostDraft, recording: Recording) => boolean;
  wanted?: (draft: HostDraft) => boolean;
}): Collector {
  return {
    id: about.id,
    source: about.source,
    holds: name => about.file.test(name),
    questions: asking =>
      about.id === 'memory-samples'
        ? []
        : about.ask(asking).map(q => ({ ...q, verb: about.id as NamedQuestion['verb'], limits: SHORT })),
    *read(recordings, draft) {
      if (about.wanted && !about.wanted(draft)) return;
      const readable = draft.readable(about.source, recordings);
      const told = readable.map(r => about.read(textOf(r.bytes), draft, r)).some(Boolean);
      if (readable.length > 0)
        draft.cover(about.source, told ? 'read' : about.source === 'unit-state' ? 'absent' : 'empty');
      yield;
    },
  };
}

const onApp = (draft: HostDraft) => draft.runsApp;
const ask = (args: readonly string[], name: string, when = true) => (when ? [{ args, name }] : []);
/** The running master's pid as an argument, where there is one: its command line says where Gunicorn is installed. */
const mainPidOf = ({ unit }: HostDraft) => (unit?.mainPid ? [String(unit.mainPid)] : []);
const bare = (unit: string) => unit.replace(/\.service$/, '');

/** The zone of zone-less logs, the boot time, and the offset that the workflow measures beside it. */
export const clock = shortCollector({
  id: 'clock',
  source: 'clock',
  file: /^clock\.txt$/,
  ask: () => ask([], 'clock.txt'),
  read: (text, draft) => {
    draft.clock = {
      ...(readHostClock(text) ?? draft.clock),
      ...(draft.clock.offsetMs !== undefined && {
        offsetMs: draft.clock.offsetMs,
        errorMs: draft.clock.errorMs,
      }),
    };
    const boot = readBootEpochMs(text);
    if (boot !== undefined) draft.bootEpochMs = boot;
    return !draft.clock.assumed;
  },
});

/** For bundles without clock.txt: the zone that other lines of the same server print. */
export function inferClock(
  draft: HostDraft,
  texts: { nginxAccessLine?: string; unitStateText?: string; gunicornLine?: string },
): void {
  if (draft.clock.assumed) draft.clock = clockFromEvidence(texts);
}

/** `systemctl show` of the app's unit: limits, OOMPolicy, restarts, what it runs. */
export const unitState = shortCollector({
  id: 'unit-state',
  source: 'unit-state',
  file: /^systemctl-show-.*\.txt$/,
  wanted: onApp,
  ask: asking => ask([asking.unit], `systemctl-show-${bare(asking.unit)}.txt`, asking.runsApp),
  read: (text, draft) => {
    const unit = readUnitState(text, draft.server, draft.unitName, { clock: draft.clock });
    // A bundle holds other units too (NGINX): only the app's own may speak.
    if (!unit || (unit.lines.has('Id') && !unit.lines.get('Id')?.text.includes(draft.unitName)))
      return draft.unit !== undefined;
    if (unit.loadState === 'not-found') return draft.unit !== undefined;
    draft.parts.unit = unit;
    return true;
  },
});

/** The unit's cgroup: its own kill counter, limit, pressure. */
export const cgroupMemory = shortCollector({
  id: 'cgroup-memory',
  source: 'cgroup-memory',
  file: /^cgroup\.txt$/,
  wanted: onApp,
  ask: ({ known, unit }) =>
    known.runsApp && known.unit
      ? [{ args: [known.unit.controlGroup || `/system.slice/${unit}`], name: 'cgroup.txt' }]
      : [],
  read: (text, draft) => {
    const cgroup = readCgroupMemory(text, draft.server);
    if (cgroup) draft.parts.cgroup = cgroup;
    return cgroup !== undefined;
  },
});

/** The unit's processes. */
export const workerTable = shortCollector({
  id: 'worker-table',
  source: 'worker-table',
  file: /^(proc|ps)\.txt$/,
  wanted: onApp,
  ask: ({ known, unit }) =>
    known.runsApp && known.unit
      ? [{ args: [known.unit.controlGroup || `/system.slice/${unit}`], name: 'proc.txt' }]
      : [],
  read: (text, draft, { name }) => {
    const workers =
      name === 'ps.txt'
        ? readProcessList(text, draft.server, draft.clock)
        : readWorkerTable(text, draft.server, draft.bootEpochMs);
    const own = new Set(draft.parts.cgroup?.pids ?? []);
    const main = draft.unit?.mainPid;
    const ours =
      name === 'ps.txt'
        ? workers.filter(w => own.has(w.pid) || w.pid === main || w.parentPid === main)
        : workers;
    if (draft.parts.workers.length === 0) draft.parts.workers = ours;
    return ours.length > 0;
  },
});

/** Connections that wait to be accepted. */
export const acceptQueue = shortCollector({
  id: 'accept-queue',
  source: 'accept-queue',
  file: /^ss(-.*)?\.txt$/,
  wanted: onApp,
  ask: asking => ask([], 'ss-unix.txt', asking.runsApp),
  read: (text, draft) => {
    draft.parts.queues = [...draft.parts.queues, ...readAcceptQueues(text, draft.server)];
    return draft.parts.queues.length > 0;
  },
});

/** Memory, swap and pressure of the whole host. */
export const hostMemory = shortCollector({
  id: 'host-memory',
  source: 'host-memory',
  file: /^meminfo\.txt$/,
  ask: () => ask([], 'meminfo.txt'),
  read: (text, draft) => {
    draft.parts.memory = readHostMemory(text);
    return draft.parts.memory !== undefined;
  },
});

/** Versions decide wording and known faults. */
export const versions = shortCollector({
  id: 'versions',
  source: 'versions',
  file: /^versions\.txt$/,
  ask: ({ known }) => ask(mainPidOf(known), 'versions.txt'),
  read: (text, draft) => {
    draft.parts.versions = readVersions(text);
    return draft.parts.versions !== undefined;
  },
});

/** Package upgrades and unit files changed shortly before. */
export const recentChanges = shortCollector({
  id: 'recent-changes',
  source: 'recent-changes',
  file: /^recent-changes\.txt$/,
  ask: asking =>
    ask(
      [
        asking.unit,
        String(Math.floor(asking.window.fromMs / 1000) - 86_400),
        String(Math.ceil(asking.window.toMs / 1000)),
        ...mainPidOf(asking.known),
      ],
      'recent-changes.txt',
    ),
  read: (text, draft) => {
    const changes = readRecentChanges(text, draft.server);
    draft.signals.push(...changes);
    return changes.length > 0;
  },
});

/** Samples of RSS and of the kill counter, where a sampler ran beside the incident. */
export const memorySamples = shortCollector({
  id: 'memory-samples',
  source: 'memory-samples',
  file: /^rss\.csv$/,
  wanted: onApp,
  ask: () => [],
  read: (text, draft) => {
    draft.parts.samples = readMemorySamples(text, draft.server);
    return draft.parts.samples.length > 0;
  },
});
