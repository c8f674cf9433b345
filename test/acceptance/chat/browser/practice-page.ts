import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** A diagnosis takes seconds, on a busy machine more. */
const PATIENCE_MS = 15_000;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** The page of the practice Slack as a person uses it: by what is written on it. */
export class PracticePage {
  readonly page: Page;
  /** What the browser complained about. */
  readonly faults: string[] = [];

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<PracticePage> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const opened = new PracticePage(await context.newPage());
    await opened.page.goto(url);
    await opened.main.waitFor();
    return opened;
  }

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', error => this.faults.push(String(error)));
    page.on('dialog', dialog => this.faults.push(`a dialog: ${dialog.message()}`));
    page.on('console', message => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
  }

  get main(): Locator {
    return this.page.getByRole('main');
  }

  get thread(): Locator {
    return this.page.getByRole('complementary');
  }

  get modal(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Messages in the open channel. */
  get messages(): Locator {
    return this.main.locator('article[data-ts]');
  }

  get replies(): Locator {
    return this.thread.locator('article[data-ts]');
  }

  /** The newest message in the open channel that only this person sees. */
  get whisper(): Locator {
    return this.main.locator('article.ephemeral').last();
  }

  /** Waits for what only this person sees, in the open thread or in the channel. */
  async whisperInThread(words: RegExp): Promise<void> {
    await this.page.locator('article.ephemeral').filter({ hasText: words }).last().waitFor();
  }

  get echo(): Locator {
    return this.main.locator('.composer-echo');
  }

  async actAs(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Act as ${name}` }).click();
    await this.page.getByRole('combobox', { name: `Act as: ${name}` }).waitFor();
  }

  async go(channel: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^${channel}(,|$)`) }).click();
    await this.page.getByRole('main', { name: channel }).waitFor();
  }

  /** Types into the composer of the channel, or of the thread, and sends it. */
  async type(text: string, where: Locator = this.main): Promise<void> {
    const field = where.locator('textarea');
    await field.fill(text);
    await field.press('Enter');
  }

  /** The newest root message that holds one of the words a diagnosis ends in. */
  async verdict(words: string | RegExp): Promise<Locator> {
    const verdict = this.messages.filter({ hasText: words }).last();
    await verdict.waitFor();
    return verdict;
  }

  /** Opens the thread below a message and waits until it holds this. */
  async openThread(message: Locator, words: string | RegExp): Promise<void> {
    await message.getByRole('button', { name: /\d+ repl(y|ies)/ }).click();
    await this.replies.filter({ hasText: words }).first().waitFor();
  }

  /** Closes what lies on top by the keyboard. */
  async closeModal(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.modal.waitFor({ state: 'detached' });
  }

  /** Closes the page; nothing on it may have gone wrong. */
  async close(): Promise<void> {
    const errors = await this.page.locator('html').getAttribute('data-block-errors');
    await this.page.context().close();
    expect(this.faults).toEqual([]);
    expect(errors).toBe('0');
  }
}
