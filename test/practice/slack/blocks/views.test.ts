import { describe, expect, it } from 'vitest';
import { problemText } from '../../../../practice/slack/blocks/problem.ts';
import { validateView } from '../../../../practice/slack/blocks/validation.ts';
import { plain, rows } from './block-samples.ts';

describe('a view', () => {
  const modal = { type: 'modal', title: plain, blocks: [] as unknown[] };
  const asking = { type: 'input', label: plain, element: { type: 'plain_text_input' } };
  const views = (view: unknown) => validateView(view).map(problemText);

  it.each([
    [modal],
    [
      {
        ...modal,
        close: plain,
        submit: plain,
        clear_on_close: true,
        notify_on_close: true,
        blocks: [asking],
      },
    ],
    [{ type: 'home', callback_id: 'home', private_metadata: '', blocks: [{ type: 'divider' }, asking] }],
  ])('may be %o', view => {
    expect(views(view)).toEqual([]);
  });

  it.each([
    [
      'of an unknown type',
      { ...modal, type: 'workflow_step' },
      'unsupported type: workflow_step [json-pointer:/view/type]',
    ],
    ['without blocks', { type: 'home' }, 'missing required field: blocks [json-pointer:/view]'],
    [
      'a home with a title',
      { type: 'home', title: plain, blocks: [] },
      'invalid additional property: title [json-pointer:/view]',
    ],
    [
      'with a table',
      { ...modal, blocks: [{ type: 'table', rows }] },
      'unsupported type: table [json-pointer:/view/blocks/0/type]',
    ],
    [
      'with questions and no submit',
      { ...modal, blocks: [asking] },
      'missing required field: submit, because there are input blocks [json-pointer:/view]',
    ],
    [
      'with two focused fields',
      {
        ...modal,
        submit: plain,
        blocks: [1, 2].map(() => ({ ...asking, element: { ...asking.element, focus_on_load: true } })),
      },
      'only one element may have `focus_on_load` [json-pointer:/view/blocks/1/element/focus_on_load]',
    ],
  ])('may not be %s', (_what, view, problem) => {
    expect(views(view)).toEqual([problem]);
  });
});
