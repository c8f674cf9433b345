import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupMention, inert } from '../../../../handlers/slack/blocks/slack-text.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';
import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import { withTextsChanged } from '../../../../src/report/document-texts.ts';
import { STAUNCH_ITSELF } from '../../../../src/workflows/state-ports.ts';
import { confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../../../report/documents.ts';
import { noIncident } from '../../../report/no-incident.ts';
import { incidentsWith, noticesWith, toldOf, warningsWith, watchedHomeWith } from './everything-sent.ts';
import { harmIn, harmInMrkdwn } from './harm.ts';
import { hostile, NASTY } from './hostile.ts';
import { aRun, noneReached } from './runs.ts';

/** Stands in every text, so that it can be looked for. */
const MARK = 'zqmarkzq';
const BASES: readonly DiagnosisDocument[] = [
  confirmedOom(),
  likelyTimeout(),
  inconclusiveWithGaps(),
  noIncident(),
  noneReached(noIncident()),
];
const WINDOW = aRun().window;

describe('what a server wrote', () => {
  it('is never read as mrkdwn where it stands in a fallback text', () => {
    fc.assert(
      fc.property(hostile, text => {
        expect(harmInMrkdwn(inert(text), 'text', [])).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(NASTY)('is harmless and still there: %j', text => {
    const plain = inert(`a${text}b`).replace(/\u200b/g, '');
    expect(harmInMrkdwn(inert(text), 'text', [])).toEqual([]);
    expect(plain.startsWith('a') && plain.endsWith('b')).toBe(true);
  });

  // 250 sets of 20 texts: 5,000 hostile texts, each in several places of a document.
  it('mentions, links, formats and presses nothing, wherever it stands', () => {
    let texts = 0;
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 20, maxLength: 20 }),
        fc.constantFrom(...BASES),
        (set, base) => {
          texts += set.length;
          let next = 0;
          const take = () => `${MARK}${set[next++ % set.length]}`;
          const document = withTextsChanged(base, { text: take, name: take });
          const unasked = { askedBy: STAUNCH_ITSELF, because: take() };
          const run = aRun({ failure: take(), askedBy: take(), ...(texts % 40 === 0 && unasked) });
          const told = toldOf(document, { ...run, incident: { ...run.incident, service: take() } });
          for (const [name, sent] of [...told, ...noticesWith(take(), WINDOW)]) {
            expect([name, ...harmIn(sent, { people: ['U0ANA'], mark: MARK })]).toEqual([name]);
            expect([name, ...violationsOf(sent)]).toEqual([name]);
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(texts).toBeGreaterThanOrEqual(5_000);
  });

  it('does no harm in warnings of growth either', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 20, maxLength: 20 }), set => {
        let next = 0;
        const take = () => `${MARK}${set[next++ % set.length]}`;
        for (const [name, sent] of [...warningsWith(take), watchedHomeWith(take)]) {
          expect([name, ...harmIn(sent, { people: [], channels: ['C0SAMPLE'], mark: MARK })]).toEqual([name]);
          expect([name, ...violationsOf(sent)]).toEqual([name]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('does no harm in incidents, and nobody but who is named there is mentioned', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 20, maxLength: 20 }), set => {
        let next = 0;
        const take = () => `${MARK}${set[next++ % set.length]}`;
        for (const [name, sent] of incidentsWith(take)) {
          expect([name, ...harmIn(sent, { people: ['U0SAMPLE', 'U1', 'U0ANA'], mark: MARK })]).toEqual([
            name,
          ]);
          expect([name, ...violationsOf(sent)]).toEqual([name]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['S0ONCALL', '<!subteam^S0ONCALL>'],
    ['<!here>', undefined],
    ['here', undefined],
    ['S0ONCALL> <!channel', undefined],
    ['U0ANA', undefined],
  ])('pings nothing but a user group by its id: %s', (group, mention) => {
    expect(groupMention(group)?.text).toBe(mention);
  });

  it.each([
    ['U0ANA', '<@U0ANA>'],
    ['<!channel>', 'somebody'],
    ['U0ANA> <!channel', 'somebody'],
    ['u0ana', 'somebody'],
  ])('makes a mention of nothing but the id of a person: %s', (askedBy, shown) => {
    const [, verdict] = toldOf(confirmedOom(), aRun({ askedBy })).find(([name]) => name === 'verdict')!;
    expect(JSON.stringify(verdict)).toContain(`asked by ${shown} `);
  });
});

describe('the search for harm', () => {
  it.each([
    ['<!channel>'],
    ['<@U0OTHER>'],
    ['<http://evil.example|x>'],
    ['http://x'],
    ['evil.example'],
    ['@here'],
    ['*b*'],
    ['_i_'],
    ['`c`'],
    [':bomb:'],
    ['a & b'],
    ['&gt; quote'],
  ])('would notice %s', text => {
    expect(harmInMrkdwn(text, 'text', [])).not.toEqual([]);
  });

  it.each([
    [{ type: 'section', text: { type: 'mrkdwn', text: `see ${MARK}` } }],
    [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'x' }] }],
      },
    ],
    [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'broadcast' }] }] }],
    [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U1' }] }],
      },
    ],
    [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'channel', channel_id: 'C1' }] }],
      },
    ],
    [{ type: 'header', text: { type: 'plain_text', text: 'x', emoji: true } }],
    [{ type: 'header', text: { type: 'plain_text', text: 'x\u202e', emoji: false } }],
  ])('would notice %j', block => {
    expect(harmIn({ text: 'x', blocks: [block] }, { people: [], mark: MARK })).not.toEqual([]);
  });
});
