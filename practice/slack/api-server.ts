import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRefusal, refusal } from './api/answer.ts';
import { argsOf } from './api/arguments.ts';
import { callLimiter } from './api/call-limiter.ts';
import { callMethod, METHODS } from './api/catalogue.ts';
import { UPLOAD_PATH } from './api/files.ts';
import type { MethodAnswer } from './api/method.ts';
import type { ApiFault, Faults } from './faults.ts';
import type { Notices } from './notices.ts';
import type { ResponseUrls } from './response-urls.ts';
import { bodyOf, json, plain, type Reply, send } from './web-server.ts';
import type { Workspace } from './workspace.ts';

type Args = Readonly<Record<string, unknown>>;

/** A call of the Web API as it went. */
export interface ApiCall {
  readonly atMs: number;
  readonly method: string;
  readonly args: Args;
  /** What the call came to; undefined when a fault kept it from being carried out. */
  readonly answer?: MethodAnswer;
  /** The fault that struck: what the app was told is not `answer`. */
  readonly fault?: ApiFault;
}

const KEPT_CALLS = 5_000;

/** Something to carry out and to answer; `args` are what faults look at. */
interface Work {
  readonly name: string;
  readonly args: Args;
  run(): { readonly reply: Reply; readonly answer?: MethodAnswer };
}

/** Takes what the app sends: calls of the Web API, bytes of uploads, answers to response URLs. */
export class ApiServer {
  readonly calls: ApiCall[] = [];
  readonly #workspace: Workspace;
  readonly #faults: Faults;
  readonly #notices: Notices;
  readonly #responseUrls: ResponseUrls;
  readonly #tokens: { readonly bot: string; readonly app: string };
  readonly #limiter;
  readonly #origin: () => string;
  readonly #openSocket: (() => string) | undefined;

  constructor(options: {
    workspace: Workspace;
    faults: Faults;
    notices: Notices;
    responseUrls: ResponseUrls;
    tokens: { readonly bot: string; readonly app: string };
    origin: () => string;
    /** Absent where the app is reached over HTTP. */
    openSocket?: () => string;
  }) {
    this.#workspace = options.workspace;
    this.#faults = options.faults;
    this.#notices = options.notices;
    this.#responseUrls = options.responseUrls;
    this.#tokens = options.tokens;
    this.#limiter = callLimiter(options.workspace.nowMs);
    this.#origin = options.origin;
    this.#openSocket = options.openSocket;
  }

  /** True when the path is one of the app's. */
  serves(path: string): boolean {
    return ['/api/', UPLOAD_PATH, '/response/'].some(start => path.startsWith(start));
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) {
      response.destroy();
      return;
    }
    const work = url.pathname.startsWith('/api/')
      ? this.#call(request, url, body)
      : url.pathname.startsWith(UPLOAD_PATH)
        ? await this.#upload(request, url, body)
        : this.#response(url, body);
    const fault = this.#faults.strikeCall(work.name, work.args);
    const carriedOut = fault === undefined || ('effect' in fault && fault.effect);
    const { reply, answer } = carriedOut ? work.run() : {};
    this.#record(work, answer, fault);
    if (fault !== undefined) this.#fail(response, fault);
    else if (reply !== undefined) send(response, reply);
  }

  #fail(response: ServerResponse, fault: ApiFault): void {
    if (fault.kind === 'rate-limit') send(response, tooMany(fault.retryAfterSeconds));
    else if (fault.kind === 'status') send(response, plain(fault.status, 'upstream failure'));
    else if (fault.kind === 'error') send(response, json(refusal(fault.error)));
    else if (fault.kind === 'cut') response.destroy();
    else {
      const forget = this.#faults.onClear(() => response.destroy());
      response.on('close', forget);
    }
  }

  #record({ name, args }: Work, answer: MethodAnswer | undefined, fault: ApiFault | undefined): void {
    this.calls.push({
      atMs: this.#workspace.nowMs(),
      method: name,
      args,
      ...(answer === undefined ? {} : { answer }),
      ...(fault === undefined ? {} : { fault }),
    });
    if (this.calls.length > KEPT_CALLS) this.calls.shift();
    if (isRefusal(answer)) {
      const { response_metadata: more } = answer as { response_metadata?: { messages?: readonly string[] } };
      this.#notices.add([`${name} was refused: ${answer.error}`, ...(more?.messages ?? [])].join(' '));
    }
    this.#workspace.changed();
  }

  #call(request: IncomingMessage, url: URL, body: Buffer): Work {
    const method = url.pathname.slice('/api/'.length);
    const contentType = request.headers['content-type'] ?? '';
    const fromQuery = body.byteLength === 0;
    const parsed = argsOf(fromQuery ? '' : contentType, fromQuery ? url.search : body.toString('utf8'));
    if (isRefusal(parsed))
      return { name: method, args: {}, run: () => ({ reply: json(parsed), answer: parsed }) };
    const { token, ...args } = parsed;
    const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    return { name: method, args, run: () => this.#answer(method, args, bearer ?? token) };
  }

  #answer(method: string, args: Args, token: unknown): { reply: Reply; answer: MethodAnswer } {
    const refuse = (error: string) => ({ reply: json(refusal(error)), answer: refusal(error) });
    if (token === undefined) return refuse('not_authed');
    const kind = token === this.#tokens.bot ? 'bot' : token === this.#tokens.app ? 'app' : undefined;
    if (kind === undefined) return refuse('invalid_auth');
    const openSocket = this.#openSocket;
    const call = { args, token: kind, origin: this.#origin(), ...(openSocket && { openSocket }) } as const;
    const answer = callMethod(method, call, this.#workspace, this.#limiter);
    if (isRefusal(answer) && answer.error === 'ratelimited') {
      return { reply: tooMany(Number(answer.retry_after)), answer };
    }
    const headers = {
      'X-OAuth-Scopes': [...this.#workspace.app.scopes].join(','),
      'X-Accepted-OAuth-Scopes': METHODS.get(method)?.scopes.join(',') ?? '',
    };
    return { reply: json(answer, 200, kind === 'bot' ? headers : {}), answer };
  }

  /** Bytes as they are, or the first file of a form, as web-api's filesUploadV2 sends it. */
  async #upload(request: IncomingMessage, url: URL, body: Buffer): Promise<Work> {
    const id = url.pathname.slice(UPLOAD_PATH.length);
    const contentType = request.headers['content-type'] ?? '';
    const bytes = contentType.startsWith('multipart/form-data') ? await formFile(contentType, body) : body;
    return {
      name: 'upload',
      args: { file: id, lengthBytes: bytes?.byteLength ?? 0 },
      run: () => {
        const file = this.#workspace.files.get(id);
        if (file === undefined || file.complete) return { reply: plain(404, 'file not found') };
        if (bytes === undefined || bytes.byteLength === 0) return { reply: plain(400, 'no bytes') };
        this.#workspace.files.set(id, { ...file, bytes });
        return { reply: plain(200, `OK - ${bytes.byteLength}`) };
      },
    };
  }

  #response(url: URL, body: Buffer): Work {
    const id = url.pathname.slice('/response/'.length);
    const sent = argsOf('application/json', body.toString('utf8'));
    return {
      name: 'response_url',
      args: isRefusal(sent) ? {} : sent,
      run: () => {
        const unshown = isRefusal(sent)
          ? { error: 'invalid_payload', details: [] }
          : this.#responseUrls.answer(id, sent);
        if (unshown === undefined) return { reply: plain(200, 'ok'), answer: { ok: true } };
        const { error, details } = unshown;
        const more = details.length === 0 ? {} : { response_metadata: { messages: details } };
        const answer = refusal(error, more);
        return { reply: json(answer, error.endsWith('_url') ? 404 : 400), answer };
      },
    };
  }
}

const tooMany = (seconds: number): Reply =>
  json(refusal('ratelimited'), 429, { 'Retry-After': String(seconds) });

async function formFile(contentType: string, body: Buffer): Promise<Uint8Array | undefined> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'Content-Type': contentType },
    }).formData();
    const file = [...form.values()].find(value => typeof value !== 'string');
    return file && new Uint8Array(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}
