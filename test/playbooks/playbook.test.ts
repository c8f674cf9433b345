import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PlaybookText, playbookNamed, shelve } from '../../playbooks/playbook-shelf.ts';
import { hypothesesOf, ownCausesOf, readingPlanOf } from '../../playbooks/playbook-use.ts';
import { readBundle } from '../../src/adapters/bundle-source.ts';
import { loadPlaybook, shelfWith } from '../../src/adapters/playbook-files.ts';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';
import { testFixture } from '../../src/workflows/playbook-test.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../playbooks/examples');
const shelf = await shelfWith([EXAMPLES]);
const fixtures = [...shelf.playbooks.values()].flatMap(({ playbook, folder }) =>
  (playbook.fixtures ?? []).map(fixture => ({ id: playbook.id, playbook, folder, fixture })),
);

describe('the shipped playbooks', () => {
  it('are there and right', () => {
    expect(shelf.problems).toEqual([]);
    expect([...shelf.playbooks.keys()].sort()).toEqual([
      'cache-and-session-review',
      'deploy-window',
      'gateway-502',
      'memory-growth',
      'oom-kill-review',
      'recycling-review',
      'slow-upstream-504',
      'uwsgi-behind-nginx',
    ]);
    for (const { playbook } of shelf.playbooks.values())
      expect(playbook.fixtures?.length, playbook.id).toBeGreaterThanOrEqual(2);
  });

  it('weigh, with gateway-502, every cause that Staunch knows', async () => {
    const read = await loadPlaybook('gateway-502');
    if (!read.ok) throw new Error(read.problems.join('\n'));
    const ids = hypothesesOf(read.playbook).map(({ id }) => id);
    expect(ids.sort()).toEqual([...CAUSE_IDS].sort());
    // Every verdict it can give leads to a step: nobody is left alone with a cause.
    const concerned = read.playbook.steps.flatMap(({ when }) => when?.cause ?? []);
    expect([...new Set(concerned)].sort()).toEqual([...CAUSE_IDS].sort());
  });

  it.each(fixtures)(
    '$id finds what its fixture $fixture.bundle holds',
    async ({ playbook, folder, fixture }) => {
      const result = await testFixture(playbook, fixture, {
        readBundle: bundle => readBundle(resolve(folder, bundle)),
        pause: async () => {},
      });
      expect(result.differences, result.outcome).toEqual([]);
    },
  );

  it('find nothing of uWSGI with the Gunicorn playbook: the one file is what knows it', async () => {
    const read = await loadPlaybook('gateway-502');
    const example = fixtures.find(({ fixture }) => fixture.bundle === 'recordings/uwsgi-killed');
    if (!read.ok || !example) throw new Error('the example is gone');
    const result = await testFixture(read.playbook, example.fixture, {
      readBundle: bundle => readBundle(resolve(example.folder, bundle)),
      pause: async () => {},
    });
    expect(result.outcome).toMatch(/^inconclusive/);
  });
});

const BASE = `id: base
title: Base
about: About.
hypotheses: [worker-exit]
causes:
  - id: one
    title: one
    meaning: One.
    tells: event
    patterns: [{ source: unit-journal, match: 'first message' }]
    evidence: 'One: {count}.'
    next: [{ words: Look. }]
steps:
  - { id: a, title: A, look: A., means: A. }
  - { id: b, title: B, look: B., means: B. }
close: [{ reason: Done. }]
`;
const text = (fileName: string, content: string): PlaybookText => ({ fileName, folder: '/f', text: content });
const shipped = [text('playbooks/base.yml', BASE)];

describe('a playbook of your own', () => {
  it('is right as docs/playbooks.md shows one', () => {
    const guide = readFileSync(resolve(EXAMPLES, '../../docs/playbooks.md'), 'utf8');
    const example = /\n {4}id: checkout\n(?: {4}.*\n)+/.exec(guide)?.[0].replace(/^ {4}/gm, '') ?? '';
    expect(example.split('\n').length).toBeGreaterThan(25);
    const gateway = readFileSync(resolve(EXAMPLES, '../gateway-502.yml'), 'utf8');
    const both = shelve([text('playbooks/gateway-502.yml', gateway)], [text('checkout.yml', example.trim())]);
    expect(both.problems).toEqual([]);
    expect(both.playbooks.get('checkout')?.playbook.steps[0]?.id).toBe('ask-payments');
  });

  it('may extend a shipped one under a new id', () => {
    const mine = `id: mine
extends: base
title: Mine
hypotheses: [worker-crash]
causes:
  - id: two
    title: two
    meaning: Two.
    tells: event
    patterns: [{ source: kernel-log, match: 'second message' }]
    evidence: 'Two: {count}.'
    next: [{ words: Look. }]
steps:
  - { id: b, title: My B, look: B., means: B., when: { cause: [one, two] } }
  - { id: c, title: C, look: C., means: C., when: { answered: { a: [done] } } }
`;
    const both = shelve(shipped, [text('mine.yml', mine)]);
    expect(both.problems).toEqual([]);
    const reading = playbookNamed(both, 'mine');
    if (!reading.ok) throw new Error(reading.problems.join('\n'));
    const { playbook } = reading;
    expect(playbook).toMatchObject({ id: 'mine', title: 'Mine', about: 'About.' });
    expect(playbook.hypotheses).toEqual(['worker-exit', 'worker-crash']);
    expect(ownCausesOf(playbook).map(({ id }) => id)).toEqual(['mine/two', 'mine/one']);
    expect(playbook.steps.map(({ title }) => title)).toEqual(['C', 'A', 'My B']);
    expect(readingPlanOf(playbook).patterns.map(({ source }) => source)).toEqual([
      'kernel-log',
      'unit-journal',
    ]);
    expect(both.playbooks.get('base')?.playbook.title).toBe('Base');
  });

  it('may take the place of a shipped one: on top of it, or instead of it', () => {
    const onTop = shelve(shipped, [text('mine.yml', 'id: base\nextends: base\ntitle: Ours\n')]);
    expect(onTop.playbooks.get('base')).toMatchObject({
      origin: 'own',
      playbook: { title: 'Ours', about: 'About.' },
    });
    const instead = shelve(shipped, [text('mine.yml', `${BASE.replace('Base', 'New')}replaces: true\n`)]);
    expect(instead.playbooks.get('base')).toMatchObject({ origin: 'own', playbook: { title: 'New' } });
    expect([...onTop.problems, ...instead.problems]).toEqual([]);
  });

  it('that is broken stands in the way of itself, not of the others', () => {
    const both = shelve(shipped, [text('mine.yml', 'id: mine\nextends: base\ntitle: ""\n')]);
    expect(playbookNamed(both, 'base').ok).toBe(true);
    expect(playbookNamed(both, 'mine')).toMatchObject({ ok: false, problems: [/^mine\.yml:3:8: title/] });
    // The shipped one must not be used in silence where yours was to take its place.
    const broken = shelve(shipped, [text('mine.yml', 'id: base\nextends: base\ntitle: ""\n')]);
    expect(playbookNamed(broken, 'base').ok).toBe(false);
  });

  it('that is not there is an answer with the nearest names', async () => {
    expect(await loadPlaybook('gateway-503')).toEqual({
      ok: false,
      problems: [
        'there is no playbook "gateway-503"; did you mean gateway-502? "staunch playbook list" names them all.',
      ],
    });
    expect((await shelfWith(['/nowhere/at/all'])).problems).toEqual([
      '/nowhere/at/all: there is no such folder or file: correct "playbooks" in staunch.yml or STAUNCH_PLAYBOOKS, or create it',
    ]);
  });
});
