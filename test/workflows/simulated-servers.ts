import type { Answer, Question } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import type { Source } from '../../src/workflows/ports.ts';
import { answer } from './recorded-source.ts';

const MIB = 1024 * 1024;

/** A server that a test changes from minute to minute. */
export class SimulatedServer {
  bootId = 'boot-1';
  master: { pid: number; startTicks: number } | undefined = { pid: 100, startTicks: 10 };
  workers: { pid: number; startTicks: number; rssBytes: number; parentPid?: number }[] = [
    { pid: 101, startTicks: 11, rssBytes: 50 * MIB },
    { pid: 102, startTicks: 12, rssBytes: 60 * MIB },
  ];
  oomKills: number | undefined = 0;
  killsAbove: number | undefined;
  /** Processes that the user may not read. */
  hidden = false;
  /** Status of each request that is in the log. */
  log: number[] = [];
  logState: 'read' | 'denied' | 'absent' = 'read';
  /** `listen` addresses that NGINX passes to. */
  nginx =
    'server { access_log /var/log/nginx/access.log; location / { proxy_pass http://unix:/run/app.sock; } }';
  /** Answers instead: what keeps the server from answering. */
  failure: Extract<Answer, { ok: false }>['reason'] | 'hangs' | undefined;
  /** The read script of an older Staunch. */
  old = false;
  asked = 0;
  verbs: string[] = [];

  answer({ verb, args }: Question): Answer {
    this.verbs.push(verb);
    switch (verb) {
      case 'unit-state':
        return answer(
          `Id=${args[0]}\nLoadState=loaded\nMainPID=100\nControlGroup=/system.slice/${args[0]}\n`,
        );
      case 'nginx-config':
        return answer(`# configuration file /etc/nginx/nginx.conf:\nhttp { ${this.nginx} }\n`);
      case 'watch-sample':
        return this.old ? answer('', 64, 'staunch: unknown question: watch-sample') : this.#minute(args);
      default:
        return answer('', 69, `${verb} is not there`);
    }
  }

  #minute([cgroup, uss, ...logs]: readonly string[]): Answer {
    const rows = [`boot ${this.bootId}`, 'page 4096'];
    if (cgroup !== '-') rows.push(...this.#unit(Number(uss)));
    if (this.killsAbove !== undefined) rows.push(`above:oom_kill ${this.killsAbove}`);
    rows.push('MemTotal: 8000000 kB', 'MemAvailable: 4000000 kB');
    for (let at = 0; at < logs.length; at += 4) {
      const number = at / 4 + 1;
      const [, , file, offset] = logs.slice(at, at + 4);
      if (this.logState !== 'read') rows.push(`log ${number} ${this.logState}`);
      else if (file === '-') rows.push(`log ${number} begun 1:1 ${this.log.length}`);
      else {
        const fresh = this.log.slice(Number(offset));
        const count = (status: number) => fresh.filter(each => each === status).length;
        rows.push(`log ${number} read 1:1 ${this.log.length} ${fresh.length} ${count(502)} ${count(504)} 0`);
      }
    }
    return answer(`${rows.join('\n')}\n`);
  }

  #unit(uss: number): string[] {
    const { master } = this;
    if (master === undefined) return ['unit absent'];
    if (this.hidden) return [`unread ${this.workers.length + 1}`];
    const row = (p: { pid: number; startTicks: number; rssBytes: number; parentPid?: number }) =>
      `process ${p.pid} ${p.parentPid ?? master.pid} S ${p.startTicks} ${p.rssBytes / 4096} gunicorn`;
    return [
      row({ ...master, rssBytes: 30 * MIB, parentPid: 1 }),
      ...this.workers.map(row),
      ...(this.workers.some(({ pid }) => pid === uss) ? [`uss ${uss} 20480`] : []),
      `memory.current:${200 * MIB}`,
      `memory.max:${400 * MIB}`,
      'memory.high:max',
      ...(this.oomKills === undefined ? [] : [`memory.events:oom_kill ${this.oomKills}`]),
    ];
  }
}

/** Servers in memory; all answer unless they are told otherwise. */
export class SimulatedServers implements Source {
  readonly #servers = new Map<string, SimulatedServer>();
  atOnce = 0;
  mostAtOnce = 0;
  /** How long an answer takes. */
  sleep: (() => Promise<void>) | undefined;

  of(id: string): SimulatedServer {
    const server = this.#servers.get(id) ?? new SimulatedServer();
    this.#servers.set(id, server);
    return server;
  }

  async ask({ id }: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]> {
    const server = this.of(id);
    server.asked++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      await this.sleep?.();
      if (server.failure === 'hangs')
        await new Promise<void>(resolve => cancel.addEventListener('abort', () => resolve()));
      const reason = cancel.aborted ? 'cancelled' : server.failure === 'hangs' ? 'timed-out' : server.failure;
      if (reason !== undefined)
        return questions.map(() => ({ ok: false, reason, detail: `${id} does not answer` }));
      return questions.map(question => server.answer(question));
    } finally {
      this.atOnce--;
    }
  }

  async close(): Promise<void> {}
}
