import type { UnitSample, WorkerLife } from '../../src/growth/worker-sample.ts';
import type { Leases, Samples, ServiceMinute, Span } from '../../src/workflows/sample-ports.ts';

const MINUTE_MS = 60_000;

interface Lease {
  owner: string;
  epoch: number;
  untilMs: number;
}

/** Samples and leases in memory, for several watches of one test. */
export class MemorySamples implements Samples, Leases {
  readonly kept: UnitSample[] = [];
  readonly counted: { readonly service: string; readonly minute: ServiceMinute }[] = [];
  readonly leases = new Map<string, Lease>();
  /** Thrown by everything while it is set. */
  fault: Error | undefined;
  readonly #keys = new Set<string>();

  async put(sample: UnitSample, epoch: number): Promise<boolean> {
    this.#check();
    const key = `${sample.server} ${sample.unit} ${Math.floor(sample.atMs / MINUTE_MS)}`;
    if (this.leases.get(sample.server)?.epoch !== epoch || this.#keys.has(key)) return false;
    this.#keys.add(key);
    this.kept.push(sample);
    return true;
  }

  async count(service: string, minute: ServiceMinute): Promise<void> {
    this.#check();
    this.counted.push({ service, minute });
  }

  async lives(server: string, unit: string, span: Span): Promise<readonly WorkerLife[]> {
    this.#check();
    const lives = new Map<string, WorkerLife & { points: WorkerLife['points'][number][] }>();
    for (const sample of this.kept) {
      if (sample.server !== server || sample.unit !== unit) continue;
      if (sample.atMs < span.fromMs || sample.atMs > span.toMs) continue;
      for (const { pid, startTicks, rssBytes } of sample.workers) {
        const key = `${pid} ${startTicks}`;
        const life = lives.get(key) ?? {
          server,
          unit,
          pid,
          startTicks,
          bootId: sample.bootId,
          points: [],
        };
        life.points.push({ atMs: sample.atMs, rssBytes });
        lives.set(key, life);
      }
    }
    return [...lives.values()];
  }

  async last(server: string, unit: string, most: number): Promise<readonly UnitSample[]> {
    this.#check();
    const own = this.kept.filter(sample => sample.server === server && sample.unit === unit);
    return own.reverse().slice(0, most);
  }

  async minutes(service: string, span: Span): Promise<readonly ServiceMinute[]> {
    return this.counted
      .filter(({ service: name, minute }) => {
        return name === service && minute.atMs >= span.fromMs && minute.atMs <= span.toMs;
      })
      .map(({ minute }) => minute);
  }

  async fold(): Promise<Readonly<Record<string, number>>> {
    return {};
  }

  async claim(
    owner: string,
    servers: readonly string[],
    nowMs: number,
    leaseMs: number,
  ): Promise<ReadonlyMap<string, number>> {
    this.#check();
    for (const server of servers) {
      const lease = this.leases.get(server);
      if (lease?.owner === owner && lease.untilMs > nowMs) lease.untilMs = nowMs + leaseMs;
      else if (lease === undefined || lease.untilMs <= nowMs)
        this.leases.set(server, { owner, epoch: (lease?.epoch ?? 0) + 1, untilMs: nowMs + leaseMs });
    }
    return new Map(
      [...this.leases].flatMap(([server, lease]) =>
        lease.owner === owner ? [[server, lease.epoch] as const] : [],
      ),
    );
  }

  async release(owner: string): Promise<void> {
    for (const lease of this.leases.values()) if (lease.owner === owner) lease.untilMs = 0;
  }

  /** Sum of one figure over all minutes of a service. */
  sum(service: string, figure: Exclude<keyof ServiceMinute, 'atMs'>): number {
    return this.counted
      .filter(counted => counted.service === service)
      .reduce((sum, { minute }) => sum + minute[figure], 0);
  }

  #check(): void {
    if (this.fault) throw this.fault;
  }
}
