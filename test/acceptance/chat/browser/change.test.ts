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

/** The newest reply in the open thread that holds this. */
const replyWith = (slack: PracticePage, words: string | RegExp) =>
  slack.replies.filter({ hasText: words }).last();

describe('a change in practice mode', () => {
  it('goes from the verdict over a plan and two approvals to applied and verified', async () => {
    const slack = await PracticePage.open(browser, `${started.url}#inc-search`);
    const { modal } = slack;
    await slack.type('/diagnose-502 search');
    const verdict = await slack.verdict('502s on search: worker OOM kill (CONFIRMED)');
    await slack.openThread(verdict, /Read 1 server/);

    // The review says what, where and why, shows the very lines, and asks why now.
    await verdict.getByRole('button', { name: /^Plan a change that others approve/ }).click();
    await modal.getByText('+OOMPolicy=continue').waitFor();
    await modal.getByText('nothing is restarted').first().waitFor();
    await shot(slack, 'review');
    await modal.getByRole('button', { name: 'Request approval' }).click();
    await modal.getByText('Please complete this required field.').waitFor();
    await modal.getByRole('textbox').last().fill('One kill took the whole shop down.');
    await modal.getByRole('button', { name: 'Request approval' }).click();
    const card = replyWith(slack, 'Proposed by');
    await card.getByText('needs approval').first().waitFor();
    await card.getByText('Needs 2 approvals: 0 of 2').waitFor();
    await card.getByText('+OOMPolicy=continue').waitFor();
    await shot(slack, 'card-open');

    // Ana may ask and not approve, and is told why.
    await approve(card);
    await slack.whisperInThread(/to approve a change for search takes approver/);
    await slack.actAs('Ben Okafor');
    await slack.openThread(verdict, 'Proposed by');
    await approve(card);
    await modal.getByText('This is production. Type search').waitFor();
    await shot(slack, 'approve');
    await modal.getByRole('textbox').fill('serach');
    await modal.getByRole('button', { name: 'Approve', exact: true }).click();
    await modal.getByText('Type search to approve it on production.').waitFor();
    await modal.getByRole('textbox').fill('search');
    await modal.getByRole('button', { name: 'Approve', exact: true }).click();
    await card.getByText('Needs 2 approvals: 1 of 2').waitFor();
    await shot(slack, 'card-one');

    await slack.actAs('Chloé Martin');
    await slack.openThread(verdict, 'Proposed by');
    await approve(card);
    await modal.getByRole('textbox').fill('search');
    await modal.getByRole('button', { name: 'Approve', exact: true }).click();
    const progress = replyWith(slack, 'search-1');
    await progress.getByText('being watched').waitFor({ timeout: 30_000 });
    expect(await card.getByRole('button', { name: /approve/ }).count()).toBe(0);
    await shot(slack, 'progress');
    await replyWith(slack, 'Reports on what it came to follow here').waitFor({ timeout: 120_000 });
    await card.getByText('applied and verified').first().waitFor();
    await shot(slack, 'done');

    // The server is another one now: the same change has nothing left to do.
    await slack.type('@staunch plan search oom-policy', slack.thread);
    await slack.whisperInThread(/It is so already/);
    await slack.close();
  }, 240_000);
});

async function approve(card: ReturnType<typeof replyWith>): Promise<void> {
  await card.getByRole('button', { name: 'Review and approve exactly this change' }).click();
}

/** For whoever wants to look: STAUNCH_SHOTS names a folder. */
async function shot(slack: PracticePage, name: string): Promise<void> {
  const folder = process.env.STAUNCH_SHOTS;
  if (folder) await slack.page.screenshot({ path: `${folder}/change-${name}.png`, fullPage: true });
}
