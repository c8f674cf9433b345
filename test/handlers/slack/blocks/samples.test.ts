import { describe, expect, it } from 'vitest';
import * as incidentNotices from '../../../../handlers/slack/blocks/incident-notices.ts';
import * as notices from '../../../../handlers/slack/blocks/notices.ts';
import { allSamples, type Sample } from '../../../../handlers/slack/blocks/samples.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';
import { validateBlocks, validateView } from '../../../../practice/slack/blocks/validation.ts';
import { sampleIncidents } from '../../../../src/slack-doctor.ts';
import { recordedDocuments } from './recorded-documents.ts';

const incidents = (await sampleIncidents()) ?? [];
const samples = allSamples(incidents);

/** What the practice Slack says against a sample, as it would when Staunch sent it. */
function problemsOf({ kind, payload }: Sample): unknown[] {
  return kind === 'message'
    ? validateBlocks('message', (payload as { blocks: unknown }).blocks)
    : validateView(payload);
}

describe('the samples of everything that is sent', () => {
  it.each(samples.map(sample => [sample.name, sample] as const))(
    'of %s are ones that Slack takes',
    (_, sample) => {
      expect(problemsOf(sample)).toEqual([]);
      expect(violationsOf(sample.payload)).toEqual([]);
    },
  );

  it('are made of an incident of every verdict, and the unsettled one has gaps', () => {
    const verdicts = incidents.map(({ document }) => document.verdict);
    expect(verdicts).toEqual(['confirmed', 'likely', 'inconclusive', 'no-incident']);
    expect(incidents[2]?.document.gaps.length).toBeGreaterThan(0);
    expect(incidents.map(({ name }) => name)).toEqual(verdicts);
  });

  it('have names of their own, and their kind is what they are', () => {
    expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
    for (const { kind, payload } of samples) expect('type' in payload ? payload.type : 'message').toBe(kind);
  });

  it('are without one of no notice that can be sent', () => {
    const written = [...Object.keys(notices), ...Object.keys(incidentNotices)].filter(name =>
      name.endsWith('Notice'),
    );
    const shown = samples.filter(
      ({ name }) => /^notice: [a-z ]+$/.test(name) && name !== 'notice: joined while running',
    );
    const nameOf = (notice: string) =>
      `notice: ${notice.replace(/Notice$/, '').replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}`;
    expect(shown.map(({ name }) => name).sort()).toEqual(written.map(nameOf).sort());
  });

  it('exist without any incident, for what needs none', () => {
    const bare = allSamples([]);
    expect(bare.length).toBeGreaterThan(20);
    expect(bare.flatMap(problemsOf)).toEqual([]);
  });

  it('can be made of every recorded incident', async () => {
    const recorded = await recordedDocuments();
    const all = allSamples(recorded.map(([name, document]) => ({ name, document })));
    expect(all.length).toBeGreaterThan(150);
    expect(all.flatMap(problemsOf)).toEqual([]);
  });
});
