import type {
  AcceptQueue,
  CgroupMemory,
  GunicornSettings,
  HostClock,
  HostMemory,
  MemorySample,
  NginxConfig,
  UnitState,
  Versions,
  WorkerProcess,
} from '../signals/host-state.ts';
import type { AccessRequest, Coverage, Signal } from '../signals/signal.ts';
import type { Window } from './question.ts';

/** Requests of one minute that ended with one status, as counted over a whole access log. */
export interface StatusTotal {
  readonly minuteAtMs: number;
  readonly status: number;
  readonly count: number;
}

/** One access log. Logs of one `level` of the NGINX configuration hold the same requests. */
export interface AccessLog {
  readonly name: string;
  readonly level: string;
  /** The lines that were read: all of them from a bundle, failures only from a server. */
  readonly requests: readonly AccessRequest[];
  /** Counted at the target over every line of the window; undefined where `requests` is the whole log. */
  readonly totals?: readonly StatusTotal[];
}

/** Everything one server told, read and understood, nothing concluded. */
export interface HostFile {
  readonly server: string;
  /** The user it was read as. */
  readonly user?: string;
  readonly runsApp: boolean;
  readonly runsNginx: boolean;
  readonly clock: HostClock;
  /** Oldest first. Access-log requests are in `accessLogs`. */
  readonly signals: readonly Signal[];
  readonly accessLogs: readonly AccessLog[];
  readonly unit?: UnitState;
  /** The service's unit does not exist here; these Gunicorn units do. */
  readonly runningUnits?: readonly string[];
  readonly cgroup?: CgroupMemory;
  readonly workers: readonly WorkerProcess[];
  readonly queues: readonly AcceptQueue[];
  readonly nginx?: NginxConfig;
  readonly gunicorn?: GunicornSettings;
  readonly memory?: HostMemory;
  readonly versions?: Versions;
  readonly samples: readonly MemorySample[];
  readonly coverage: readonly Coverage[];
}

/** All that is known about one service in one window: what a diagnosis is made from. */
export interface CaseFile {
  readonly service: string;
  readonly unit: string;
  readonly window: Window;
  readonly hosts: readonly HostFile[];
  /** Read from a bundle, not from servers. */
  readonly recorded: boolean;
  /** Servers that told nothing. */
  readonly unreached: readonly {
    readonly server: string;
    readonly reason: string;
    readonly detail: string;
    readonly fix: string;
  }[];
  /** Upstream address as NGINX prints it to the server behind it. */
  readonly upstreams: ReadonlyMap<string, string>;
  /** The service's own upstream addresses; undefined where NGINX serves nothing else, or nobody can tell. */
  readonly peers?: ReadonlySet<string>;
}
