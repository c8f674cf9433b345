import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, PracticePage } from './practice-page.ts';
import { type PracticeProcess, practiceProcess } from './practice-process.ts';

let started: PracticeProcess;
let browser: Browser;
let slack: PracticePage;
beforeAll(async () => {
  [started, browser] = await Promise.all([practiceProcess({ STAUNCH_PRACTICE_PACE: '0' }), openBrowser()]);
  slack = await PracticePage.open(browser, started.url);
}, 60_000);
afterAll(async () => {
  await slack?.close();
  await browser?.close();
  await started?.stop();
});
beforeEach(async () => {
  await slack.actAs('Ana Lima');
  await slack.go('#inc-checkout');
});

/** Chooses in the picker, and starts it. */
async function pick(service: string): Promise<void> {
  const { modal } = slack;
  await modal.getByRole('heading', { name: 'Diagnose 502s' }).waitFor();
  await modal.getByRole('combobox', { name: /^(Service|Choose a service)/ }).click();
  await slack.page.getByRole('option', { name: service, exact: true }).click();
  await modal.getByRole('button', { name: 'Diagnose', exact: true }).click();
  await modal.waitFor({ state: 'detached' });
}

describe('asking', () => {
  it("without a name, where several services are bound, opens a picker with the channel's services", async () => {
    await slack.go('#incidents');
    await slack.type('/diagnose-502');
    await pick('billing');
    const verdict = await slack.verdict('502s on billing: worker timeout (CONFIRMED)');
    await verdict.getByText('"Perhaps out of memory?" is only its guess').waitFor();
  });

  it('without a name, where one service is bound, needs no picker', async () => {
    await slack.go('#inc-search');
    await slack.type('/diagnose-502');
    await slack.verdict('502s on search: worker OOM kill (CONFIRMED)');
  });

  it('from the App Home or by the global shortcut is answered by direct message', async () => {
    await slack.page.getByRole('button', { name: 'Staunch, app home' }).click();
    await slack.main.getByRole('button', { name: 'Diagnose accounts' }).click();
    await slack.modal.getByRole('button', { name: 'Diagnose', exact: true }).click();
    await slack.main.getByRole('button', { name: 'Messages 1 new' }).click();
    await slack.verdict('accounts: nothing wrong found (NO INCIDENT)');

    await slack.go('#inc-checkout');
    await slack.main.getByRole('button', { name: 'Shortcuts' }).click();
    await slack.page.getByRole('menuitem', { name: /^Start a diagnosis/ }).click();
    await pick('search');
    await slack.page.getByRole('button', { name: 'Staunch, app home, 1 unread' }).click();
    await slack.verdict('502s on search: worker OOM kill (CONFIRMED)');
  });

  it('from an alert that somebody pasted finds service and time in it, and answers below it', async () => {
    await slack.go('#inc-billing');
    const since = new Date(Date.now() - 20 * 60_000).toISOString();
    await slack.type(`FIRING: TooMany502 service=billing instance=billing-1 since ${since}`);
    const alert = slack.messages.filter({ hasText: 'FIRING' });
    await alert.hover();
    await alert.getByRole('button', { name: 'More actions' }).click();
    await slack.page.getByRole('menuitem', { name: /^Diagnose from this alert/ }).click();
    await slack.openThread(alert, '502s on billing: worker timeout (CONFIRMED)');
  });

  it('by mention works in a channel and in a thread', async () => {
    await slack.type('@staunch checkout since 40m');
    const verdict = await slack.verdict(/CONFIRMED[\s\S]*\(40 min\)/);
    await slack.openThread(verdict, 'Workers that ended: 9');
    await slack.type('@staunch diagnose checkout since 50m', slack.thread);
    await slack.replies.filter({ hasText: /CONFIRMED[\s\S]*\(50 min\)/ }).waitFor();
    await slack.type('@staunch help', slack.thread);
    await slack.whisperInThread(/other question is answered from its evidence/);
  });

  it.each([
    ['/diagnose-502 help', 'a window in your own time zone'],
    ['/diagnose-502 chekout', 'Did you mean /diagnose-502 checkout?'],
    ['/diagnose-502 nothing-like-it', 'To choose from a list'],
    ['/diagnose-502 checkout since 30x', 'is no stretch of time that Staunch understands'],
    ['/diagnose-502 search', 'search is spoken of only in #inc-search, #incidents and #war-room'],
  ])('with %s is answered to the asker alone', async (text, words) => {
    await slack.type(text);
    await slack.whisper.getByText(words).first().waitFor();
  });
});

describe('a refusal', () => {
  it.each([
    ['Nora Lind', '#inc-checkout', 'You have no role that lets you ask for a diagnosis'],
    ['Dev Patel', '#inc-checkout', 'Your role is viewer, and to ask for a diagnosis takes requester'],
    ['Gus Weber', '#inc-checkout', 'your account is a guest'],
    ['Xenia Sato', '#ext-partner', 'from outside this workspace'],
    ['Ben Okafor', '#ext-partner', 'shared with people outside the company'],
    ['Ben Okafor', '#random', 'I am not in this channel'],
  ])('of %s in %s says why', async (person, channel, words) => {
    await slack.actAs(person);
    await slack.go(channel);
    await slack.type('/diagnose-502 catalog');
    await slack.whisper.getByText(words).waitFor();
  });

  it('is seen by the person alone', async () => {
    await slack.actAs('Nora Lind');
    await slack.type('/diagnose-502');
    await slack.whisper.getByText('You have no role').waitFor();
    await slack.actAs('Ana Lima');
    await slack.type('/diagnose-502 help');
    await slack.whisper.getByText('What to type').waitFor();
    expect(await slack.messages.filter({ hasText: 'You have no role' }).count()).toBe(0);
  });

  it('of a press says why: who may not ask does not re-run', async () => {
    await slack.type('/diagnose-502 checkout since 30m');
    await slack.verdict(/CONFIRMED[\s\S]*\(30 min\)/);
    await slack.actAs('Nora Lind');
    const verdict = await slack.verdict(/CONFIRMED[\s\S]*\(30 min\)/);
    await verdict.getByRole('button', { name: 'Diagnose the same service again' }).click();
    await slack.whisper.getByText('You have no role').waitFor();
    await verdict.getByText('CONFIRMED').waitFor();
  });
});

describe('the App Home', () => {
  const open = async (person: string) => {
    await slack.actAs(person);
    await slack.page.getByRole('button', { name: /^Staunch, app home/ }).click();
  };

  it('of an administrator has the checklist of setting up', async () => {
    await open('Chloé Martin');
    await slack.main.getByRole('heading', { name: 'Setting up: 5 of 6 done' }).waitFor();
    await slack.main.getByText('Without channels: catalog, accounts').waitFor();
  });

  it('of a viewer shows services and last verdicts, and nothing to press', async () => {
    await slack.type('/diagnose-502 checkout since 30m');
    await slack.verdict(/CONFIRMED[\s\S]*\(30 min\)/);
    await open('Dev Patel');
    await slack.main.getByText('502s on checkout: worker OOM kill (CONFIRMED)').waitFor();
    await slack.main.getByRole('heading', { name: /^Open incidents: \d$/ }).waitFor();
    await slack.main.getByText(/checkout .*nobody has taken it/).waitFor();
    expect(await slack.main.getByRole('button', { name: /Diagnose/ }).count()).toBe(0);
    expect(await slack.main.getByText('Setting up').count()).toBe(0);
  });

  it.each([
    ['Nora Lind', 'You have no role that lets you look at what Staunch found'],
    ['Gus Weber', 'your account is a guest'],
  ])('of %s says why it is empty', async (person, words) => {
    await open(person);
    await slack.main.getByText(words).waitFor();
    expect(await slack.main.getByText('checkout').count()).toBe(0);
  });
});
