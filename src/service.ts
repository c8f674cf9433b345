import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import type { Logger } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Dispatcher } from 'undici';
import { slackTelling } from '../handlers/slack/blocks/telling.ts';
import { People } from '../handlers/slack/people.ts';
import { reachOf } from '../handlers/slack/receivers.ts';
import { Replies } from '../handlers/slack/replies.ts';
import { slackApp } from '../handlers/slack/slack-app.ts';
import { SlackSurface } from '../handlers/slack/slack-surface.ts';
import { tellUndeliverable } from '../handlers/slack/undeliverable.ts';
import { UnderWay } from '../handlers/slack/under-way.ts';
import { cachedRegistry } from './adapters/cached-registry.ts';
import { DeliveryPump } from './adapters/delivery-pump.ts';
import { endsWithin } from './adapters/ends-within.ts';
import { Housekeeping } from './adapters/housekeeping.ts';
import { installationSecret } from './adapters/installation-secret.ts';
import type { SourceChoice } from './adapters/investigator-messages.ts';
import { InvestigatorThread } from './adapters/investigator-thread.ts';
import { listeningProblem } from './adapters/listening-problem.ts';
import { Metrics } from './adapters/metrics.ts';
import { openRegistryStore } from './adapters/registry-store.ts';
import type { ServiceLog } from './adapters/service-log.ts';
import type { Settings } from './adapters/settings.ts';
import { slackProblem } from './adapters/slack-problem.ts';
import { type OpenedState, openState } from './adapters/state/open-state.ts';
import { StatusServer } from './adapters/status-server.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { uploadBytes } from './adapters/upload-bytes.ts';
import { auditChore } from './audit-chore.ts';
import { Delivery } from './workflows/delivery.ts';
import { DiagnosisRuns } from './workflows/diagnosis-runs.ts';

export interface ServiceOptions {
  readonly settings: Settings;
  readonly log: ServiceLog;
  /** Where the servers are: real ones, or those of practice mode. */
  readonly source: SourceChoice;
  readonly version: string;
  /** Carries Socket Mode through a proxy. */
  readonly dispatcher?: Dispatcher;
  /** Path of `staunch.schema.json`, for the registry. */
  readonly schemaFile: string;
  /** The process must end: another one took the state over. */
  lost(): void;
}

export interface Service {
  /** The workspace and the name the app has there. */
  readonly connectedAs: { readonly team: string; readonly name: string };
  /** Where /healthz and /metrics are; undefined when switched off. */
  readonly statusUrl?: string;
  /** Takes nothing new, lets what goes on end, leaves the rest to the next start. */
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Slack gives up a retried delivery after about an hour; a copied request must be refused for a day. */
const DELIVERIES_DAYS = 1;
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
  const clock = { nowMs: Date.now };
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
    const delivery = new Delivery({
      state,
      clock,
      timer: systemTimer,
      surface: new SlackSurface({ client: clientOf(ONCE), upload: uploadBytes }),
      events: {
        sent: (_, waitedMs) => metrics.messageSent(waitedMs),
        postponed: ({ key }, reason, dueAtMs) => {
          metrics.messagePostponed();
          log.warn({ key, reason, dueAt: new Date(dueAtMs).toISOString() }, 'a message will be tried again');
        },
        abandoned: (parcel, why) => {
          metrics.messageAbandoned();
          void tellUndeliverable(parcel, why, { state, replies, log });
        },
      },
    });
    const pump = new DeliveryPump({ deliverDue: () => delivery.deliverDue(), log });
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
    const runs = new DiagnosisRuns({
      state,
      investigator,
      telling: slackTelling({ unit: service => registry.last()?.services.get(service)?.unit }),
      clock,
      timer: systemTimer,
      log,
      ids: { next: () => randomBytes(16).toString('hex') },
      wakeDelivery: () => pump.wake(),
      timeZoneOf: async person => (await people.asker(person)).timeZone,
      ended: end => metrics.diagnosisEnded(end),
    });
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
      },
    });

    const backlog = async () => {
      const { oldestQueuedAtMs } = await state.outbox.backlog();
      return oldestQueuedAtMs === undefined ? 0 : (clock.nowMs() - oldestQueuedAtMs) / 1000;
    };
    metrics.gauge(
      'staunch_messages_waiting',
      'Messages that wait to be sent.',
      async () => (await state.outbox.backlog()).waiting,
    );
    metrics.gauge('staunch_messages_oldest_seconds', 'Age of the oldest message that waits.', backlog);
    metrics.gauge('staunch_diagnoses_running', 'Diagnoses that go on now.', () => runs.counts.running);
    metrics.gauge('staunch_diagnoses_waiting', 'Diagnoses that wait their turn.', () => runs.counts.waiting);
    const { openConnections } = reach;
    if (openConnections)
      metrics.gauge(
        'staunch_slack_connections',
        'Open connections of Socket Mode; 2 when all is well.',
        openConnections,
      );

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
    const { evidenceDays, incidentDays } = settings.retention;
    const housekeeping = new Housekeeping(
      [
        auditChore({ state, clock, log }, client, registry),
        {
          name: 'renew the lease of the state',
          at: '*/15 * * * * *',
          async perform() {
            if (await state.renewLease()) return;
            log.error({}, 'another process took the state over');
            options.lost();
          },
        },
        {
          name: 'delete what retention no longer covers',
          at: '17 * * * *',
          async perform() {
            const gone = await state.purge(clock.nowMs(), {
              deliveriesMs: DELIVERIES_DAYS * DAY_MS,
              evidenceMs: evidenceDays * DAY_MS,
              incidentsMs: incidentDays * DAY_MS,
            });
            log.info(gone, 'deleted what retention no longer covers');
          },
        },
      ],
      log,
    );
    opened.defer(() => housekeeping.stop());
    await runs.resume();
    pump.wake();

    return {
      connectedAs: { team: identity.team ?? '', name: identity.user ?? '' },
      ...(status && { statusUrl: status.url }),
      async stop() {
        await endsWithin(app.stop(), HANG_UP_MS);
        hungUp = true;
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

/** Why Slack's deliveries cannot be taken. */
function reachProblem(error: unknown, { slack: { apiUrl, receiver } }: Settings): unknown {
  if (receiver.kind === 'socket') return slackProblem(error, apiUrl, 'SLACK_APP_TOKEN');
  return listeningProblem(error, receiver.address, 'Set STAUNCH_HTTP_HOST or STAUNCH_HTTP_PORT.') ?? error;
}

/** Bolt's and the SDK's own words, in our log and behind our masking of tokens. */
function slackLogger(log: ServiceLog, hungUp: () => boolean): Logger {
  const write =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (...words: unknown[]) =>
      // A socket that breaks while it closes is no trouble.
      log[hungUp() ? 'debug' : at]({ from: 'slack', said: words }, 'slack sdk');
  return {
    debug: write('debug'),
    // Every connection and reconnection: worth nothing to an operator.
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
    setLevel() {},
    getLevel: () => 'info' as ReturnType<Logger['getLevel']>,
    setName() {},
  };
}
