import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Dispatcher } from 'undici';
import { slackTelling } from '../handlers/slack/blocks/telling.ts';
import { slackWarningWords } from '../handlers/slack/blocks/warning-message.ts';
import { People } from '../handlers/slack/people.ts';
import { reachOf } from '../handlers/slack/receivers.ts';
import { Replies } from '../handlers/slack/replies.ts';
import { slackApp } from '../handlers/slack/slack-app.ts';
import { UnderWay } from '../handlers/slack/under-way.ts';
import { cachedRegistry } from './adapters/cached-registry.ts';
import { endsWithin } from './adapters/ends-within.ts';
import { Housekeeping } from './adapters/housekeeping.ts';
import { installationSecret } from './adapters/installation-secret.ts';
import type { SourceChoice } from './adapters/investigator-messages.ts';
import { InvestigatorThread } from './adapters/investigator-thread.ts';
import { Metrics } from './adapters/metrics.ts';
import type { OperatorChoice } from './adapters/operator-choice.ts';
import { reachProblem } from './adapters/reach-problem.ts';
import { openRegistryStore } from './adapters/registry-store.ts';
import { gaugesOf } from './adapters/service-gauges.ts';
import type { ServiceLog } from './adapters/service-log.ts';
import type { Settings } from './adapters/settings.ts';
import { slackLogger } from './adapters/slack-logger.ts';
import { slackProblem } from './adapters/slack-problem.ts';
import { type OpenedState, openState } from './adapters/state/open-state.ts';
import { StatusServer } from './adapters/status-server.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { startAlerting } from './alerting.ts';
import { auditChore } from './audit-chore.ts';
import { startChanging } from './changing.ts';
import { choresOf } from './chores.ts';
import { startDelivering } from './delivering.ts';
import { keepIncidents } from './incident-keeping.ts';
import { questionPorts } from './question-ports.ts';
import { startWatching, type WatchTime } from './watching.ts';
import { DiagnosisRuns } from './workflows/diagnosis-runs.ts';
import type { Clock } from './workflows/ports.ts';
import { STAUNCH_ITSELF } from './workflows/state-ports.ts';

export interface ServiceOptions {
  readonly settings: Settings;
  readonly log: ServiceLog;
  /** Where the servers are: real ones, or those of practice mode. */
  readonly source: SourceChoice;
  /** How they are changed; over SSH when not said. */
  readonly operator?: OperatorChoice;
  readonly version: string;
  /** Carries Socket Mode through a proxy. */
  readonly dispatcher?: Dispatcher;
  /** Path of `staunch.schema.json`, for the registry. */
  readonly schemaFile: string;
  /** This machine's when not said; it may jump ahead and must never go back. */
  readonly clock?: Clock;
  /** How the watch's minutes pass; by the clock when not said. */
  readonly watchTime?: WatchTime;
  /** The process must end: another one took the state over. */
  lost(): void;
}

export interface Service {
  /** The workspace and the name the app has there. */
  readonly connectedAs: { readonly team: string; readonly name: string };
  /** Where /healthz and /metrics are; undefined when switched off. */
  readonly statusUrl?: string;
  /** Where alerts are taken; undefined where none are. */
  readonly alertsUrl?: string;
  /** Takes nothing new, lets what goes on end, leaves the rest to the next start. */
  stop(): Promise<void>;
}

/** What came in is acknowledged first; a connection that somebody keeps open is not waited for. */
const HANG_UP_MS = 3_500;
/** Slack is asked who somebody is, twice where it does not answer. */
const DRAIN_LISTENERS_MS = 10_000;
/** A diagnosis takes seconds. deploy/staunch.service waits longer than all of these together. */
const DRAIN_RUNS_MS = 25_000;
const DRAIN_MESSAGES_MS = 15_000;
/** The outbox does the waiting and the trying again, so that a rate limit is never waited for in a call. */
const ONCE = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 10_000 } as const;
/** A person waits: give up within seconds. */
const SOON = { retryConfig: { retries: 1 }, rejectRateLimitedCalls: true, timeout: 4_000 } as const;

/** The running Staunch: Slack in front, state in the middle, servers behind. Ends only by `stop`. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { settings, log } = options;
  const clock: Clock = options.clock ?? { nowMs: Date.now };
  let hungUp = false;
  const logger = slackLogger(log, () => hungUp);
  const clientOf = (extra: WebClientOptions) =>
    new WebClient(settings.slack.botToken, { slackApiUrl: settings.slack.apiUrl, logger, ...extra });
  const client = clientOf(SOON);
  const { apiUrl } = settings.slack;
  const identity = await client.auth.test().catch(error => {
    throw slackProblem(error, apiUrl, 'SLACK_BOT_TOKEN');
  });
  const state = await openState(settings.databaseUrl ?? settings.stateFolder, {
    clock,
    uptimeMs: () => uptime() * 1_000,
  });
  /** What is to be closed when the start fails, the last first. */
  const opened = new AsyncDisposableStack();
  opened.defer(() => state.close());
  try {
    return await withState(state);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }

  async function withState(state: OpenedState): Promise<Service> {
    const metrics = new Metrics();
    const replies = new Replies(client, log);
    const pump = startDelivering({ state, client: clientOf(ONCE), replies, metrics, clock, log });
    const pseudonymKey = await installationSecret(settings.stateFolder);
    const investigator = new InvestigatorThread({
      entry: new URL('./investigator-worker.ts', import.meta.url),
      workerData: {
        source: options.source,
        configFile: settings.configFile,
        ...(pseudonymKey !== undefined && { pseudonymKey }),
      },
      log,
    });
    opened.defer(() => investigator.close());
    opened.defer(() => pump.stop());
    const registry = cachedRegistry(
      openRegistryStore(settings.configFile, { schemaFile: options.schemaFile }),
    );
    const people = new People(client, clock, log);
    const ids = { next: () => randomBytes(16).toString('hex') };
    const wakeDelivery = () => pump.wake();
    const telling = slackTelling({ unit: service => registry.last()?.services.get(service)?.unit });
    const incidents = keepIncidents({
      ...{ state, registry, telling, clock, log, wakeDelivery },
      ...(pseudonymKey !== undefined && { pseudonymKey }),
    });
    const runs = new DiagnosisRuns({
      state,
      investigator,
      telling,
      incidents: incidents.following,
      clock,
      timer: systemTimer,
      log,
      ids,
      wakeDelivery,
      timeZoneOf: async person =>
        person === STAUNCH_ITSELF
          ? Intl.DateTimeFormat().resolvedOptions().timeZone
          : (await people.asker(person)).timeZone,
      ended: end => metrics.diagnosisEnded(end),
    });
    const watching = settings.watch
      ? startWatching({
          state,
          source: options.source,
          registry,
          runs,
          words: slackWarningWords({ pingOf: id => registry.last()?.services.get(id)?.warnings.ping }),
          metrics,
          clock,
          log,
          ids,
          workspace: identity.team_id ?? '',
          wakeDelivery,
          ...(options.watchTime && { time: options.watchTime }),
        })
      : undefined;
    if (watching) opened.defer(() => watching.stop());
    const changing = await startChanging({
      state,
      registry,
      investigator,
      operator: options.operator ?? { kind: 'ssh' },
      clock,
      log,
      ids,
      wakeDelivery,
    });
    opened.defer(() => changing.stop());
    const underWay = new UnderWay();
    const reach = reachOf(settings.slack.receiver, settings.slack.apiUrl, {
      inbox: state.inbox,
      clock,
      timer: systemTimer,
      log,
      logger,
      ...(options.dispatcher && { dispatcher: options.dispatcher }),
    });
    const app = slackApp({
      token: settings.slack.botToken,
      apiUrl: settings.slack.apiUrl,
      receiver: reach.receiver,
      logger,
      context: {
        state,
        runs,
        incidents: incidents.slack,
        questions: questionPorts({ settings, state, incidents, clock, log, ids }),
        wakeDelivery,
        changes: changing.slack,
        registry,
        people,
        replies,
        underWay,
        client,
        clock,
        log,
        workspace: identity.team_id ?? '',
        bot: { botId: identity.bot_id ?? '', botUserId: identity.user_id ?? '' },
        version: options.version,
        ...(watching && { snoozing: watching.snoozing, watched: watching.overviews }),
      },
    });

    const { openConnections } = reach;
    gaugesOf(metrics, {
      state,
      clock,
      counts: () => runs.counts,
      ...(openConnections && { openConnections }),
    });

    const status =
      settings.status &&
      (await StatusServer.start({
        address: settings.status,
        exposition: () => metrics.exposition(),
        checks: [
          {
            name: 'slack',
            look: () => (openConnections?.() === 0 ? 'no connection to Slack is open' : undefined),
          },
          {
            name: 'state',
            look: async () => void (await state.outbox.backlog()),
          },
        ],
      }));
    if (status) opened.defer(() => status.stop());
    investigator.warmUp();
    // Some receivers object to being stopped before they have started.
    opened.defer(async () => void (await app.stop().catch(() => undefined)));
    await reach.start().catch(error => {
      throw reachProblem(error, settings);
    });
    const housekeeping = new Housekeeping(
      [
        ...changing.chores,
        ...incidents.chores,
        auditChore({ state, clock, log }, client, registry),
        ...choresOf({
          state,
          settings,
          runs,
          clock,
          log,
          lost: options.lost,
          ...(watching && { watching }),
        }),
      ],
      log,
    );
    opened.defer(() => housekeeping.stop());
    await runs.resume();
    await changing.resume();
    const alerting =
      settings.alerts &&
      (await startAlerting({
        ...{ settings: settings.alerts, state, registry, incidents, runs, metrics, clock, log, ids },
        workspace: identity.team_id ?? '',
      }));
    if (alerting) opened.defer(() => alerting.stop());
    pump.wake();

    return {
      connectedAs: { team: identity.team ?? '', name: identity.user ?? '' },
      ...(status && { statusUrl: status.url }),
      ...(alerting?.url !== undefined && { alertsUrl: alerting.url }),
      async stop() {
        await alerting?.stop();
        await endsWithin(app.stop(), HANG_UP_MS);
        hungUp = true;
        await watching?.stop();
        await changing.stop();
        await endsWithin(underWay.ended(), DRAIN_LISTENERS_MS);
        const left = await runs.drain(DRAIN_RUNS_MS);
        const delivered = await pump.drain(DRAIN_MESSAGES_MS);
        log.info({ diagnosesLeft: left, messagesLeft: !delivered }, 'stopped');
        // Until here the lease is renewed.
        await housekeeping.stop();
        await investigator.close();
        await status?.stop();
        await state.close();
      },
    };
  }
}
