import type { SocketModeReceiverOptions } from '@slack/bolt';
import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type { Person, Place } from '../../src/policy/access.ts';
import type { Clock, Timer } from '../../src/workflows/ports.ts';
import type { Sample } from './blocks/samples.ts';
import { deepestReason } from './failure-reason.ts';
import { silentLogger } from './silent-logger.ts';
import { personKindOf, placeKindOf } from './slack-kinds.ts';
import { type SocketHello, socketHello } from './socket-hello.ts';

export interface SlackProbeOptions {
  readonly botToken: string;
  /** Absent where Slack comes to us over HTTP. */
  readonly appToken?: string;
  readonly apiUrl: string;
  /** Sends an HTTP request, as `fetch` does. */
  readonly send: FetchFunction;
  /** Carries the socket through a proxy. */
  readonly dispatcher?: SocketModeReceiverOptions['dispatcher'];
  readonly clock: Clock;
  readonly timer: Timer;
  readonly cancel: AbortSignal;
  /** Told before each pause that a rate limit asks for. */
  waits(seconds: number): void;
}

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: boolean; readonly reason: string };

interface Exchange {
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  /** Slack's `Date`: whole seconds. */
  readonly date?: string;
}

const CALL_MS = 8_000;
/** Slack's limits are per minute: a longer wait, or more of them, is somebody else's traffic. */
const LONGEST_WAIT_SECONDS = 90;
const MOST_WAITS = 8;
/** blocks.validate answers with one of these when it has looked. Source: docs.slack.dev/reference/methods/blocks.validate */
const INVALID = new Set(['invalid_blocks', 'invalid_message', 'invalid_view']);

/** Asks Slack for `staunch doctor --slack`: posts nothing and changes nothing. */
export class SlackProbe {
  readonly #options: SlackProbeOptions;
  readonly #client: WebClient;
  #exchange: Exchange | undefined;

  constructor(options: SlackProbeOptions) {
    this.#options = options;
    this.#client = new WebClient(options.botToken, this.#clientOptions());
  }

  async identity() {
    const answer = await this.#ask(() => this.#client.auth.test());
    if (!answer.ok) return answer;
    const { team, team_id, user, user_id, is_enterprise_install, response_metadata } = answer.value;
    const scopes = response_metadata?.scopes;
    const clock = this.#clock();
    const value = {
      team: team ?? '',
      teamId: team_id ?? '',
      name: user ?? '',
      botUserId: user_id ?? '',
      isOrganisation: is_enterprise_install === true,
      ...(scopes && { scopes }),
      ...(clock && { clock }),
    };
    return { ok: true as const, value };
  }

  /** The socket is closed as soon as Slack has said hello: while it is open, deliveries may come to it. */
  async connection(): Promise<Answer<SocketHello>> {
    const { dispatcher, appToken = '' } = this.#options;
    const { timer } = this.#options;
    const asked = {
      appToken,
      timer,
      clientOptions: this.#clientOptions(),
      ...(dispatcher && { dispatcher }),
    };
    const opened = await this.#ask(() => socketHello(asked));
    return opened.ok || !WORD.test(opened.reason) ? opened : { ...opened, refused: true };
  }

  async user(id: string) {
    const answer = await this.#ask(() => this.#client.users.info({ user: id }));
    if (!answer.ok) return answer;
    const { user } = answer.value;
    const kind: Person['kind'] = personKindOf(user);
    const appId = user?.profile?.api_app_id;
    const value = {
      name: user?.profile?.real_name || user?.real_name || user?.name || id,
      kind,
      workspace: user?.team_id ?? '',
      ...(appId && { appId }),
    };
    return { ok: true as const, value };
  }

  async groups() {
    const answer = await this.#ask(() =>
      this.#client.usergroups.list({ include_users: true, include_disabled: true }),
    );
    if (!answer.ok) return answer;
    const groups = (answer.value.usergroups ?? []).map(group => {
      const isDisabled = (group.date_delete ?? 0) > 0;
      return [
        group.id ?? '',
        { handle: group.handle ?? '', members: group.users?.length ?? 0, isDisabled },
      ] as const;
    });
    return { ok: true as const, value: new Map(groups) };
  }

  async channel(id: string) {
    const answer = await this.#ask(() => this.#client.conversations.info({ channel: id }));
    if (!answer.ok) return answer;
    const { channel } = answer.value;
    const kind: Place['kind'] = channel ? placeKindOf(channel) : 'unknown';
    const value = {
      name: channel?.name ?? id,
      kind,
      appIsMember: channel?.is_member === true,
      isArchived: channel?.is_archived === true,
    };
    return { ok: true as const, value };
  }

  async validate({ kind, payload }: Pick<Sample, 'kind' | 'payload'>): Promise<Answer<readonly string[]>> {
    const asked = kind === 'message' ? { message: payload } : { view: payload };
    let problems: readonly string[] = [];
    const answer = await this.#ask(async () => {
      try {
        await this.#client.blocks.validate(asked as Parameters<WebClient['blocks']['validate']>[0]);
      } catch (error) {
        if (!(error instanceof WebAPIPlatformError && INVALID.has(error.data.error))) throw error;
        problems = problemsOf(error);
      }
    });
    return answer.ok ? { ok: true, value: problems } : answer;
  }

  #clientOptions(): WebClientOptions {
    const { apiUrl, send, clock } = this.#options;
    return {
      slackApiUrl: apiUrl,
      logger: silentLogger,
      retryConfig: { retries: 1 },
      rejectRateLimitedCalls: true,
      timeout: CALL_MS,
      fetch: async (url, init) => {
        const sentAtMs = clock.nowMs();
        const response = await send(url, init);
        const date = response.headers.get('date');
        this.#exchange = { sentAtMs, answeredAtMs: clock.nowMs(), ...(date !== null && { date }) };
        return response;
      },
    };
  }

  /** From the last answer: Slack wrote its date between sending and answer, and cut it to the second. */
  #clock(): { readonly aheadMs: number; readonly errorMs: number } | undefined {
    const { sentAtMs = 0, answeredAtMs = 0, date = '' } = this.#exchange ?? {};
    const theirsMs = Date.parse(date);
    if (Number.isNaN(theirsMs)) return undefined;
    const half = 500;
    return {
      aheadMs: (sentAtMs + answeredAtMs) / 2 - (theirsMs + half),
      errorMs: (answeredAtMs - sentAtMs) / 2 + half,
    };
  }

  /** Asks again after the time that Slack names, a few times. Never throws. */
  async #ask<T>(call: () => Promise<T>): Promise<Answer<T>> {
    for (let waits = 0; ; waits += 1) {
      try {
        return { ok: true, value: await call() };
      } catch (error) {
        const seconds = error instanceof WebAPIRateLimitedError ? error.retryAfter : undefined;
        const patient = waits < MOST_WAITS && !this.#options.cancel.aborted;
        if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS || !patient) return refusalOf(error);
        this.#options.waits(seconds);
        await this.#pause(seconds * 1000);
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    const { timer, cancel } = this.#options;
    return new Promise(resolve => {
      const end = () => {
        takeBack();
        cancel.removeEventListener('abort', end);
        resolve();
      };
      const takeBack = timer.after(delayMs, end);
      cancel.addEventListener('abort', end);
    });
  }
}

/** Slack's own word, such as `link_disabled`. */
const WORD = /^[a-z]+(?:_[a-z]+)+$/;

function refusalOf(error: unknown) {
  if (error instanceof WebAPIPlatformError)
    return { ok: false as const, refused: true, reason: error.data.error };
  if (error instanceof WebAPIRateLimitedError)
    return { ok: false as const, refused: true, reason: 'ratelimited' };
  if (error instanceof WebAPIHTTPError)
    return { ok: false as const, refused: false, reason: `HTTP ${error.statusCode} instead of an answer` };
  return { ok: false as const, refused: false, reason: deepestReason(error) };
}

interface Detail {
  readonly pointer?: string;
  readonly message?: string;
}

function problemsOf({ data }: WebAPIPlatformError): readonly string[] {
  const { errors } = data as { readonly errors?: readonly (Detail | string)[] };
  const problems = (errors ?? []).map(each =>
    typeof each === 'string' ? each : `${each.pointer || '/'} ${each.message ?? ''}`.trim(),
  );
  return problems.length > 0 ? problems : [data.error];
}
