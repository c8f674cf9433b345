import { describe, expect, it } from 'vitest';
import { evidenceAsked, evidenceButton } from '../../../../handlers/slack/blocks/evidence-button.ts';
import { evidenceOfView, evidenceView, pageAsked } from '../../../../handlers/slack/blocks/evidence-view.ts';
import { confirmedOom } from '../../../report/documents.ts';
import { hugeDocument } from './extreme-documents.ts';
import { aRun, readable } from './runs.ts';

const runId = aRun().id;
const document = confirmedOom();

describe('the evidence of one claim', () => {
  const view = evidenceView({ document, asked: { runId, ids: ['E19'] } });

  it('shows the claim, where and when, and the line as written', () => {
    expect(readable(view)).toMatchInlineSnapshot(`
      "*The unit's oom_kill counter says 9 as well.*

      *E19*  web-1, cgroup memory, a state, without a time of its own
      | memory.events:oom_kill 9"
    `);
  });

  it('has a title that fits and closes', () => {
    expect([view.title.text, view.close?.text, view.submit]).toEqual(['Evidence E19', 'Close', undefined]);
    const many = evidenceView({ document, asked: { runId, ids: ['E1', 'E3', 'E5', 'E7', 'E9', 'E11'] } });
    expect(many.title.text).toBe('Evidence E1, E3, E5, E7…');
  });

  it('shows all lines of a claim that has more than its button could name', () => {
    const huge = hugeDocument('confirmed', { lines: 300, servers: 1, text: 'a line' });
    const asked = evidenceAsked(evidenceButton(runId, Object.keys(huge.evidence))?.value);
    expect(asked?.ids?.length).toBeLessThan(300);
    expect(readable(evidenceView({ document: huge, asked: asked! }))).toContain(
      'Lines 1 to 15 of 300, page 1 of 20',
    );
  });

  it('shows the lines of several claims without claiming to be one', () => {
    const text = readable(evidenceView({ document, asked: { runId, ids: ['E19', 'E20'] } }));
    expect(text).toContain('NRestarts=0');
    expect(text).not.toContain('says 9 as well');
  });

  it('says that a line has passed its retention', () => {
    const text = readable(
      evidenceView({ document: { ...document, evidence: {} }, asked: { runId, ids: ['E19'] } }),
    );
    expect(text).toContain('*E19*  is no longer kept: log lines are deleted after their retention');
  });
});

describe('all evidence', () => {
  const pages = [1, 2].map(page => evidenceView({ document, asked: { runId }, page }));

  it('is shown a page at a time, each line once, in the order of its number', () => {
    const ids = pages.flatMap(page => [...readable(page).matchAll(/^\*(E\d+)\*/gm)].map(match => match[1]));
    expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => `E${index + 1}`));
  });

  it.each([
    [0, undefined, `${runId} 2`],
    [1, `${runId} 1`, undefined],
  ])('page %i turns to its neighbours only', (index, back, on) => {
    const values = pages[index]!.blocks.map(block =>
      'accessory' in block && block.accessory && 'value' in block.accessory
        ? block.accessory.value
        : undefined,
    );
    expect(values.filter(value => value !== undefined)).toEqual(
      [back, on].filter(value => value !== undefined),
    );
  });

  it.each([
    [-3, 'page 1 of 2'],
    [Number.NaN, 'page 1 of 2'],
    [99, 'page 2 of 2'],
  ])('page %d becomes one that exists', (page, said) => {
    expect(readable(evidenceView({ document, asked: { runId }, page }))).toContain(said);
  });

  it('says so when there is none', () => {
    const empty = { ...document, evidence: {}, causes: [], observed: [], deaths: [] };
    expect(readable(evidenceView({ document: empty, asked: { runId } }))).toContain('No line is kept');
  });
});

describe('what a press on a button about evidence means', () => {
  it.each([
    [runId, { runId }],
    [`${runId} E1,E4`, { runId, ids: ['E1', 'E4'] }],
    [`${runId} E1, E4`, undefined],
    [`${runId} E1,x`, undefined],
    [`${runId} <!channel>`, undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', (value, asked) => {
    expect(evidenceAsked(value)).toEqual(asked);
  });

  it.each([
    [`${runId} 3`, 3],
    [`${runId} 0`, undefined],
    [`${runId} 1e3`, undefined],
    [runId, undefined],
  ])('page %j', (value, page) => {
    expect(pageAsked(value)).toBe(page);
  });

  it.each([[{ runId }], [{ runId, ids: ['E1', 'E4'] }]])('is kept in the modal: %j', asked => {
    expect(evidenceOfView(evidenceView({ document, asked }).private_metadata ?? '')).toEqual(asked);
  });
});
