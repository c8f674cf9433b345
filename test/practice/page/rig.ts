import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Act, ActAnswer, Snapshot } from '../../../practice/slack/page-protocol.ts';

const FOLDER = join(import.meta.dirname, '../../../practice/page');
const KINDS: Record<string, string> = {
  html: 'text/html',
  css: 'text/css',
  ts: 'text/javascript',
  svg: 'image/svg+xml',
};
/** As strict as a server may be: what the page needs beyond it would not load. */
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

/** Serves the page and what a test wants it to see, and writes down what people do on it. */
export class PageRig {
  readonly acts: { readonly as: string; readonly act: Act }[] = [];
  /** Faults that the browser told of; a test ends with none. */
  readonly faults: string[] = [];
  answer: (act: Act) => ActAnswer = () => ({ ok: true, ackMs: 12 });
  readonly #streams = new Map<ServerResponse, string>();
  readonly #server: Server;
  readonly #browser: Browser;
  #snapshotFor: (user: string) => Snapshot;

  static async start(snapshotFor: (user: string) => Snapshot): Promise<PageRig> {
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    const rig = new PageRig(browser, snapshotFor);
    await new Promise<void>(resolve => rig.#server.listen(0, '127.0.0.1', resolve));
    return rig;
  }

  private constructor(browser: Browser, snapshotFor: (user: string) => Snapshot) {
    this.#browser = browser;
    this.#snapshotFor = snapshotFor;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname === '/practice/events') this.#stream(url.searchParams.get('as') ?? 'U0ANA', response);
      else if (url.pathname === '/practice/act') void this.#act(request, response);
      else if (url.pathname.startsWith('/practice/files/')) {
        response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(CHART);
      } else this.#file(url.pathname, response);
    });
  }

  async open(options: BrowserContextOptions & { path?: string } = {}): Promise<Page> {
    const { path = '/?as=U0ANA#inc-checkout', ...rest } = options;
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 }, ...rest });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.on('pageerror', error => this.faults.push(String(error)));
    page.on('console', message => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    const { port } = this.#server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${path}`);
    await page.locator('.main').waitFor();
    return page;
  }

  /** From now on everybody sees this. */
  show(snapshotFor: (user: string) => Snapshot): void {
    this.#snapshotFor = snapshotFor;
    for (const [response, user] of this.#streams) this.#send(user, response);
  }

  /** What was done since the last time somebody asked. */
  takeActs(): readonly Act[] {
    return this.acts.splice(0).map(({ act }) => act);
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map(context => context.close()));
    this.acts.length = 0;
    this.answer = () => ({ ok: true, ackMs: 12 });
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #stream(user: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#streams.set(response, user);
    response.on('close', () => this.#streams.delete(response));
    this.#send(user, response);
  }

  #send(user: string, response: ServerResponse): void {
    response.write(`data: ${JSON.stringify(this.#snapshotFor(user))}\n\n`);
  }

  async #act(request: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const told = JSON.parse(Buffer.concat(parts).toString()) as { as: string; act: Act };
    this.acts.push(told);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(this.answer(told.act)));
  }

  #file(path: string, response: ServerResponse): void {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const kind = KINDS[name.split('.').at(-1) ?? ''];
    if (kind === undefined || !/^[a-z-]+\.[a-z]+$/.test(name)) {
      response.writeHead(404).end();
      return;
    }
    const text = readFileSync(join(FOLDER, name), 'utf8');
    response.writeHead(200, { 'content-type': kind, 'content-security-policy': POLICY });
    response.end(name.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
  }
}

/** Stands for the chart that the app uploads. */
const CHART = `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="300" viewBox="0 0 860 300">
<rect width="860" height="300" fill="#fff"/><text x="20" y="28" font-family="sans-serif" font-size="16">502s and memory of the workers of checkout</text>
<path d="M40 260H830M40 60V260" stroke="#888"/><path d="M60 240 300 110V240L540 105V240L800 130" fill="none" stroke="#0b62b8" stroke-width="3"/>
<path d="M300 60V260M540 60V260" stroke="#d1002e" stroke-dasharray="5 4"/></svg>`;
