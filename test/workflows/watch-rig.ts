import type { Service } from '../../src/inventory/registry.ts';
import type { JudgeGrowth } from '../../src/workflows/growth-rounds.ts';
import type { Log, Source } from '../../src/workflows/ports.ts';
import { Watch, type WatchSettings } from '../../src/workflows/watch.ts';
import type { GrowthJudged, WatchEvent } from '../../src/workflows/watch-events.ts';
import { FakeTime } from './fake-time.ts';
import { MemorySamples } from './memory-samples.ts';
import { aServer, aService } from './recorded-source.ts';
import { SimulatedServers } from './simulated-servers.ts';

export const MINUTE_MS = 60_000;

/** A watch over simulated servers, on a clock that only moves when a test says so. */
export class WatchRig {
  readonly time: FakeTime;
  readonly samples: MemorySamples;
  readonly servers: SimulatedServers;
  /** All but the looks at growth, which come every twenty minutes whatever happens. */
  readonly told: WatchEvent[] = [];
  readonly looks: GrowthJudged[] = [];
  readonly logged: string[] = [];
  readonly judged: Parameters<JudgeGrowth>[0][] = [];
  services: readonly Service[] | undefined;
  readonly watch: Watch;

  /** `beside`: another process that shares time, servers and samples with it. */
  constructor(
    services: readonly Service[] = [aService([aServer('app1')])],
    settings: WatchSettings = {},
    beside?: WatchRig,
    owner = 'one',
    sourceOf?: (time: FakeTime) => Source,
  ) {
    this.services = services;
    this.time = beside?.time ?? new FakeTime();
    this.samples = beside?.samples ?? new MemorySamples();
    this.servers = beside?.servers ?? new SimulatedServers();
    const say = (_: object, text: string) => void this.logged.push(text);
    const log: Log = { info: say, warn: say, error: say };
    this.watch = new Watch(
      {
        source: sourceOf?.(this.time) ?? this.servers,
        samples: this.samples,
        leases: this.samples,
        clock: this.time,
        timer: this.time,
        pause: async () => {},
        log,
        services: async () => this.services,
        tell: event => void (event.kind === 'growth' ? this.looks.push(event) : this.told.push(event)),
        judge: about => {
          this.judged.push(about);
          return {
            service: about.service,
            atMs: about.atMs,
            severity: 'calm',
            workers: [],
            growing: 0,
          };
        },
        owner,
      },
      settings,
    );
  }

  /** So many minutes, each with its tick, leases renewed in between. */
  async minutes(count: number, before: (minute: number) => void = () => {}): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      before(minute);
      await this.tick();
      await this.restOfMinute();
    }
  }

  /** A minute without a tick, in which the leases are kept. */
  async restOfMinute(): Promise<void> {
    for (let part = 0; part < 12; part++) {
      await this.time.advance(MINUTE_MS / 12);
      await this.watch.renew();
    }
  }

  /** A tick with everything that it waits for. */
  async tick() {
    const ticking = this.watch.tick();
    await this.time.advance(0);
    return ticking;
  }

  events<K extends WatchEvent['kind']>(kind: K): Extract<WatchEvent, { kind: K }>[] {
    return this.told.filter((event): event is Extract<WatchEvent, { kind: K }> => event.kind === kind);
  }
}
