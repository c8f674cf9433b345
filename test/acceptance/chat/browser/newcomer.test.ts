import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, PracticePage } from './practice-page.ts';
import { type PracticeProcess, practiceProcess } from './practice-process.ts';

const RECORDINGS = join(import.meta.dirname, '../../../../practice/recordings');

let started: PracticeProcess;
let browser: Browser;
beforeAll(async () => {
  [started, browser] = await Promise.all([practiceProcess(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  expect(await started?.stop()).toBe(0);
});

describe('a newcomer who starts Staunch without tokens', () => {
  it('is told that this is practice, where to look, what to type and how to stop', () => {
    expect(started.printed).toMatch(/practice mode: no Slack account/);
    expect(started.printed).toContain('/diagnose-502 checkout');
    expect(started.printed).toContain('Ctrl-C');
  });

  it('types the command, watches it, reads the verdict, sees the chart and opens a claim to its line', async () => {
    const slack = await PracticePage.open(browser, started.url);
    const { page, main, modal } = slack;
    // The channel shows what to type, and one need not even type it.
    await main.getByRole('button', { name: '/diagnose-502 checkout', exact: true }).click();
    await page.keyboard.press('Enter');
    await slack.echo.getByText(/Staunch took it within \d+ ms/).waitFor();
    await slack.messages.filter({ hasText: 'Diagnosing 502s on checkout' }).waitFor();
    await slack.openThread(slack.messages.first(), /Connecting|Reading 1 server|Read 1 server/);

    const verdict = await slack.verdict('502s on checkout: worker OOM kill (CONFIRMED)');
    expect(await slack.messages.count()).toBe(1);
    const chart = slack.thread.getByRole('button', {
      name: /Enlarge image: gunicorn\.service on checkout-1/,
    });
    await chart.click();
    const picture = modal.getByRole('img');
    await picture.waitFor();
    expect(
      await picture.evaluate(image => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(1000);
    await slack.closeModal();

    await verdict.getByRole('button', { name: /^Open the lines E1, E2/ }).click();
    await modal.getByRole('heading', { name: /^Evidence E1, E2/ }).waitFor();
    const shown = await modal.locator('pre').allTextContents();
    const recorded = kernelMessages('oom-continue-bookworm-vm');
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.filter(line => !recorded.has(line))).toEqual([]);
    expect(shown[0]).toMatch(/^Memory cgroup out of memory: Killed process \d+ \(gunicorn\)/);
    await slack.closeModal();
    await slack.close();
  });

  it.each([
    ['search', 'worker OOM kill', 1400, 900],
    ['billing', 'worker timeout', 900, 700],
  ])('of %s finds the headline in sight: %s, on %i x %i', async (service, cause, width, height) => {
    const viewport = { width, height };
    const slack = await PracticePage.open(browser, `${started.url}#inc-${service}`, { viewport });
    await slack.type(`/diagnose-502 ${service}`);
    const verdict = await slack.verdict(`502s on ${service}: ${cause} (CONFIRMED)`);
    const headline = verdict.getByRole('heading', { name: cause });
    const top = () => headline.evaluate(element => element.getBoundingClientRect().top);
    await expect.poll(top).toBeGreaterThan(40);
    expect(await top()).toBeLessThan(height / 2);
    await slack.close();
  });

  it('can ask again and say that the verdict was wrong', async () => {
    const slack = await PracticePage.open(browser, started.url);
    const { modal } = slack;
    const verdict = await slack.verdict('502s on checkout: worker OOM kill (CONFIRMED)');
    await verdict.getByRole('button', { name: 'Say what it really was' }).click();
    await modal.getByRole('button', { name: 'Send' }).click();
    await modal.getByText('Choose a cause or say it in your words.').waitFor();
    await modal.getByRole('textbox').fill('We had doubled the cache that morning.');
    await modal.getByRole('button', { name: 'Send' }).click();
    await slack.whisper.getByText('it is noted beside this verdict').waitFor();

    await verdict.getByRole('button', { name: 'Diagnose the same service again' }).click();
    await verdict.getByText('run 2').waitFor();
    await verdict.getByRole('heading', { name: /CONFIRMED/ }).waitFor();
    expect(await slack.messages.filter({ hasText: 'CONFIRMED' }).count()).toBe(1);
    await slack.close();
  });
});

/** The texts of a recorded kernel log, as the kernel wrote them. */
function kernelMessages(recording: string): ReadonlySet<string> {
  const lines = readFileSync(join(RECORDINGS, recording, 'journal-kernel.json'), 'utf8')
    .trim()
    .split('\n');
  return new Set(lines.map(line => (JSON.parse(line) as { MESSAGE: string }).MESSAGE));
}
