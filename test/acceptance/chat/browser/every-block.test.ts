import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allSamples, type Sample } from '../../../../handlers/slack/blocks/samples.ts';
import { validateBlocks, validateView } from '../../../../practice/slack/blocks/validation.ts';
import type { PracticeBlock, PracticeView } from '../../../../practice/slack/workspace.ts';
import { EXTREMES } from '../../../handlers/slack/blocks/extreme-documents.ts';
import { recordedDocuments } from '../../../handlers/slack/blocks/recorded-documents.ts';
import { noneReached } from '../../../handlers/slack/blocks/runs.ts';
import { confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../../../report/documents.ts';
import { noIncident } from '../../../report/no-incident.ts';
import { openBrowser, PracticePage } from './practice-page.ts';
import { ShownBlocks } from './shown-blocks.ts';

/** A busy machine draws a hundred messages in seconds. */
const PATIENCE = { timeout: 15_000 };

let samples: readonly Sample[];
let shown: ShownBlocks;
let browser: Browser;
let slack: PracticePage;
beforeAll(async () => {
  const invented = [
    ['confirmed', confirmedOom()],
    ['likely', likelyTimeout()],
    ['inconclusive', inconclusiveWithGaps()],
    ['no incident', noIncident()],
    ['nobody reached', noneReached(noIncident())],
  ] as const;
  const documents = [...invented, ...EXTREMES, ...(await recordedDocuments())];
  samples = allSamples(documents.map(([name, document]) => ({ name, document })));
  [shown, browser] = await Promise.all([ShownBlocks.start(), openBrowser()]);
  slack = await PracticePage.open(browser, shown.slack.url);
}, 60_000);
afterAll(async () => {
  await slack?.close();
  await browser?.close();
  await shown?.slack.stop();
});

const blocksOf = ({ payload }: Sample) => (payload as { blocks: readonly PracticeBlock[] }).blocks;
const ofKind = (kind: Sample['kind']) => samples.filter(sample => sample.kind === kind);
const errors = () => slack.page.locator('html').getAttribute('data-block-errors');

describe.each(['light', 'dark'] as const)('every block that Staunch can send, in %s', colorScheme => {
  beforeAll(() => slack.page.emulateMedia({ colorScheme }));

  it('is one that Slack takes, and is drawn, in messages', async () => {
    const messages = ofKind('message');
    expect(
      messages.flatMap(({ name, ...sent }) =>
        named(name, validateBlocks('message', blocksOf({ name, ...sent }))),
      ),
    ).toEqual([]);
    for (let from = 0; from < messages.length; from += 100) {
      const batch = messages.slice(from, from + 100);
      shown.showMessages(batch.map(blocksOf));
      const count = batch.reduce((sum, sample) => sum + blocksOf(sample).length, 0);
      await expect.poll(() => slack.messages.locator('.blocks > .block').count(), PATIENCE).toBe(count);
      expect(await errors()).toBe('0');
    }
  });

  it('is one that Slack takes, and is drawn, in modals', async () => {
    // A page of evidence looks like any other page of evidence.
    const modals = ofKind('modal').filter(({ name }, at) => !name.includes(': ') || at < 24);
    for (const { name, payload } of ofKind('modal')) expect(named(name, validateView(payload))).toEqual([]);
    for (const sample of modals) {
      shown.showModal(sample.payload as PracticeView['view']);
      const blocks = slack.modal.locator('.blocks > .block');
      await expect.poll(() => blocks.count(), PATIENCE).toBe(blocksOf(sample).length);
      expect([sample.name, await errors()]).toEqual([sample.name, '0']);
    }
    shown.hideModals();
    await slack.modal.waitFor({ state: 'detached' });
  });

  it('is one that Slack takes, and is drawn, in the App Home', async () => {
    await slack.page.getByRole('button', { name: /^Staunch, app home/ }).click();
    for (const sample of ofKind('home')) {
      expect(named(sample.name, validateView(sample.payload))).toEqual([]);
      shown.showHome(sample.payload as PracticeView['view']);
      const blocks = slack.main.locator('.blocks > .block');
      await expect.poll(() => blocks.count(), PATIENCE).toBe(blocksOf(sample).length);
      expect([sample.name, await errors()]).toEqual([sample.name, '0']);
    }
    await slack.go('#inc-checkout');
  });
});

function named<T>(name: string, problems: readonly T[]): readonly (readonly [string, T])[] {
  return problems.map(problem => [name, problem]);
}
