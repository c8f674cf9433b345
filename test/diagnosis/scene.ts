import { journalLine, messageIdOf, monotonic, START_MS } from './journal-lines.ts';
import { accessLine, errorLine, errorStamp, type RequestAbout } from './nginx-lines.ts';
import { ServerFiles } from './server-files.ts';

const SIGNALS: Readonly<Record<number, string>> = { 6: 'ABRT', 7: 'BUS', 9: 'KILL', 11: 'SEGV', 15: 'TERM' };

/** Writes the logs of one server line by line, in the formats of the recorded incidents. */
export class Scene extends ServerFiles {
  #connection = 100;

  /** A line of Gunicorn's in the unit's journal. */
  says(at: number, pid: number, level: string, text: string): this {
    if (this.about.quiet && level === 'INFO') return this;
    const stamp = iso(at).slice(0, 19).replace('T', ' ');
    return this.prints(at, pid, `[${stamp} +0000] [${pid}] [${level}] ${text}`);
  }

  /** A line that a process of the unit printed as it stands. */
  prints(at: number, pid: number, text: string): this {
    const { unit, name } = this.about;
    return this.#record(at, {
      MESSAGE: text,
      _PID: `${pid}`,
      SYSLOG_IDENTIFIER: 'gunicorn',
      _COMM: 'gunicorn',
      _SYSTEMD_UNIT: unit,
      _HOSTNAME: name,
      _TRANSPORT: 'stdout',
    });
  }

  /** A line of PID 1 about the unit (or another): `%s` stands for its name. */
  systemd(at: number, text: string, jobType?: string, unit = this.about.unit): this {
    const message = text.replace('%s', unit);
    const id = messageIdOf(message);
    return this.#record(at, {
      MESSAGE: message,
      _PID: '1',
      SYSLOG_IDENTIFIER: 'systemd',
      _COMM: 'systemd',
      UNIT: unit,
      _HOSTNAME: this.about.name,
      _TRANSPORT: 'journal',
      ...(id && { MESSAGE_ID: id }),
      ...(jobType && { JOB_TYPE: jobType }),
    });
  }

  /** A line of another program in the same journal. */
  logged(at: number, identifier: string, text: string): this {
    return this.#record(at, {
      MESSAGE: text,
      _PID: '77',
      SYSLOG_IDENTIFIER: identifier,
      _COMM: identifier.slice(0, 15),
      _SYSTEMD_UNIT: `${identifier}.service`,
      _HOSTNAME: this.about.name,
      _TRANSPORT: 'journal',
    });
  }

  #record(at: number, fields: Readonly<Record<string, string>>): this {
    this.journal.push(journalLine(at, fields));
    return this;
  }

  /** The master and its workers come up. */
  starts(at: number, master: number, ...workers: readonly number[]): this {
    const { gunicorn, bind, workerClass, unit } = this.about;
    const address = bind.startsWith('unix:') ? bind : `http://${bind}`;
    this.systemd(at - 0.3, 'Starting %s - The app...', 'start');
    this.says(at, master, 'INFO', `Starting gunicorn ${gunicorn}`)
      .says(at, master, 'INFO', `Listening at: ${address} (${master})`)
      .says(at, master, 'INFO', `Using worker: ${workerClass}`);
    this.systemd(at + 0.05, `Started ${unit} - The app.`, 'start');
    workers.forEach((pid, i) => void this.boots(at + 0.1 * (i + 1), pid));
    return this;
  }

  boots(at: number, ...pids: readonly number[]): this {
    for (const pid of pids) this.says(at, pid, 'INFO', `Booting worker with pid: ${pid}`);
    return this;
  }

  leaves(at: number, ...pids: readonly number[]): this {
    for (const pid of pids) this.says(at, pid, 'INFO', `Worker exiting (pid: ${pid})`);
    return this;
  }

  recycles(at: number, pid: number, next: number): this {
    return this.says(at, pid, 'INFO', 'Autorestarting worker after current request.')
      .leaves(at + 0.05, pid)
      .boots(at + 0.4, next);
  }

  /** What the master writes at reap, in its version's words; nothing before 20.1. */
  reaps(at: number, master: number, pid: number, signal: number): this {
    const { gunicorn } = this.about;
    if (gunicorn === '19.9.0') return this;
    if (gunicorn === '20.1.0')
      return this.says(
        at,
        master,
        'WARNING',
        `Worker with pid ${pid} was terminated due to signal ${signal}`,
      );
    const level = signal === 9 || gunicorn === '23.0.0' ? 'ERROR' : 'WARNING';
    return this.says(
      at,
      master,
      level,
      `Worker (pid:${pid}) was sent SIG${SIGNALS[signal]}!${signal === 9 ? ' Perhaps out of memory?' : ''}`,
    );
  }

  /** A code other than 0: 20.1 is silent, 21 to 23 say it twice. */
  exitCode(at: number, master: number, pid: number, code: number): this {
    const { gunicorn } = this.about;
    if (gunicorn === '19.9.0' || gunicorn === '20.1.0') return this;
    const text = `Worker (pid:${pid}) exited with code ${code}`;
    if (gunicorn === '23.0.0') this.says(at, master, 'ERROR', text);
    return this.says(at, master, 'ERROR', `${text}.`);
  }

  kernelSays(at: number, text: string): this {
    this.kernel.push(
      journalLine(at, {
        _SOURCE_MONOTONIC_TIMESTAMP: monotonic(at),
        _TRANSPORT: 'kernel',
        SYSLOG_IDENTIFIER: 'kernel',
        MESSAGE: text,
      }),
    );
    return this;
  }

  /** The kernel kills a process; by default of this unit, at the unit's own limit. */
  oomKills(at: number, pid: number, more: { cgroup?: string; global?: boolean; comm?: string } = {}): this {
    const cgroup = more.cgroup ?? `/system.slice/${this.about.unit}`;
    const comm = more.comm ?? 'gunicorn';
    const where = more.global ? 'global_oom' : `oom_memcg=${cgroup}`;
    this.kernelSays(
      at - 0.01,
      `${comm} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0`,
    );
    this.kernelSays(
      at - 0.001,
      `oom-kill:constraint=CONSTRAINT_${more.global ? 'NONE' : 'MEMCG'},nodemask=(null),cpuset=/,mems_allowed=0,${where},task_memcg=${cgroup},task=${comm},pid=${pid},uid=999`,
    );
    return this.kernelSays(
      at,
      `${more.global ? 'Out of memory' : 'Memory cgroup out of memory'}: Killed process ${pid} (${comm}) total-vm:93612kB, anon-rss:75920kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:208kB oom_score_adj:0`,
    );
  }

  /** Answers that went well, one a second from `at` on. */
  serves(at: number, count: number, request: RequestAbout = {}): this {
    for (let i = 0; i < count; i++) this.answers(at + i, 200, request);
    return this;
  }

  /** A line of the access log alone. */
  answers(at: number, status: number, request: RequestAbout = {}): this {
    this.access.push(accessLine(at, status, { peer: this.about.bind, ...request }));
    return this;
  }

  /** A line of the error log alone; `%p` stands for the peer. */
  errs(at: number, message: string, request: RequestAbout = {}, connection = ++this.#connection): this {
    this.errors.push(errorLine(at, message, connection, { peer: this.about.bind, ...request }));
    return this;
  }

  /** One failed request in both logs. */
  fails(at: number, message: string, request: RequestAbout = {}): this {
    const status = /timed out/.test(message) ? 504 : 502;
    return this.errs(at, message, request).answers(at, status, { upstreamStatus: `${status}`, ...request });
  }

  nginxSays(at: number, level: string, text: string): this {
    this.errors.push(`${errorStamp(at)} [${level}] 90#90: ${text}`);
    return this;
  }
}

const iso = (at: number) => new Date(START_MS + at * 1000).toISOString();
