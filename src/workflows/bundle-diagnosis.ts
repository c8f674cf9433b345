import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import { gunicornUnitsOf, readBundledHost } from '../collectors/host-reading.ts';
import type { Window } from '../collectors/question.ts';
import type { ReadingPlan } from '../collectors/reading-plan.ts';
import type { Recording } from '../collectors/recording.ts';
import { readJournalRecord } from '../signals/journal-record.ts';
import type { Signal } from '../signals/signal.ts';
import type { Pause } from './ports.ts';

/** One server's files of a bundle. */
export interface BundledServer {
  readonly server?: string;
  readonly recordings: readonly Recording[];
}

export interface BundleRequest {
  readonly folders: readonly BundledServer[];
  /** What the service is called in the answer; the unit's name when not given. */
  readonly service?: string;
  readonly unit?: string;
  readonly window?: Window;
  /** What the playbook wants read; everything when not said. */
  readonly plan?: ReadingPlan;
  /** Upstream address to server, where the addresses do not tell. */
  readonly upstreams?: ReadonlyMap<string, string>;
}

export type CaseAnswer =
  | { readonly ok: true; readonly caseFile: CaseFile }
  | { readonly ok: false; readonly problem: string };

/** Reads a recorded incident into a case file. The bundle is read whole unless a window is given. */
export async function caseOfBundle(request: BundleRequest, pause: Pause): Promise<CaseAnswer> {
  const units = [...new Set(request.folders.flatMap(f => unitsOf(f.recordings)))];
  const unit = request.unit ?? units[0];
  if (request.unit === undefined && units.length > 1) {
    return {
      ok: false,
      problem: `The bundle tells of ${units.length} units (${units.join(', ')}). Say which one: --unit ${units[0]}`,
    };
  }
  const single = request.folders.length === 1;
  const hosts: HostFile[] = [];
  for (const folder of request.folders) {
    const about = {
      server: folder.server ?? hostNameOf(folder.recordings) ?? 'server',
      unitName: unit ?? 'gunicorn.service',
      runsApp: single || unitsOf(folder.recordings).length > 0,
      runsNginx: single || folder.recordings.some(r => /^nginx-/.test(r.name)),
      ...(request.window && { window: request.window }),
    };
    const reading = readBundledHost(about, folder.recordings, request.plan);
    let step = reading.next();
    while (!step.done) {
      await pause();
      step = reading.next();
    }
    hosts.push(step.value);
  }
  const window = request.window ?? wholeWindow(hosts);
  if (!window)
    return {
      ok: false,
      problem:
        'Nothing in the bundle has a time: there is no log line to read. Check that the files are not empty.',
    };
  return {
    ok: true,
    caseFile: {
      service: request.service ?? (unit ?? 'gunicorn.service').replace(/\.service$/, ''),
      unit: unit ?? 'gunicorn.service',
      window,
      hosts,
      recorded: true,
      unreached: [],
      upstreams: request.upstreams ?? new Map(),
    },
  };
}

/** The units that run the app; where none is Gunicorn's, the one whose journal was recorded. */
function unitsOf(recordings: readonly Recording[]): readonly string[] {
  const gunicorn = gunicornUnitsOf(recordings);
  if (gunicorn.length > 0) return gunicorn;
  const names = recordings.flatMap(({ name }) => JOURNAL_OF_UNIT.exec(name)?.[1] ?? []);
  return names.map(name => `${name}.service`);
}

const JOURNAL_OF_UNIT = /^journal-(?!(?:kernel|all|nginx)\.)([A-Za-z0-9:_.@-]{1,200})\.json$/;

function hostNameOf(recordings: readonly Recording[]): string | undefined {
  for (const { name, bytes } of recordings) {
    if (!/^journal.*\.json$/.test(name) || bytes.length === 0) continue;
    const end = bytes.indexOf(10);
    const record = readJournalRecord(
      new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end)),
    );
    if (record?.hostname) return record.hostname;
  }
  return undefined;
}

const TELLING: ReadonlySet<Signal['kind']> = new Set(['upstream-failure', 'gunicorn', 'unit', 'pattern-hit']);

/** From the first to the last line of NGINX, Gunicorn and PID 1, and those a playbook looks for. The kernel's older lines only prove access. */
function wholeWindow(hosts: readonly HostFile[]): Window | undefined {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  const see = (atMs: number) => {
    fromMs = Math.min(fromMs, atMs);
    toMs = Math.max(toMs, atMs);
  };
  for (const host of hosts) {
    for (const log of host.accessLogs) for (const request of log.requests) see(request.at.epochMs);
    for (const s of host.signals) if (TELLING.has(s.kind)) see(s.at.epochMs);
  }
  return toMs < fromMs ? undefined : { fromMs, toMs: toMs + 999 };
}
