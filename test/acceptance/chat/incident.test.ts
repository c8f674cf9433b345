import { describe, expect, it } from 'vitest';
import { cardWith, lastCard, pressOn, threadOf } from './incident-rig.ts';
import { buttonsOf, C, practisedStaunch, rootsOf, textsOf, U, verdictIn } from './practised-staunch.ts';

async function anIncident() {
  const practised = await practisedStaunch();
  const { slack } = practised;
  await slack.command(U.chloe, C.checkout, '/diagnose-502 checkout');
  const root = await verdictIn(slack, C.checkout);
  return { ...practised, root };
}

describe('an incident in chat', () => {
  it('has one root, one thread, and one card that counts', async () => {
    const { slack, root } = await anIncident();
    const card = await cardWith(slack, root, /Does the limit fit the workers/);
    expect(textsOf(root)).toMatch(/Incident 1 · .*being looked into/);
    await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
    await slack.until(() => slack.ephemerals(U.ana, C.checkout)[0]);
    expect(textsOf(slack.ephemerals(U.ana, C.checkout)[0])).toMatch(
      /Incident 1 of checkout is open in this channel already/,
    );
    await slack.until(
      () => (/run 2/.test(textsOf(rootsOf(slack, C.checkout)[0])) ? true : undefined),
      20_000,
    );
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    await pressOn(slack, U.ana, await cardWith(slack, root, /Does the limit fit/), 'step-primary');
    await cardWith(slack, root, /Let the growth be measured/);
    const old = threadOf(slack, root).find(({ ts }) => ts === card.ts);
    expect(textsOf(old)).toMatch(/answered “I cannot tell yet”/);
    expect(buttonsOf(old)).toEqual([]);
  }, 60_000);

  it('keeps what people say, and tells it again', async () => {
    const { slack, root } = await anIncident();
    const card = await cardWith(slack, root, /Does the limit fit the workers/);
    const say = (text: string) => slack.say(U.ana, C.checkout, `@staunch ${text}`, root.ts);
    await say('note we cleared the cache at 10:05, token=hunter2hunter2');
    await say('take');
    await slack.until(() =>
      /owner <@U0ANA>/.test(textsOf(rootsOf(slack, C.checkout)[0])) ? true : undefined,
    );
    await slack.messageShortcut(U.ana, 'add-to-timeline', C.checkout, card.ts);
    // What is asked next must not overtake what was pinned.
    await slack.until(
      () =>
        slack.ephemerals(U.ana, C.checkout).some(told => /timeline of incident 1 now/.test(textsOf(told)))
          ? true
          : undefined,
      10_000,
    );
    await slack.react(U.ana, 'pushpin', C.checkout, card.ts);
    await say('timeline');
    const timeline = await slack.until(
      () => threadOf(slack, root).find(message => /Timeline of incident 1/.test(textsOf(message))),
      10_000,
    );
    expect(textsOf(timeline)).toMatch(/Note: we cleared the cache/);
    expect(textsOf(timeline)).not.toMatch(/hunter2/);
    expect(textsOf(timeline)).toMatch(/Pinned/);
    await say('why not timeout?');
    await slack.until(
      () => threadOf(slack, root).find(message => /Asked: .*timeout/s.test(textsOf(message))),
      10_000,
    );
    await say('export');
    const exported = await slack.until(
      () => threadOf(slack, root).find(({ files }) => files.some(({ name }) => name.endsWith('.md'))),
      10_000,
    );
    const text = Buffer.from(exported.files[0]?.bytes ?? []).toString();
    expect(text).toMatch(/^# Incident 1: 502s on checkout/);
    if (process.env.STAUNCH_SHOTS)
      (await import('node:fs')).writeFileSync(`${process.env.STAUNCH_SHOTS}/postmortem.md`, text);
    await say('resolve the limit was raised by hand');
    await slack.until(
      () => threadOf(slack, root).find(message => /✅ Resolved: checkout/.test(textsOf(message))),
      10_000,
    );
    expect(lastCard(slack, root)).toBeUndefined();
    await say('frobnicate');
    await slack.until(
      () => (/✅ resolved/.test(textsOf(rootsOf(slack, C.checkout)[0])) ? true : undefined),
      10_000,
    );
  }, 60_000);
});
