import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, PracticePage } from './practice-page.ts';
import { type PracticeProcess, practiceProcess } from './practice-process.ts';

let started: PracticeProcess;
let browser: Browser;
beforeAll(async () => {
  [started, browser] = await Promise.all([practiceProcess(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  expect(await started?.stop()).toBe(0);
});

describe('an incident in practice mode', () => {
  it('leads a person who has never seen Gunicorn from the verdict to the end', async () => {
    const slack = await PracticePage.open(browser, `${started.url}#inc-billing`);
    const { modal } = slack;
    await slack.type('/diagnose-502 billing');
    const verdict = await slack.verdict(/billing/);
    await verdict.getByText('Incident').first().waitFor();
    await slack.openThread(verdict, 'Next:');
    const card = () => slack.replies.filter({ hasText: 'Next:' }).last();
    await card().getByText('Which request was too slow?').waitFor();
    await shot(slack, 'card');
    await card()
      .getByRole('button', { name: /Look after this incident|I take it/ })
      .click();
    await verdict.getByText('owner').first().waitFor();
    await card()
      .getByRole('button', { name: /Write something|Add a note/ })
      .click();
    await modal.getByRole('textbox').fill('The report page was asked for a whole year.');
    await shot(slack, 'note');
    await modal.getByRole('button', { name: 'Keep it' }).click();
    await slack.whisperInThread(/Noted/);
    await card().getByRole('button', { name: 'Its owners know' }).click();
    await card().getByText('Watch it for').waitFor();
    await shot(slack, 'watch');
    await slack.type('@staunch why not memory?', slack.thread);
    await slack.replies.filter({ hasText: 'Asked:' }).last().waitFor();
    await slack.type('@staunch timeline', slack.thread);
    await slack.replies.filter({ hasText: 'Timeline of incident' }).last().waitFor();
    await shot(slack, 'timeline');
    // The thread may still be scrolling to its newest reply: then the click lands beside the button.
    await expect
      .poll(
        async () => {
          await card().getByRole('button', { name: 'Close now' }).click();
          await modal
            .getByText('Why is it over?')
            .waitFor({ timeout: 2_000 })
            .catch(() => {});
          return modal.getByText('Why is it over?').isVisible();
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    await modal.getByRole('textbox').fill('The report page is limited to a month now.');
    await shot(slack, 'resolve');
    await modal.getByRole('button', { name: 'Resolve', exact: true }).click();
    await slack.replies.filter({ hasText: 'Resolved: billing' }).last().waitFor();
    await slack.type('@staunch export', slack.thread);
    await slack.replies.filter({ hasText: 'post-mortem' }).last().waitFor();
    await shot(slack, 'resolved');
    await slack.type('/staunch status');
    await slack.whisper.filter({ hasText: 'What is open' }).waitFor();
    await shot(slack, 'status');
    await slack.type('/staunch help');
    await slack.whisper.filter({ hasText: 'After /staunch' }).waitFor();
    await shot(slack, 'help');
    await slack.close();
  }, 180_000);
});

/** For whoever wants to look: STAUNCH_SHOTS names a folder. */
async function shot(slack: PracticePage, name: string): Promise<void> {
  const folder = process.env.STAUNCH_SHOTS;
  if (folder) await slack.page.screenshot({ path: `${folder}/incident-${name}.png`, fullPage: true });
}
