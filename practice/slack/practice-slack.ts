import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stackOf } from './api/view-stack.ts';
import { type ApiCall, ApiServer } from './api-server.ts';
import { Changes } from './changes.ts';
import { Composer, type Said } from './composer.ts';
import { readDeclaration } from './declaration.ts';
import type { Delivered } from './delivered.ts';
import { Deliveries, type DeliveryPace, type DeliveryRecord } from './deliveries.ts';
import { Faults } from './faults.ts';
import { HttpDelivery } from './http-delivery.ts';
import { Interactions, type Press, type Where } from './interactions.ts';
import { openWorkspace } from './live-workspace.ts';
import { foreignness } from './loopback-guard.ts';
import { Notices } from './notices.ts';
import type { ViewValues } from './page-protocol.ts';
import { PageServer } from './page-server.ts';
import { ResponseUrls } from './response-urls.ts';
import { type SignedRequest, signRequest } from './signature.ts';
import { isVisible } from './snapshot.ts';
import { SocketMode } from './socket-mode.ts';
import { plain, send } from './web-server.ts';
import type { PracticeMessage, PracticeView, Workspace, WorkspaceSeed } from './workspace.ts';

export interface PracticeSlackOptions {
  /** The parsed manifest.yml: what the app may do. */
  readonly manifest: unknown;
  readonly seed: WorkspaceSeed;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly nowMs?: () => number;
  /** Deliver as signed HTTP requests to this URL instead of over Socket Mode. */
  readonly http?: { readonly url: string };
  /** The folder of the page. */
  readonly page?: string;
  /** Slack's own deadline and retry times unless told otherwise. */
  readonly pace?: DeliveryPace;
}

const token = (kind: string) => `${kind}-practice-${randomBytes(18).toString('hex')}`;

/** Commands that are declared with `should_escape`, in a manifest that is known to be good. */
function escapingCommands(manifest: unknown): ReadonlySet<string> {
  interface Declared {
    readonly features?: { readonly slash_commands?: readonly { command: string; should_escape?: boolean }[] };
  }
  const declared = (manifest as Declared).features?.slash_commands ?? [];
  return new Set(declared.filter(each => each.should_escape === true).map(each => each.command));
}

/**
 * A Slack to practise with, on this machine only: the Web API, Socket Mode or signed HTTP, people who type and
 * press, and things that go wrong on demand.
 */
export class PracticeSlack {
  readonly botToken = token('xoxb');
  readonly appToken = token('xapp');
  readonly signingSecret = randomBytes(16).toString('hex');
  readonly workspace: Workspace;
  readonly faults: Faults;
  readonly #changes = new Changes();
  readonly #notices: Notices;
  readonly #sockets: SocketMode;
  readonly #deliveries: Deliveries;
  readonly #api: ApiServer;
  readonly #page: PageServer;
  readonly #composer: Composer;
  readonly #interactions: Interactions;
  readonly #server: Server;
  #port = 0;

  static async start(options: PracticeSlackOptions): Promise<PracticeSlack> {
    const slack = new PracticeSlack(options);
    await slack.#listen(options.port ?? 0);
    return slack;
  }

  private constructor({ manifest, seed, nowMs = Date.now, http, page, pace = {} }: PracticeSlackOptions) {
    const declaration = readDeclaration(manifest);
    if (!declaration.ok)
      throw new Error(`Slack would refuse this manifest: ${declaration.problems.join('; ')}`);
    const { changed } = this.#changes;
    const origin = () => this.url;
    const workspace = openWorkspace(seed, declaration.app, { nowMs, changed });
    const notices = new Notices({ nowMs, changed });
    const responseUrls = new ResponseUrls(workspace, origin);
    this.#sockets = new SocketMode({ appId: workspace.appId, nowMs, changed });
    this.faults = new Faults(this.#sockets);
    const carrier = http ? new HttpDelivery({ ...http, secret: this.signingSecret, nowMs }) : this.#sockets;
    const deliveries = new Deliveries({
      carrier,
      faults: this.faults,
      pace,
      nowMs,
      recorded: record => this.#recorded(record),
    });
    const people = { workspace, deliveries, responseUrls, notices };
    this.#composer = new Composer({ ...people, escaping: escapingCommands(manifest) });
    this.#interactions = new Interactions(people);
    this.#api = new ApiServer({
      workspace,
      faults: this.faults,
      notices,
      responseUrls,
      tokens: { bot: this.botToken, app: this.appToken },
      origin,
      ...(http ? {} : { openSocket: () => `${this.url.replace('http:', 'ws:')}${this.#sockets.ticket()}` }),
    });
    this.#page = new PageServer({
      workspace,
      changes: this.#changes,
      notices,
      composer: this.#composer,
      interactions: this.#interactions,
      folder: page,
    });
    this.workspace = workspace;
    this.#notices = notices;
    this.#deliveries = deliveries;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      // A broken socket also closes; there is nothing more to do about its error.
      socket.on('error', () => undefined);
      const foreign = foreignness(request, this.#port) !== undefined;
      if (foreign || !request.url?.startsWith('/link/') || this.faults.strikeSocket()) {
        const status = foreign ? '403 Forbidden' : '503 Service Unavailable';
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      } else this.#sockets.upgrade(request, socket, head);
    });
  }

  /** `http://127.0.0.1:PORT`: the page. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What an app takes as `slackApiUrl`. */
  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  /** How many sockets of the app take deliveries. */
  get openSockets(): number {
    return this.#sockets.open;
  }

  /** Calls of the Web API, uploads and answers to response URLs, oldest first. */
  get calls(): readonly ApiCall[] {
    return this.#api.calls;
  }

  /** Attempts to deliver, oldest first. */
  get deliveries(): readonly DeliveryRecord[] {
    return this.#deliveries.records;
  }

  get notices(): readonly { readonly atMs: number; readonly text: string }[] {
    return this.#notices.list;
  }

  /** Types a command whole: `/diagnose-502 checkout`. */
  command(as: string, channel: string, text: string, threadTs?: string): Promise<Delivered> {
    return this.#composer.command(as, channel, text, threadTs);
  }

  /** Posts a message; the app hears of it when it is mentioned (`@name`). */
  say(as: string, channel: string, text: string, threadTs?: string): Promise<Said> {
    return this.#composer.say(as, channel, text, threadTs);
  }

  press(as: string, where: Where, press: Press): Promise<Delivered> {
    return this.#interactions.press(as, where, press);
  }

  submit(as: string, viewId: string, values: ViewValues): Promise<Delivered> {
    return this.#interactions.submit(as, viewId, values);
  }

  close(as: string, viewId: string): Promise<Delivered> {
    return this.#interactions.close(as, viewId);
  }

  messageShortcut(as: string, callbackId: string, channel: string, ts: string): Promise<Delivered> {
    return this.#interactions.messageShortcut(as, callbackId, channel, ts);
  }

  /** Reacts to a message with an emoji, by its name. */
  react(as: string, name: string, channel: string, ts: string): Promise<Delivered> {
    return this.#interactions.react(as, name, channel, ts);
  }

  globalShortcut(as: string, callbackId: string): Promise<Delivered> {
    return this.#interactions.globalShortcut(as, callbackId);
  }

  openHome(as: string): Promise<Delivered> {
    return this.#interactions.openHome(as);
  }

  /**
   * Messages of a channel, oldest first, or a thread's replies with its root; with `as` those that this person
   * sees, without it those that everybody sees.
   */
  messages(
    channel: string,
    { threadTs, as = '' }: { readonly threadTs?: string; readonly as?: string } = {},
  ): readonly PracticeMessage[] {
    return (this.workspace.messages.get(channel) ?? [])
      .filter(message => isVisible(message, as))
      .filter(message => threadTs === undefined || [message.ts, message.threadTs].includes(threadTs));
  }

  /** What only this person sees in a channel. */
  ephemerals(as: string, channel: string): readonly PracticeMessage[] {
    return this.messages(channel, { as }).filter(message => message.ephemeralFor === as);
  }

  /** The person's topmost modal. */
  modal(as: string): PracticeView | undefined {
    return stackOf(this.workspace, as).at(-1);
  }

  home(as: string): PracticeView | undefined {
    return this.workspace.homes.get(as);
  }

  /** The first answer of `look` that is not undefined, looked for whenever something changes. */
  until<T>(look: () => T | undefined, timeoutMs?: number): Promise<T> {
    return this.#changes.until(look, timeoutMs, () => {
      const calls = this.calls
        .slice(-10)
        .map(call => `${call.method}: ${JSON.stringify(call.answer)?.slice(0, 300)}`);
      return ['The last calls were:', ...calls, ...this.notices.map(notice => notice.text)].join('\n');
    });
  }

  /** A body signed as Slack would, or as `secret` or `atMs` would have it. */
  signed(body: string, forge: { readonly atMs?: number; readonly secret?: string } = {}): SignedRequest {
    return signRequest(body, forge.secret ?? this.signingSecret, forge.atMs ?? this.workspace.nowMs());
  }

  async stop(): Promise<void> {
    this.#deliveries.stop();
    this.#sockets.stop();
    this.faults.clear();
    this.#page.stop();
    this.#changes.end();
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = foreignness(request, this.#port);
    if (foreign !== undefined) return send(response, plain(403, foreign));
    try {
      const url = new URL(request.url ?? '/', this.url);
      if (this.#api.serves(url.pathname)) await this.#api.handle(request, response, url);
      else await this.#page.handle(request, response, url);
    } catch (error) {
      this.#notices.add(`The practice Slack itself failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else send(response, plain(500, String(error)));
    }
  }

  #recorded({ what, carried, attempt }: DeliveryRecord): void {
    if (!carried.acked) {
      const why = carried.why === 'nobody' ? 'nobody listened' : `no acknowledgement: ${carried.why}`;
      this.#notices.add(`The app did not take ${what}, attempt ${attempt + 1}: ${why}.`);
    }
    this.#changes.changed();
  }
}
