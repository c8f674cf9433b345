import type { Recording } from '../../src/collectors/recording.ts';
import { journalLine, monotonic, START_MS, sortedByTime } from './journal-lines.ts';
import { nginxConfig } from './nginx-lines.ts';

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

/** Proof that the kernel log can be read: an hour older than the scenario. */
const OLD_KERNEL_LINE = journalLine(-3600, {
  _SOURCE_MONOTONIC_TIMESTAMP: monotonic(-3600),
  _TRANSPORT: 'kernel',
  SYSLOG_IDENTIFIER: 'kernel',
  MESSAGE: 'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)',
});

/** One server's state and logs, as a bundle holds them; a quiet, healthy server to begin with. */
export class ServerFiles {
  readonly about: Required<About>;
  protected readonly journal: string[] = [];
  protected readonly kernel: string[] = [];
  protected readonly errors: string[] = [];
  protected readonly access: string[] = [];
  readonly #files = new Map<string, string>();
  readonly #absent: RegExp[] = [];
  readonly #state = new Map<string, string>();
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
    this.kernel.push(OLD_KERNEL_LINE);
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

  /** The server's files, as a bundle holds them. */
  recordings(): readonly Recording[] {
    const unit = this.about.unit.replace('.service', '');
    const files = new Map<string, string>([
      ...this.#files,
      [`systemctl-show-${unit}.txt`, [...this.#state].map(([name, value]) => `${name}=${value}`).join('\n')],
      [`journal-${unit}.json`, `${sortedByTime(this.journal).join('\n')}\n`],
      ['journal-kernel.json', `${this.kernel.join('\n')}\n`],
      ['clock.txt', `zone=${this.about.zone}\n`],
    ]);
    if (this.#nginx) {
      files.set('nginx-error.log', this.errors.map(l => `${l}\n`).join(''));
      files.set('nginx-access.log', this.access.map(l => `${l}\n`).join(''));
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
