import { describe, expect, it } from 'vitest';
import { hypothesesOf, readPlaybook } from '../../playbooks/playbook.ts';
import { loadPlaybook } from '../../src/adapters/playbook-files.ts';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';

describe('a playbook', () => {
  it('gateway-502 weighs every cause that Staunch knows', async () => {
    const read = await loadPlaybook('gateway-502');
    expect(
      read.ok &&
        hypothesesOf(read.playbook)
          .map(h => h.id)
          .sort(),
    ).toEqual([...CAUSE_IDS].sort());
  });

  it.each([
    ['id: x\ntitle: T\nabout: A\nhypotheses: [worker-oom-kil]\n', /^p\.yml:4: hypotheses\.0: /],
    ['id: Not A Name\ntitle: T\nabout: A\nhypotheses: [worker-exit]\n', /^p\.yml:1: id: /],
    ['id: x\ntitle: T\nabout: A\n', /hypotheses/],
    ['id: x\ntitle: T\nabout: A\nhypotheses: [worker-exit]\nwatch: 2h\n', /watch/],
    ['id: [x\n', /^p\.yml:\d: /],
  ])('with a mistake names file, line and field', (text, words) => {
    const read = readPlaybook(text, 'p.yml');
    expect(read.ok ? '' : read.problems.join('\n')).toMatch(words);
  });

  it('that is not there is an answer, not an exception', async () => {
    expect(await loadPlaybook('nowhere')).toMatchObject({ ok: false });
  });
});
