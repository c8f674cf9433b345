import type { Recording } from '../../src/collectors/recording.ts';
import { journalLine, messageIdOf, monotonic, START_MS, sortedByTime } from './journal-lines.ts';
import { accessLine, errorLine, errorStamp, nginxConfig, type RequestAbout } from './nginx-lines.ts';

export type GunicornVersion = '19.9.0' | '20.1.0' | '23.0.0' | '26.1.0';

interface About {
  readonly name?: string;
  readonly unit?: string;
  readonly gunicorn?: GunicornVersion;
  readonly workers?: number;
  readonly workerClass?: string;
  readonly threads?: number;
  readonly bind?: string;
  /** Further words of the command line. */
  readonly options?: string;
  readonly oomPolicy?: 'stop' | 'continue' | 'kill';
  /** `--log-level warning` hides the INFO lines. */
  readonly quiet?: boolean;
  readonly zone?: string;
}

const SIGNALS: Readonly<Record<number, string>> = { 6: 'ABRT', 7: 'BUS', 9: 'KILL', 11: 'SEGV', 15: 'TERM' };

/** Writes the logs of one server line by line, in the formats of the recorded incidents. */
export class Scene {
  readonly about: Required<About>;
  readonly #journal: string[] = [];
  readonly #kernel: string[] = [];
  readonly #errors: string[] = [];
  readonly #access: string[] = [];
  readonly #files = new Map<string, string>();
  readonly #absent: RegExp[] = [];
  readonly #state = new Map<string, string>();
  #connection = 100;
  #nginx = true;

  constructor(about: About = {}) {
    this.about = {
      name: 'web-1',
      unit: 'gunicorn.service',
      gunicorn: '20.1.0',
      workers: 3,
      workerClass: 'sync',
      threads: 1,
      bind: 'unix:/run/gunicorn/app.sock',
      options: '',
      oomPolicy: 'continue',
      quiet: false,
      zone: 'UTC',
      ...about,
    };
    const { unit, workers, workerClass, threads, bind, options } = this.about;
    const command = `/usr/bin/gunicorn --workers ${workers} -k ${workerClass} --threads ${threads} --bind ${bind} ${options} app:app`;
    this.state({
      Id: unit,
      ActiveState: 'active',
      SubState: 'running',
      Result: 'success',
      OOMPolicy: this.about.oomPolicy,
      MainPID: '200',
      ControlGroup: `/system.slice/${unit}`,
      MemoryMax: '234881024',
      ExecStart: `{ path=/usr/bin/gunicorn ; argv[]=${command} ; ignore_errors=no ; }`,
    });
    this.activeSince(1);
    this.kernelSays(-3600, 'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)');
    this.counter(0);
    this.queue(0);
  }

  /** `systemctl show` properties; `undefined` takes one away. */
  state(properties: Readonly<Record<string, string>>): this {
    for (const [name, value] of Object.entries(properties)) this.#state.set(name, value);
    return this;
  }

  activeSince(at: number): this {
    const stamp = `Sun ${iso(at).slice(0, 19).replace('T', ' ')} UTC`;
    return this.state({ ActiveEnterTimestamp: stamp, ExecMainStartTimestamp: stamp });
  }

  down(result: string, sub = 'failed'): this {
    return this.state({
      ActiveState: sub === 'dead' ? 'inactive' : 'failed',
      SubState: sub,
      Result: result,
      MainPID: '0',
      ControlGroup: '',
    });
  }

  /** The unit's own kill counter, as cgroup v2 shows it. */
  counter(kills: number, extra = ''): this {
    this.#files.set(
      'cgroup.txt',
      `memory.current:90000000\nmemory.events:high 0\nmemory.events:oom ${kills}\nmemory.events:oom_kill ${kills}\nmemory.max:234881024\n${extra}`,
    );
    return this;
  }

  queue(waiting: number, limit = 2048): this {
    const { bind } = this.about;
    const unix = bind.startsWith('unix:');
    const row = unix
      ? `u_str LISTEN ${waiting} ${limit} ${bind.slice(5)} 6455 * 0`
      : `tcp LISTEN ${waiting} ${limit} ${bind} 0.0.0.0:*`;
    this.#files.set(
      'ss-unix.txt',
      `Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n${row}\n`,
    );
    return this;
  }

  file(name: string, text: string): this {
    this.#files.set(name, text);
    return this;
  }

  /** Takes evidence away: what nobody recorded or nobody could read. */
  without(...names: readonly RegExp[]): this {
    this.#absent.push(...names);
    return this;
  }

  withoutNginx(): this {
    this.#nginx = false;
    return this;
  }

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
    this.#journal.push(journalLine(at, fields));
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
    this.#kernel.push(
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
    this.#access.push(accessLine(at, status, { peer: this.about.bind, ...request }));
    return this;
  }

  /** A line of the error log alone; `%p` stands for the peer. */
  errs(at: number, message: string, request: RequestAbout = {}, connection = ++this.#connection): this {
    this.#errors.push(errorLine(at, message, connection, { peer: this.about.bind, ...request }));
    return this;
  }

  /** One failed request in both logs. */
  fails(at: number, message: string, request: RequestAbout = {}): this {
    const status = /timed out/.test(message) ? 504 : 502;
    return this.errs(at, message, request).answers(at, status, { upstreamStatus: `${status}`, ...request });
  }

  nginxSays(at: number, level: string, text: string): this {
    this.#errors.push(`${errorStamp(at)} [${level}] 90#90: ${text}`);
    return this;
  }

  /** The server's files, as a bundle holds them. */
  recordings(): readonly Recording[] {
    const unit = this.about.unit.replace('.service', '');
    const files = new Map<string, string>([
      ...this.#files,
      [`systemctl-show-${unit}.txt`, [...this.#state].map(([name, value]) => `${name}=${value}`).join('\n')],
      [`journal-${unit}.json`, `${sortedByTime(this.#journal).join('\n')}\n`],
      ['journal-kernel.json', `${this.#kernel.join('\n')}\n`],
      ['clock.txt', `zone=${this.about.zone}\n`],
    ]);
    if (this.#nginx) {
      files.set('nginx-error.log', this.#errors.map(l => `${l}\n`).join(''));
      files.set('nginx-access.log', this.#access.map(l => `${l}\n`).join(''));
      if (!files.has('nginx-T.txt'))
        files.set('nginx-T.txt', nginxConfig(`upstream app { server ${this.about.bind} fail_timeout=0; }`));
    }
    return [...files]
      .filter(([name]) => !this.#absent.some(pattern => pattern.test(name)))
      .map(([name, text]) => ({
        name,
        bytes: new TextEncoder().encode(text),
        exitCode: 0,
        complaint: '',
        cut: false,
      }));
  }
}

const iso = (at: number) => new Date(START_MS + at * 1000).toISOString();
