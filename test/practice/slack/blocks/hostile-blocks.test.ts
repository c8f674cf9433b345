import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks, validateView } from '../../../../practice/slack/blocks/validation.ts';
import { refused } from './block-samples.ts';

describe('whatever is sent', () => {
  const word = fc.constantFrom(
    'modal',
    'home',
    'section',
    'actions',
    'table',
    'rich_text',
    'input',
    'plain_text',
    'button',
    'image',
  );
  const names = fc.constantFrom(
    'type',
    'text',
    'blocks',
    'elements',
    'element',
    'rows',
    'accessory',
    'fields',
    'block_id',
    'action_id',
    'title',
    '__proto__',
    'a/b~c',
  );
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      word,
      fc.jsonValue(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
    ),
  }));

  it('the check never throws, and points to what is there', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('message', 'modal', 'home'), (sent, surface) => {
        const problems = [...validateBlocks(surface, sent, ''), ...validateView(sent, '')];
        for (const { pointer } of problems) expect(found(sent, pointer)).not.toBe(undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('depth does no harm', () => {
    let deep: unknown = { type: 'text', text: 'x' };
    for (let level = 0; level < 50_000; level += 1) deep = { type: 'section', elements: [deep] };
    expect(refused([deep])).not.toEqual([]);
    expect(refused([{ type: 'table', rows: deep }])).not.toEqual([]);
  });

  function found(root: unknown, pointer: string): unknown {
    const steps = pointer
      .split('/')
      .slice(1)
      .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], root);
  }
});
