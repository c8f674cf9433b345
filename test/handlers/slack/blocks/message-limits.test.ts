import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../handlers/slack/blocks/slack-limits.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';
import { slackTelling } from '../../../../handlers/slack/blocks/telling.ts';
import { confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../../../report/documents.ts';
import { noIncident } from '../../../report/no-incident.ts';
import { twoAppHosts } from '../../../report/two-app-hosts.ts';
import { incidentsWith, noticesWith, toldOf, warningsWith, watchedHomeWith } from './everything-sent.ts';
import { EXTREMES } from './extreme-documents.ts';
import { recordedDocuments } from './recorded-documents.ts';
import { aRun, noneReached } from './runs.ts';

const recorded = await recordedDocuments();
const WINDOW = aRun().window;

/** Names what is wrong, where, and of which message. */
function violationsIn(told: ReturnType<typeof toldOf>): string[] {
  return told.flatMap(([name, sent]) => violationsOf(sent).map(problem => `${name}: ${problem}`));
}

describe('whatever is told keeps the limits of Slack', () => {
  it('knows every recorded incident', () => {
    expect(recorded).toHaveLength(23);
  });

  it.each(recorded)('of %s', (_name, document) => {
    const told = toldOf(document);
    expect(violationsIn(told)).toEqual([]);
    const verdict = slackTelling().verdict(aRun(), document, 6_123);
    expect(verdict.blocks.length).toBeLessThanOrEqual(14);
  });

  it.each([
    ['a confirmed OOM kill', confirmedOom()],
    ['a likely time-out', likelyTimeout()],
    ['an unsettled one', inconclusiveWithGaps()],
    ['no incident', noIncident()],
    ['two app hosts', twoAppHosts()],
    ['no server reached', noneReached(noIncident())],
  ])('of %s', (_name, document) => {
    expect(violationsIn(toldOf(document))).toEqual([]);
  });

  it.each(EXTREMES)('of %s', (_name, document) => {
    const run = aRun({ failure: document.correlation.wording, askedBy: document.service });
    const told = toldOf(document, { ...run, incident: { ...run.incident, service: document.service } });
    expect(violationsIn(told)).toEqual([]);
    const verdict = slackTelling().verdict(run, document, 6_123);
    expect(verdict.blocks.length).toBeLessThanOrEqual(16);
  });

  it.each(EXTREMES)('of %s, in few replies', (_name, document) => {
    expect(slackTelling().evidence(aRun(), document).length).toBeLessThanOrEqual(6);
  });

  it.each([
    ['plain words', 'You have no role for that. Ask an admin.'],
    ['nothing', ''],
    ['40 kB', '<!channel> "\\'.repeat(4_000)],
  ])('of notices and of warnings with %s', (_what, text) => {
    expect(violationsIn(noticesWith(text, WINDOW))).toEqual([]);
    expect(violationsIn([...warningsWith(() => text), watchedHomeWith(() => text)])).toEqual([]);
    expect(violationsIn(incidentsWith(() => text))).toEqual([]);
  });
});

describe('the table of limits', () => {
  it.each(Object.entries(LIMITS))('names the page that states %s', (_name, { most, source }) => {
    expect(most).toBeGreaterThan(0);
    expect(source).toMatch(/^https:\/\/(docs\.slack\.dev|github\.com\/slackapi)\//);
  });
});
