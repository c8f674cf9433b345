import type { PracticeBlock, Workspace } from '../workspace.ts';

/** Elements that act, and so have an `action_id`. */
const ACTING: ReadonlySet<unknown> = new Set([
  'button',
  'overflow',
  'static_select',
  'multi_static_select',
  'plain_text_input',
  'radio_buttons',
  'checkboxes',
  'datetimepicker',
]);

/** The blocks with a fresh `block_id` and `action_id` wherever the app gave none, as Slack stores them. */
export function withGeneratedIds(
  blocks: readonly PracticeBlock[],
  workspace: Workspace,
): readonly PracticeBlock[] {
  const element = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('type' in value)) return value;
    if (!ACTING.has(value.type) || 'action_id' in value) return value;
    return { ...value, action_id: workspace.nextId('a') };
  };
  return blocks.map(block => {
    const { accessory, element: asked, elements } = block;
    return {
      ...block,
      block_id: block.block_id ?? workspace.nextId('b'),
      ...(accessory === undefined ? {} : { accessory: element(accessory) }),
      ...(asked === undefined ? {} : { element: element(asked) }),
      ...(Array.isArray(elements) ? { elements: elements.map(element) } : {}),
    };
  });
}
