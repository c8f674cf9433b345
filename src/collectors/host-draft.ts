import type { HostClock, NginxConfig, UnitState } from '../signals/host-state.ts';
import type { ReadContext } from '../signals/moments.ts';
import type { CausePattern } from '../signals/pattern-hits.ts';
import type { Coverage, Moment, Signal, SourceId, SourceLine } from '../signals/signal.ts';
import type { AccessLog, HostFile } from './case-file.ts';
import type { Window } from './question.ts';
import { ABSENT, DENIED, type Recording, UNANSWERED } from './recording.ts';

type Parts = {
  -readonly [K in
    | 'unit'
    | 'cgroup'
    | 'workers'
    | 'queues'
    | 'nginx'
    | 'gunicorn'
    | 'memory'
    | 'versions'
    | 'samples']: HostFile[K];
};

/** One server's file while it is being written: collectors add to it, in the order of the catalogue. */
export class HostDraft {
  readonly server: string;
  readonly unitName: string;
  readonly runsApp: boolean;
  readonly runsNginx: boolean;
  /** Read from a bundle: then no question can be asked again. */
  readonly recorded: boolean;
  /** In the server's own clock. */
  readonly window: Window;
  /** What the playbook looks for in the lines. */
  readonly patterns: readonly CausePattern[];
  readonly signals: Signal[] = [];
  readonly accessLogs: AccessLog[] = [];
  readonly coverage: Coverage[] = [];
  readonly parts: Parts = {
    workers: [],
    queues: [],
    samples: [],
    unit: undefined,
    cgroup: undefined,
    nginx: undefined,
    gunicorn: undefined,
    memory: undefined,
    versions: undefined,
  };
  /** Gunicorn units that do run here, asked for when the service's own unit is not there. */
  runningUnits?: readonly string[];
  clock: HostClock = { errorMs: 0, utcOffsetMinutes: 0, assumed: true };
  bootEpochMs?: number;

  constructor(
    about: Pick<HostDraft, 'server' | 'unitName' | 'runsApp' | 'runsNginx' | 'recorded' | 'window'> & {
      readonly patterns?: readonly CausePattern[];
    },
  ) {
    this.server = about.server;
    this.unitName = about.unitName;
    this.runsApp = about.runsApp;
    this.runsNginx = about.runsNginx;
    this.recorded = about.recorded;
    this.window = about.window;
    this.patterns = about.patterns ?? [];
  }

  get context(): ReadContext {
    return { server: this.server, clock: this.clock };
  }

  get unit(): UnitState | undefined {
    return this.parts.unit;
  }

  get nginx(): NginxConfig | undefined {
    return this.parts.nginx;
  }

  cover(
    source: SourceId,
    state: Coverage['state'],
    more: Pick<Coverage, 'fromMs' | 'toMs' | 'detail'> = {},
  ): void {
    this.coverage.push({ server: this.server, source, state, ...more });
  }

  /**
   * The recordings that hold something, after the others were entered as gaps. A refusal is a gap with the
   * tool's own words, an absent file another.
   */
  readable(source: SourceId, recordings: readonly Recording[]): readonly Recording[] {
    const good = recordings.filter(
      r => ![DENIED, ABSENT, UNANSWERED].includes(r.exitCode) && !(r.exitCode !== 0 && r.bytes.length === 0),
    );
    if (good.length > 0) return good;
    const failed =
      recordings.find(r => r.exitCode === DENIED) ??
      recordings.find(r => r.exitCode === UNANSWERED) ??
      recordings[0];
    const detail = failed?.complaint.trim().split('\n')[0];
    const state =
      failed?.exitCode === DENIED ? 'denied' : failed?.exitCode === UNANSWERED ? 'unanswered' : 'absent';
    this.cover(source, state, detail ? { detail } : {});
    return [];
  }

  /** The finished file, its times moved to this machine's clock. */
  finish(user?: string): HostFile {
    const shift = new ClockShift(this.clock);
    const moved = { ...this.parts, unit: this.parts.unit && shift.unit(this.parts.unit) };
    const parts = Object.fromEntries(Object.entries(moved).filter(([, value]) => value !== undefined));
    return {
      server: this.server,
      ...(user !== undefined && { user }),
      ...(this.runningUnits && { runningUnits: this.runningUnits }),
      runsApp: this.runsApp,
      runsNginx: this.runsNginx,
      clock: this.clock,
      signals: this.signals.map(s => shift.signal(s)).sort((a, b) => a.at.epochMs - b.at.epochMs),
      accessLogs: this.accessLogs.map(log => ({ ...log, requests: log.requests.map(r => shift.signal(r)) })),
      coverage: this.coverage.map(c => shift.coverage(c)),
      ...(parts as unknown as Omit<Parts, never>),
    } as HostFile;
  }
}

/** Moves moments of a server's clock to ours. An offset inside the error of its measurement is no offset. */
class ClockShift {
  readonly #byMs: number;
  readonly #errorMs: number;

  constructor(clock: HostClock) {
    const offset = clock.offsetMs ?? 0;
    this.#byMs = Math.abs(offset) > clock.errorMs ? offset : 0;
    this.#errorMs = clock.offsetMs === undefined ? 0 : clock.errorMs;
  }

  signal<S extends { readonly at: Moment; readonly line: SourceLine }>(signal: S): S {
    if (this.#byMs === 0 && this.#errorMs === 0) return signal;
    return { ...signal, at: this.#moment(signal.at) };
  }

  coverage(coverage: Coverage): Coverage {
    if (this.#byMs === 0) return coverage;
    return {
      ...coverage,
      ...(coverage.fromMs !== undefined && { fromMs: coverage.fromMs - this.#byMs }),
      ...(coverage.toMs !== undefined && { toMs: coverage.toMs - this.#byMs }),
    };
  }

  unit(unit: UnitState): UnitState {
    if (this.#byMs === 0) return unit;
    return {
      ...unit,
      ...(unit.activeSinceMs !== undefined && { activeSinceMs: unit.activeSinceMs - this.#byMs }),
      ...(unit.mainStartedMs !== undefined && { mainStartedMs: unit.mainStartedMs - this.#byMs }),
    };
  }

  #moment(at: Moment): Moment {
    return { epochMs: at.epochMs - this.#byMs, toleranceMs: at.toleranceMs + this.#errorMs };
  }
}
