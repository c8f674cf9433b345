import type { SourceLine } from './signal.ts';

/**
 * What a server looks like now, as opposed to what its logs say happened. Every value that a verdict may
 * rest on keeps the line it came from.
 */

/** `systemctl show` of a unit. Property names are systemd's own; a missing one means an older systemd. */
export interface UnitState {
  readonly unit: string;
  /** Property name to its verbatim `Name=value` line. */
  readonly lines: ReadonlyMap<string, SourceLine>;
  /** `loaded`, or `not-found` for a unit that systemd does not know (every other property is a default then). */
  readonly loadState?: string;
  readonly activeState?: string;
  readonly subState?: string;
  readonly result?: string;
  readonly type?: string;
  readonly mainPid?: number;
  readonly restarts?: number;
  readonly restart?: string;
  /** `stop` (systemd's default since 243), `continue` or `kill`. */
  readonly oomPolicy?: string;
  /** Path below the cgroup mount, e.g. `/system.slice/checkout.service`; empty while the unit is down. */
  readonly controlGroup?: string;
  readonly memoryMaxBytes?: number;
  readonly memoryHighBytes?: number;
  readonly memoryCurrentBytes?: number;
  readonly timeoutStopMs?: number;
  readonly startLimitBurst?: number;
  /** When the unit last became active: counters of its cgroup start no earlier. */
  readonly activeSinceMs?: number;
  /** When the main process started; later than `activeSinceMs` never, with Type=notify earlier. */
  readonly mainStartedMs?: number;
  readonly execStart?: string;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly environment?: string;
  readonly environmentFiles?: readonly string[];
  readonly fragmentPath?: string;
  readonly dropInPaths?: readonly string[];
  readonly triggeredBy?: readonly string[];
  readonly needsDaemonReload?: boolean;
}

/** Memory files of a unit's cgroup. Counters restart at 0 when the unit restarts. */
export interface CgroupMemory {
  readonly version: 1 | 2;
  /** `memory.events oom_kill` (v2) or `memory.oom_control oom_kill` (v1): kills of members by any OOM. */
  readonly oomKills?: number;
  readonly oomKillsLine?: SourceLine;
  /** `memory.events max` or v1 `memory.failcnt`: how often the limit was hit. */
  readonly limitHits?: number;
  /** `memory.events high`: how often MemoryHigh throttled. */
  readonly highHits?: number;
  readonly highHitsLine?: SourceLine;
  readonly limitBytes?: number;
  readonly highBytes?: number;
  readonly currentBytes?: number;
  readonly peakBytes?: number;
  readonly swapBytes?: number;
  /** `memory.pressure` "some avg60" and "full avg60", percent. */
  readonly pressureSome?: number;
  readonly pressureFull?: number;
  readonly pids: readonly number[];
}

/** One process of the unit. */
export interface WorkerProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly comm: string;
  readonly rssBytes?: number;
  readonly startedAtMs?: number;
  /** `utime + stime`. */
  readonly cpuMs?: number;
  readonly threads?: number;
  readonly commandLine?: string;
  readonly line: SourceLine;
}

/** A listening socket. For unix sockets `waiting` is the accept queue, `limit` the backlog. */
export interface AcceptQueue {
  /** `unix:/run/app.sock` or `127.0.0.1:8000`, `[::1]:8000`, `*:8000`. */
  readonly listener: string;
  readonly waiting: number;
  readonly limit: number;
  readonly line: SourceLine;
}

/** One `access_log` or `error_log` directive in force. */
export interface LogTarget {
  /** A path, or `syslog:…`, `stderr`, `off`, `/dev/null`. */
  readonly target: string;
  /** access_log: the name of its format (`combined` when not named); error_log: its level (`error`). */
  readonly style: string;
  readonly buffered: boolean;
  /** access_log with `if=`: requests may be missing from it. */
  readonly conditional?: boolean;
  /** Which level of the configuration names it: logs of one level hold the same requests. */
  readonly level: string;
  readonly line: SourceLine;
}

/** What `nginx -T` says that matters to a 502. */
export interface NginxConfig {
  /** Format name to its template and escape mode; `combined` is always there. */
  readonly formats: ReadonlyMap<
    string,
    { readonly template: string; readonly escape: 'default' | 'json' | 'none' }
  >;
  readonly accessLogs: readonly LogTarget[];
  readonly errorLogs: readonly LogTarget[];
  /** Upstream group name to its servers (`unix:/run/app.sock`, `10.0.0.2:8000`) and keepalive. */
  readonly upstreams: ReadonlyMap<
    string,
    { readonly servers: readonly string[]; readonly keepalive?: number; readonly line: SourceLine }
  >;
  /**
   * Targets of proxy_pass, uwsgi_pass, … (group names or addresses), with the level they stand in and the
   * settings in force there; undefined where NGINX's default holds.
   */
  readonly proxyPasses: readonly {
    readonly target: string;
    readonly level: string;
    readonly line: SourceLine;
    readonly readTimeoutMs?: number;
    readonly connectTimeoutMs?: number;
    readonly httpVersion?: string;
    readonly nextUpstream?: string;
  }[];
  readonly proxyReadTimeoutMs?: number;
  readonly proxyConnectTimeoutMs?: number;
  readonly proxyHttpVersion?: string;
  readonly proxyNextUpstream?: string;
}

/** One Gunicorn setting in force and the layer that sets it. */
export interface GunicornSetting<T> {
  readonly value: T | 'computed';
  readonly from: 'command-line' | 'environment' | 'config-file' | 'log' | 'default';
  readonly line?: SourceLine;
}

/** Gunicorn's effective settings: command line over GUNICORN_CMD_ARGS over config file over default. */
export interface GunicornSettings {
  readonly version?: string;
  readonly workerClass?: GunicornSetting<string>;
  readonly workers?: GunicornSetting<number>;
  readonly threads?: GunicornSetting<number>;
  readonly timeoutSeconds?: GunicornSetting<number>;
  readonly gracefulTimeoutSeconds?: GunicornSetting<number>;
  readonly maxRequests?: GunicornSetting<number>;
  readonly maxRequestsJitter?: GunicornSetting<number>;
  readonly backlog?: GunicornSetting<number>;
  readonly preload?: GunicornSetting<boolean>;
  /** Each worker listens on a socket of its own (SO_REUSEPORT). */
  readonly reusePort?: GunicornSetting<boolean>;
  readonly keepaliveSeconds?: GunicornSetting<number>;
  readonly binds?: GunicornSetting<readonly string[]>;
  readonly logLevel?: GunicornSetting<string>;
  readonly configFile?: string;
  /** The file's mtime. Later than the last start or HUP: what the file says is not yet in force. */
  readonly configChangedAtMs?: number;
}

export interface HostMemory {
  readonly totalBytes: number;
  readonly availableBytes?: number;
  readonly swapTotalBytes?: number;
  readonly swapFreeBytes?: number;
  /** `/proc/pressure/memory`, "avg60", percent. */
  readonly pressureSome?: number;
  readonly pressureFull?: number;
  /** `/proc/vmstat oom_kill`: kills of the whole host since boot. */
  readonly oomKillsSinceBoot?: number;
  readonly swapInPages?: number;
}

export interface Versions {
  readonly nginx?: string;
  readonly gunicorn?: string;
  readonly python?: string;
  readonly systemd?: number;
  readonly kernel?: string;
}

/** RSS of one process at one instant; `oomKills` is the unit's counter when the sampler recorded it. */
export interface MemorySample {
  readonly atMs: number;
  readonly pid: number;
  readonly parentPid: number;
  readonly rssBytes: number;
  readonly unitBytes?: number;
  readonly oomKills?: number;
  readonly line: SourceLine;
}

/** A server's clock against ours, and the zone its zone-less logs are written in. */
export interface HostClock {
  /** Server minus this machine. Undefined for recorded evidence: its logs share one clock. */
  readonly offsetMs?: number;
  /** Half the round trip of the measurement. */
  readonly errorMs: number;
  /** IANA name; undefined when only `utcOffsetMinutes` is known. */
  readonly timeZone?: string;
  readonly utcOffsetMinutes?: number;
  /** True when nothing said the zone and UTC was assumed. */
  readonly assumed: boolean;
}
