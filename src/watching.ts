import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CachedRegistry } from './adapters/cached-registry.ts';
import { chartImage } from './adapters/chart-image.ts';
import { endsWithin } from './adapters/ends-within.ts';
import type { SourceChoice } from './adapters/investigator-messages.ts';
import type { Metrics } from './adapters/metrics.ts';
import { SourceThread } from './adapters/source-thread.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { WatchSchedule, type WatchScheduleOptions } from './adapters/watch-schedule.ts';
import { serviceGrowth } from './growth/service-growth.ts';
import type { Service } from './inventory/registry.ts';
import { problemText } from './inventory/registry-problem.ts';
import { isQuiet } from './policy/quiet-hours.ts';
import { growthChart } from './report/growth-chart.ts';
import { AutoDiagnosis } from './workflows/auto-diagnosis.ts';
import type { DiagnosisRuns } from './workflows/diagnosis-runs.ts';
import { GrowthWarnings, type GrowthWarningsPorts } from './workflows/growth-warnings.ts';
import type { Clock, Ids, Log } from './workflows/ports.ts';
import { UnaskedDiagnoses } from './workflows/unasked-diagnoses.ts';
import type { Snoozing, WarningWords } from './workflows/warning-ports.ts';
import { WarningSnoozes } from './workflows/warning-snoozes.ts';
import { Watch } from './workflows/watch.ts';
import type { WatchEvent } from './workflows/watch-events.ts';
import { type WatchOverview, watchOverviews } from './workflows/watch-overview.ts';
import { WatchSight } from './workflows/watch-sight.ts';

/** How the watch's minutes pass. By this machine's clock, unless a test lets them pass faster. */
export interface WatchTime {
  readonly clock: Clock;
  /** How long a server stays ours without renewal, by that clock. */
  readonly leaseMs?: number;
  drive(driven: WatchScheduleOptions): { stop(): Promise<void> };
}

export interface WatchingOptions {
  readonly state: OpenedState;
  readonly source: SourceChoice;
  readonly registry: CachedRegistry;
  readonly runs: Pick<DiagnosisRuns, 'ask'>;
  readonly words: WarningWords;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
  readonly workspace: string;
  readonly time?: WatchTime;
  /** Something was queued. */
  wakeDelivery(): void;
}

/** The watch over workers in a running Staunch. */
export interface Watching {
  readonly snoozing: Snoozing;
  overviews(services: readonly Service[]): Promise<ReadonlyMap<string, WatchOverview>>;
  /** Packs what is over; to be called every few minutes. */
  fold(): Promise<Readonly<Record<string, number>>>;
  /** Begins nothing more, gives the servers up, and ends what is under way within seconds. */
  stop(): Promise<void>;
}

const READER = new URL('./watch-reader-worker.ts', import.meta.url);
/** A chart that is being drawn, a decision that is being stored. */
const STOP_MS = 5_000;

/** Starts watching: samples, judges growth, warns, and diagnoses what it sees. */
export function startWatching(options: WatchingOptions): Watching {
  const { state, registry, metrics, log, workspace, wakeDelivery } = options;
  const clock = options.time?.clock ?? options.clock;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const source = new SourceThread({ entry: READER, source: options.source, log });
  const sight = new WatchSight({ notes: state.notes, clock, log });
  const registered = async (id: string): Promise<Service | undefined> => {
    const stored = await registry.read();
    return (stored.ok ? stored.registry : registry.last())?.services.get(id);
  };
  const sightOf: GrowthWarningsPorts['sightOf'] = async id => {
    const service = await registered(id);
    return service === undefined ? {} : sight.of(service);
  };
  const warnings = new GrowthWarnings({
    state,
    words: options.words,
    ids: options.ids,
    log,
    workspace,
    sightOf,
    wakeDelivery,
    async placeOf(id, atMs) {
      const service = await registered(id);
      if (service === undefined) return undefined;
      const [channel] = service.channels;
      const { quietHours, pingsPerDay } = service.warnings;
      return {
        quietHours: isQuiet(quietHours, atMs),
        pingsPerDay,
        ...(channel !== undefined && { channel }),
      };
    },
    async draw(picture) {
      try {
        const { svg, altText } = growthChart(picture, { timeZone });
        const image = await chartImage(svg);
        if (image.ok) return { png: image.png, altText };
        log.warn({ service: picture.growth.service, detail: image.detail }, 'A chart could not be drawn');
      } catch (error) {
        log.error({ err: error, service: picture.growth.service }, 'A chart could not be drawn');
      }
      return undefined;
    },
    told: kind => metrics.growthTold(kind),
  });
  const unasked = new UnaskedDiagnoses({
    state,
    runs: options.runs,
    clock: options.clock,
    log,
    workspace,
    timeZone,
    channelOf: async id => (await registered(id))?.channels[0],
  });
  const auto = new AutoDiagnosis({
    clock: options.clock,
    log,
    unrestOf: service => unasked.unrestOf(service),
    begin: (alarm, decision) => unasked.begin(alarm, decision),
  });
  const leaseMs = options.time?.leaseMs;
  const watch = new Watch(
    {
      source,
      samples: state.samples,
      leases: state.leases,
      clock,
      timer: systemTimer,
      pause: () => new Promise(resolve => setImmediate(resolve)),
      log,
      services: watched,
      tell,
      judge: ({ service, atMs, units }) => serviceGrowth(service, units, atMs),
      owner: `${hostname()} ${process.pid} ${randomUUID()}`,
    },
    leaseMs === undefined ? {} : { leaseMs },
  );

  let toldProblems = '';
  async function watched(): Promise<readonly Service[] | undefined> {
    const stored = await registry.read();
    const problems = stored.ok ? [] : stored.problems.map(problemText);
    if (problems.length > 0 && problems.join() !== toldProblems)
      log.error({ problems }, 'staunch.yml cannot be used: the watch keeps to what it knew before');
    toldProblems = problems.join();
    if (!stored.ok) return undefined;
    return [...stored.registry.services.values()].filter(service => service.warnings.watch);
  }

  /** A kill is tied to its warning first, so that the diagnosis stands below the words that announce it. */
  function tell(event: WatchEvent): void {
    if (event.kind === 'growth') void warnings.judged(event.growth, event.units);
    else if (event.kind === 'kill-seen') {
      if (!event.again) {
        metrics.killsSeen(event.kills);
        log.warn({ ...event }, 'the kernel killed for memory');
      }
      void warnings.killed(event).then(() => auto.see(event));
    } else if (event.kind === 'burst-seen') {
      metrics.burstSeen();
      log.warn({ ...event }, 'requests end with 502 beyond what is usual');
      void auto.see(event);
    } else if (event.kind === 'server-silent')
      log.warn({ ...event }, 'a server does not answer the watch; it is tried again');
    else log.info({ ...event }, 'a server answers the watch again');
  }

  async function tick() {
    const begunMs = performance.now();
    const report = await watch.tick();
    if (!report.overlapped) metrics.sampled(report.stored, performance.now() - begunMs);
    await sight.keep(watch);
    return report;
  }

  const drive = options.time?.drive ?? (driven => new WatchSchedule(driven));
  const schedule = drive({ tick, renew: () => watch.renew(), log });
  metrics.gauge('staunch_watched_servers', 'Servers that this process watches.', () => watch.owned.length);
  metrics.gauge('staunch_silent_servers', 'Servers of those that do not answer.', () => watch.silent.size);
  metrics.gauges(
    'staunch_growth_eta_seconds',
    'Until the first worker of a growing service is expected at its limit, by service; none where none grows.',
    'service',
    async () =>
      new Map(
        (await state.looks.all()).flatMap(({ service, severity, eta }) =>
          severity === 'calm' || eta === undefined
            ? []
            : [[service, Math.max(0, eta.fromMs - clock.nowMs()) / 1000] as const],
        ),
      ),
  );
  return {
    snoozing: new WarningSnoozes({ state, words: options.words, sightOf, wakeDelivery }),
    overviews: services => watchOverviews(services, state, sight, clock.nowMs()),
    fold: () => state.samples.fold(clock.nowMs()),
    async stop() {
      await schedule.stop();
      await watch.stop();
      await endsWithin(Promise.all([warnings.ended(), auto.ended()]), STOP_MS);
      await source.close();
    },
  };
}
