/**
 * What the logs of a server say, as facts. A signal is one line understood: it keeps the line it was read
 * from, so that every later claim can be opened down to what the server wrote.
 */

/**
 * An instant as a log prints it.
 *
 * `epochMs` is the printed stamp in UTC (for a log with whole seconds: the start of that second).
 * `toleranceMs` is doubt beyond the printed resolution: a clock offset error, an unknown time zone, the
 * repeated hour of a DST change. The true instant lies within `epochMs ± toleranceMs` (plus the resolution).
 */
export interface Moment {
  readonly epochMs: number;
  readonly toleranceMs: number;
}

/** Which of a server's records a line came from. Also the `source` of a piece of evidence in the JSON. */
export type SourceId =
  | 'nginx-error-log'
  | 'nginx-access-log'
  | 'unit-journal'
  | 'kernel-log'
  | 'unit-state'
  | 'unit-files'
  | 'cgroup-memory'
  | 'worker-table'
  | 'accept-queue'
  | 'nginx-config'
  | 'gunicorn-settings'
  | 'host-memory'
  | 'clock'
  | 'recent-changes'
  | 'versions'
  | 'memory-samples';

/** A line (or a journal MESSAGE) exactly as the server wrote it. Two signals of one line share the object. */
export interface SourceLine {
  readonly server: string;
  readonly source: SourceId;
  /** Verbatim, without the line end; lines over the reader's cap are cut at the cap. */
  readonly text: string;
  readonly at?: Moment;
}

interface Read {
  readonly at: Moment;
  readonly line: SourceLine;
}

/** How NGINX lost its upstream, by phase and errno. Sources: nginx ngx_http_upstream.c, ngx_event_connect.c. */
export const UPSTREAM_FAULTS = [
  'closed-before-header', // "prematurely closed connection while reading response header"
  'closed-mid-body', // "prematurely closed connection while reading upstream": status already sent
  'reset-before-header', // recv() 104 while reading response header
  'reset-mid-body', // recv()/readv() 104 while reading upstream
  'broken-while-sending', // writev()/send() 32 or 104 while sending request
  'socket-missing', // connect() 2 (ENOENT), logged at [crit]
  'refused', // connect() 111
  'queue-full', // connect() 11 (EAGAIN): a unix socket whose accept queue is full
  'permission-denied', // connect() 13
  'connect-failed', // connect() with any other errno
  'timed-out-connecting',
  'timed-out-reading-header',
  'timed-out-reading-body',
  'timed-out-sending',
  'no-live-upstreams',
  'header-too-big',
  'invalid-response', // no valid HTTP header, invalid header, conflicting lengths
  'name-not-resolved',
] as const;
export type UpstreamFault = (typeof UPSTREAM_FAULTS)[number];

/** One failed try of NGINX to use one upstream peer. With N peers one request yields up to N of these. */
export interface UpstreamFailure extends Read {
  readonly kind: 'upstream-failure';
  readonly fault: UpstreamFault;
  readonly errno?: number;
  /** Peer as printed, without scheme and URI: `unix:/run/app.sock`, `127.0.0.1:8000`, or a group's name. */
  readonly peer?: string;
  readonly client?: string;
  readonly method?: string;
  readonly uri?: string;
  readonly host?: string;
  /** NGINX's client connection number: with keep-alive, several requests share it. */
  readonly connection?: number;
}

/** What NGINX says about itself. */
export interface NginxEvent extends Read {
  readonly kind: 'nginx-event';
  readonly event:
    | 'worker-died' // "worker process P exited on signal N"
    | 'reconfiguring' // reload
    | 'config-refused' // [emerg]
    | 'connections-exhausted'
    | 'peer-disabled' // "upstream server temporarily disabled"
    | 'request-limited'
    | 'client-closed'; // "client prematurely closed connection, so upstream connection is closed too"
  readonly pid?: number;
  readonly signal?: number;
  readonly peer?: string;
}

/** One request of an access log. */
export interface AccessRequest extends Read {
  readonly kind: 'request';
  readonly status: number;
  readonly method?: string;
  readonly uri?: string;
  readonly client?: string;
  readonly requestTimeMs?: number;
  /** One entry per try of `$upstream_status`; `undefined` for a try that got no answer ("-"). */
  readonly upstreamStatus?: readonly (number | undefined)[];
  readonly upstreamPeers?: readonly string[];
  readonly upstreamTimeMs?: readonly (number | undefined)[];
  readonly requestId?: string;
  /** `$body_bytes_sent`. */
  readonly bytes?: number;
}

/**
 * What Gunicorn says. `pid` is the subject (the worker talked about), `writerPid` the process that wrote
 * the line (in brackets). Wording differs by version, see signals of Gunicorn 19.9 to 26.1.
 */
export interface GunicornEvent extends Read {
  readonly kind: 'gunicorn';
  readonly event:
    | 'master-starting' // "Starting gunicorn V"
    | 'listening' // "Listening at: ..."
    | 'worker-class' // "Using worker: ..."
    | 'worker-booting'
    | 'worker-exiting' // the process ran its Python exit path
    | 'worker-timeout' // "WORKER TIMEOUT (pid:P)"
    | 'worker-signalled' // killed by a signal, as the master saw it at reap
    | 'worker-exit-code' // left with a code other than 0
    | 'worker-recycling' // max_requests reached ("Autorestarting", uvicorn's "Maximum request limit")
    | 'worker-boot-error' // "Exception in worker process"
    | 'graceful-timeout'
    | 'request-error' // "Error handling request" (a 500)
    | 'aborted-by-timeout' // traceback ends in "SystemExit: 1" or passes handle_abort
    | 'signal-handled' // "Handling signal: hup|term|..."
    | 'hang-up' // "Hang up: Master"
    | 'master-stopping' // "Shutting down: Master"
    | 'stop-reason' // "Reason: ..."
    | 'parent-changed' // the master died, the worker follows
    | 'bind-failed' // "Connection in use", "Can't connect to"
    | 'config-error' // "Invalid value for", "Failed to read config file", unrecognized arguments
    | 'main-loop-error'; // "Unhandled exception in main loop"
  readonly writerPid?: number;
  readonly pid?: number;
  readonly signal?: number;
  readonly code?: number;
  /** Version, bind address, worker class, signal name or reason: the event's own word. */
  readonly detail?: string;
}

/** A process killed by the kernel's OOM killer: one per process, however many lines tell of it. */
export interface KernelOomKill extends Read {
  readonly kind: 'kernel-oom-kill';
  readonly pid: number;
  /** The victim's comm: at most 15 bytes, may hold spaces, colons and brackets. */
  readonly comm: string;
  /** `memcg` a cgroup's own limit was hit, `global` the host ran out; undefined when neither line survived. */
  readonly scope?: 'memcg' | 'global';
  /** Where the victim lived (`task_memcg=`, or "Task in P killed" before Linux 5.0). */
  readonly cgroup?: string;
  /** Whose limit was hit (`oom_memcg=`). */
  readonly limitCgroup?: string;
  readonly anonRssBytes?: number;
  /** anon + file + shmem. */
  readonly rssBytes?: number;
  readonly limitBytes?: number;
  /** Further lines that tell of this kill (the `oom-kill:` summary line, "invoked oom-killer"). */
  readonly alsoLines: readonly SourceLine[];
}

/** A process that crashed, as the kernel or systemd-coredump tells it. `pid` may be a thread's id. */
export interface ProcessCrash extends Read {
  readonly kind: 'process-crash';
  readonly pid: number;
  readonly comm: string;
  /** `SIGSEGV`, `SIGILL`, `SIGBUS`, `SIGABRT`, ... */
  readonly signal: string;
}

/** Userspace killers: systemd-oomd, earlyoom, nohang. They leave no kernel OOM line. */
export interface UserspaceOomKill extends Read {
  readonly kind: 'userspace-oom-kill';
  readonly killer: 'systemd-oomd' | 'earlyoom' | 'other';
  readonly pid?: number;
  readonly comm?: string;
  /** The cgroup or unit that was killed whole (systemd-oomd). */
  readonly cgroup?: string;
}

/** What PID 1 says about a unit. By MESSAGE_ID where there is one, by text on old systemd. */
export interface UnitEvent extends Read {
  readonly kind: 'unit';
  readonly unit: string;
  readonly event:
    | 'starting'
    | 'started'
    | 'start-failed'
    | 'stopping'
    | 'stopped'
    | 'reloading'
    | 'reloaded'
    | 'oom-kill-noticed' // the kernel killed a process of this unit
    | 'oomd-kill'
    | 'main-exited'
    | 'failed' // "Failed with result '...'"
    | 'deactivated'
    | 'restart-scheduled'
    | 'start-limit-hit'
    | 'stop-timed-out' // "State 'stop-sigterm' timed out. Killing."
    | 'process-killed' // "Killing process P (comm) with signal SIGKILL." by systemd itself
    | 'watchdog-timeout'
    | 'resources-consumed';
  readonly pid?: number;
  /** `exited`, `killed`, `dumped` of "Main process exited, code=…". */
  readonly exitKind?: 'exited' | 'killed' | 'dumped';
  /** Exit status or signal number of the main process. */
  readonly status?: number;
  /** `oom-kill`, `signal`, `exit-code`, `timeout`, `start-limit-hit`, ... */
  readonly result?: string;
  /** PID 1's `JOB_TYPE=` (`start`, `stop`, `restart`, `reload`) where the journal carries it. */
  readonly jobType?: string;
  /** `systemctl`'s invoker is not known; the invocation id ties the lines of one run of the unit. */
  readonly invocation?: string;
}

/** The journal itself lost lines: rate limit ("Suppressed N messages from ..."), or journald was killed. */
export interface LogLoss extends Read {
  readonly kind: 'log-loss';
  readonly unit?: string;
  readonly count?: number;
}

/** Something changed that may matter: a package upgraded, a unit file touched. */
export interface Change extends Read {
  readonly kind: 'change';
  readonly what: string;
}

/** A line that fits a pattern of a playbook: one per line and cause. */
export interface PatternHit extends Read {
  readonly kind: 'pattern-hit';
  /** Id of the cause whose pattern fits. */
  readonly cause: string;
  /** The process that the line names. */
  readonly pid?: number;
  /** The unit that the line names. */
  readonly unit?: string;
  /** The Unix signal that the line names. */
  readonly signal?: number;
}

export type Signal =
  | UpstreamFailure
  | NginxEvent
  | AccessRequest
  | GunicornEvent
  | KernelOomKill
  | ProcessCrash
  | UserspaceOomKill
  | UnitEvent
  | LogLoss
  | Change
  | PatternHit;

/** What a source could and could not tell. A log that nobody may read is not a quiet log. */
export interface Coverage {
  readonly server: string;
  readonly source: SourceId;
  /**
   * `read`: lines were there or the reader proved it can see the log; `empty`: readable, nothing in it at all;
   * `unanswered`: the server was reached, but this question was not answered.
   */
  readonly state: 'read' | 'empty' | 'denied' | 'absent' | 'cut' | 'unproven' | 'unanswered';
  /** First and last instant the source is known to cover; undefined where nothing is known. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly detail?: string;
}
