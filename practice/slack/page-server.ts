import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Changes } from './changes.ts';
import type { Composer } from './composer.ts';
import type { Delivered } from './delivered.ts';
import type { Interactions } from './interactions.ts';
import { isOfOwnPage } from './loopback-guard.ts';
import type { Notices } from './notices.ts';
import { pageFile } from './page-files.ts';
import type { Act, ActAnswer } from './page-protocol.ts';
import { snapshotFor } from './snapshot.ts';
import { bodyOf, json, plain, type Reply, SAFE_HEADERS, send } from './web-server.ts';
import type { Workspace } from './workspace.ts';

/** A page is told of changes at most this often. */
const SNAPSHOT_EVERY_MS = 50;
/** Browsers and proxies give up on a stream that says nothing. */
const COMMENT_EVERY_MS = 15_000;

const NO_PAGE = `<!doctype html><meta charset="utf-8"><title>Practice Slack</title>
<p>The practice Slack runs without a page.</p>`;

/** What a browser asks for: the page, what a person sees, and what they do. */
export class PageServer {
  readonly #workspace: Workspace;
  readonly #changes: Changes;
  readonly #notices: Notices;
  readonly #composer: Composer;
  readonly #interactions: Interactions;
  readonly #folder: string | undefined;
  readonly #streams = new Set<() => void>();

  constructor(options: {
    workspace: Workspace;
    changes: Changes;
    notices: Notices;
    composer: Composer;
    interactions: Interactions;
    folder: string | undefined;
  }) {
    this.#workspace = options.workspace;
    this.#changes = options.changes;
    this.#notices = options.notices;
    this.#composer = options.composer;
    this.#interactions = options.interactions;
    this.#folder = options.folder;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { pathname } = url;
    if (pathname === '/practice/act') return this.#takeAct(request, response);
    if (request.method !== 'GET') return send(response, plain(405, 'GET only'));
    if (pathname === '/practice/events')
      return this.#stream(response, url.searchParams.get('as') ?? this.#firstMember());
    if (pathname.startsWith('/practice/files/'))
      return send(response, this.#file(pathname.split('/').at(-1) ?? ''));
    if (this.#folder === undefined) {
      const contentType = 'text/html; charset=utf-8';
      return send(
        response,
        pathname === '/' ? { status: 200, contentType, body: NO_PAGE } : plain(404, 'not here'),
      );
    }
    const file = await pageFile(this.#folder, pathname);
    send(response, file === undefined ? plain(404, 'not here') : { status: 200, ...file });
  }

  stop(): void {
    for (const end of [...this.#streams]) end();
  }

  /** Does what a person did on the page. */
  async act(as: string, act: Act): Promise<ActAnswer> {
    const { acked, ackMs, problem, errors } = await this.#perform(as, act);
    if (problem !== undefined) return { ok: false, problem };
    return {
      ok: true,
      ...(acked && ackMs !== undefined ? { ackMs } : {}),
      ...(errors === undefined ? {} : { errors }),
    };
  }

  #perform(as: string, act: Act): Promise<Delivered> {
    switch (act.kind) {
      case 'type':
        return act.text.startsWith('/')
          ? this.#composer.command(as, act.channel, act.text, act.threadTs)
          : this.#composer.say(as, act.channel, act.text, act.threadTs);
      case 'press':
        return this.#interactions.press(as, act.in, act);
      case 'submit':
        return this.#interactions.submit(as, act.view, act.values);
      case 'close':
        return this.#interactions.close(as, act.view);
      case 'message-shortcut':
        return this.#interactions.messageShortcut(as, act.callbackId, act.channel, act.ts);
      case 'react':
        return this.#interactions.react(as, act.name, act.channel, act.ts);
      case 'global-shortcut':
        return this.#interactions.globalShortcut(as, act.callbackId);
      case 'open-home':
        return this.#interactions.openHome(as);
      default:
        return Promise.resolve({ acked: false, problem: 'The practice Slack does not know this act.' });
    }
  }

  async #takeAct(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return send(response, plain(405, 'POST only'));
    if (!isOfOwnPage(request)) return send(response, plain(403, 'Only the page itself may act.'));
    const sent = parsed(await bodyOf(request));
    if (sent === undefined)
      return send(response, plain(400, 'Send {"as": "U…", "act": {"kind": …}} as JSON.'));
    send(response, json(await this.act(sent.as, sent.act)));
  }

  /** A page that was just opened acts as nobody yet. */
  #firstMember(): string {
    return [...this.#workspace.users.values()].find(user => user.kind === 'member')?.id ?? '';
  }

  #stream(response: ServerResponse, as: string): void {
    if (!this.#workspace.users.has(as)) {
      send(response, plain(404, 'There is no such person here.'));
      return;
    }
    response.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
    let due: NodeJS.Timeout | undefined;
    const show = () => {
      due = undefined;
      // A browser that does not keep up is given the newest state once it has taken what it was sent.
      if (response.writableNeedDrain) due = setTimeout(show, SNAPSHOT_EVERY_MS);
      else response.write(`data: ${JSON.stringify(snapshotFor(this.#workspace, this.#notices, as))}\n\n`);
    };
    const stopListening = this.#changes.listen(() => {
      due ??= setTimeout(show, SNAPSHOT_EVERY_MS);
    });
    const comment = setInterval(() => response.write(': still here\n\n'), COMMENT_EVERY_MS);
    const end = () => {
      stopListening();
      clearTimeout(due);
      clearInterval(comment);
      this.#streams.delete(end);
      response.end();
    };
    this.#streams.add(end);
    response.on('close', end);
    show();
  }

  #file(id: string): Reply {
    const known = this.#workspace.files.get(id);
    if (known?.complete !== true) return plain(404, 'There is no such file.');
    // Only images are shown; anything else that an app uploads could be a page of its own.
    const image = known.mimetype.startsWith('image/') && known.mimetype !== 'image/svg+xml';
    const contentType = image ? known.mimetype : 'application/octet-stream';
    return { status: 200, contentType, body: known.bytes };
  }
}

function parsed(body: Buffer | undefined): { readonly as: string; readonly act: Act } | undefined {
  try {
    const sent = JSON.parse(body?.toString('utf8') ?? '');
    const good = typeof sent?.as === 'string' && typeof sent.act === 'object' && sent.act !== null;
    return good ? sent : undefined;
  } catch {
    return undefined;
  }
}
