/** One reading of one worker process. A pid alone names no process: with its start it does. */
export interface WorkerSample {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTicks: number;
  readonly rssBytes: number;
  /** Unshared memory; read at most hourly, because it is dear. */
  readonly ussBytes?: number;
  /** Requests this worker has served, where somebody counts them. */
  readonly served?: number;
}

/** What was read of one unit on one server in one minute. */
export interface UnitSample {
  readonly server: string;
  readonly service: string;
  readonly unit: string;
  /** Epoch ms, by our clock. */
  readonly atMs: number;
  /** Which boot the start ticks count from. */
  readonly bootId: string;
  readonly workers: readonly WorkerSample[];
  readonly masterPid?: number;
  readonly masterRssBytes?: number;
  readonly memory?: UnitMemory;
  /** `MemAvailable` of the host. */
  readonly hostAvailableBytes?: number;
  readonly hostTotalBytes?: number;
  /** Since the sample before; absent where no access log can be read. */
  readonly counts?: RequestCounts;
}

/** The unit's cgroup. A limit that is `max` is absent. Counters rise only, and start anew with the unit. */
export interface UnitMemory {
  readonly currentBytes: number;
  readonly maxBytes?: number;
  readonly highBytes?: number;
  readonly oomKills?: number;
  readonly highEvents?: number;
  readonly maxEvents?: number;
}

/** Requests of a service that NGINX logged in one minute on one server. */
export interface RequestCounts {
  readonly requests: number;
  readonly http502: number;
  readonly http504: number;
}

/** The life of one worker: all samples of one process, oldest first. */
export interface WorkerLife {
  readonly server: string;
  readonly unit: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  readonly points: readonly LifePoint[];
}

export interface LifePoint {
  readonly atMs: number;
  readonly rssBytes: number;
  readonly ussBytes?: number;
  readonly served?: number;
  /** Present on a point that stands for a stretch: samples of more than a week ago are thinned to these. */
  readonly envelope?: Envelope;
}

/** The samples of 20 minutes in one point: its moment is their middle, its `rssBytes` their 10th percentile. */
export interface Envelope {
  readonly lowestBytes: number;
  readonly highestBytes: number;
  /** How many there were. */
  readonly samples: number;
}
