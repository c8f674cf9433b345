import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PracticeBlock } from '../../../../practice/slack/workspace.ts';
import { withTextsChanged } from '../../../../src/report/document-texts.ts';
import { toldOf } from '../../../handlers/slack/blocks/everything-sent.ts';
import { hostile } from '../../../handlers/slack/blocks/hostile.ts';
import { aRun } from '../../../handlers/slack/blocks/runs.ts';
import { confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../../../report/documents.ts';
import { noIncident } from '../../../report/no-incident.ts';
import { openBrowser, PracticePage } from './practice-page.ts';
import { ShownBlocks } from './shown-blocks.ts';

const BASES = [confirmedOom(), likelyTimeout(), inconclusiveWithGaps(), noIncident()];
/** A batch stays below the 400 messages that the page shows of a channel. */
const [SETS, PER_SET, PER_BATCH] = [250, 20, 10] as const;
/** Stands in every text, so that one sees that it was shown. */
const MARK = 'zqmarkzq';

let shown: ShownBlocks;
let browser: Browser;
let slack: PracticePage;
beforeAll(async () => {
  [shown, browser] = await Promise.all([ShownBlocks.start(), openBrowser()]);
  slack = await PracticePage.open(browser, shown.slack.url);
}, 60_000);
afterAll(async () => {
  await slack?.close();
  await browser?.close();
  await shown?.slack.stop();
});

describe('5,000 hostile texts', () => {
  it('add nothing to the page but letters: no element, link, mention or broken block', async () => {
    const sets = fc.sample(fc.array(hostile, { minLength: PER_SET, maxLength: PER_SET }), SETS);
    for (let from = 0; from < sets.length; from += PER_BATCH) {
      const batch = sets.slice(from, from + PER_BATCH).flatMap((set, at) => messagesWith(set, from + at));
      shown.showMessages(batch);
      const drawn = slack.messages.locator('.blocks > .block');
      await expect.poll(() => drawn.count(), { timeout: 15_000 }).toBe(batch.flat().length);
      // Until the newest batch is there: one before it may have had as many blocks.
      await slack.messages
        .last()
        .getByText(`run ${from + PER_BATCH}`)
        .first()
        .waitFor();
      expect(await elementsShown()).toEqual(elementsMeant(batch));
    }
    const text = await slack.messages.last().textContent();
    expect(text).toContain(MARK);
  }, 180_000);
});

/** What is told of one incident whose every text is hostile; modals stand as messages. The last one names `number`. */
function messagesWith(set: readonly string[], at: number): (readonly PracticeBlock[])[] {
  let next = 0;
  const take = () => `${MARK}${set[next++ % set.length]}`;
  const document = withTextsChanged(BASES[at % BASES.length]!, { text: take, name: take });
  const run = aRun({ failure: take(), number: at + 1 });
  const told = toldOf(document, { ...run, incident: { ...run.incident, service: take() } });
  const withoutInputs = told.filter(([name]) => name !== 'wrong verdict' && name !== 'home');
  return [...withoutInputs, ...told.filter(([name]) => name === 'running')].map(
    ([, sent]) => (sent as unknown as { blocks: readonly PracticeBlock[] }).blocks,
  );
}

const COUNTED = ['button', 'pre', 'li', 'strong', 'code', 'time', 'mention'] as const;
type Counts = Record<(typeof COUNTED)[number] | 'other', number>;

/** Elements that hold or do something, as the blocks ask for them. */
function elementsMeant(messages: readonly (readonly PracticeBlock[])[]): Counts {
  const counts: Counts = { button: 0, pre: 0, li: 0, strong: 0, code: 0, time: 0, mention: 0, other: 0 };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(walk);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const { type, style, elements, text } = value as Record<string, unknown>;
    if (type === 'button') counts.button++;
    if (type === 'rich_text_preformatted') counts.pre++;
    if (type === 'rich_text_list') counts.li += (elements as unknown[]).length;
    if (type === 'date') counts.time++;
    if (type === 'user') counts.mention++;
    const { bold, code } = (style ?? {}) as { bold?: unknown; code?: unknown };
    if (bold === true) counts.strong++;
    if (code === true) counts.code++;
    if (type === 'mrkdwn') {
      counts.time += String(text).split('<!date^').length - 1;
      counts.mention += String(text).split('<@').length - 1;
      if (/^\*[^*]+\*$/.test(String(text))) counts.strong++;
    }
    Object.values(value).forEach(walk);
  };
  walk(messages);
  return counts;
}

/** The same, counted on the page; `other` is everything that a text could have made of itself. */
function elementsShown(): Promise<Counts> {
  return slack.page.evaluate(`(() => {
    const count = selector => document.querySelectorAll('.main .blocks ' + selector).length;
    const counts = { mention: count('.mention'), other: count(':is(a, img, svg, script, style, iframe, object, embed, form, input, em, s, blockquote, .emoji, .block-error)') };
    for (const tag of ${JSON.stringify(COUNTED.filter(tag => tag !== 'mention'))}) counts[tag] = count(tag);
    return counts;
  })()`);
}
