import { number, record, records, type Sent, string } from './fields.ts';

/** What a person entered: letters, an option, several options, seconds since 1970, or nothing. */
export type FieldValue = string | number | Sent | readonly Sent[] | null;

/** An element with what is entered in it, or with what the app put there first. */
export function fieldValue(element: Sent, entered: FieldValue | undefined): FieldValue {
  if (entered !== undefined) return entered;
  switch (element.type) {
    case 'plain_text_input':
      return string(element.initial_value) ?? null;
    case 'static_select':
    case 'radio_buttons':
      return record(element.initial_option) ?? null;
    case 'multi_static_select':
    case 'checkboxes':
      return records(element.initial_options);
    default:
      return number(element.initial_date_time) ?? null;
  }
}

/** The same in Slack's words, as in `view.state.values` and `actions[0]`. `undefined` for what holds no value. */
export function stateFields(element: Sent, value: FieldValue): Sent | undefined {
  switch (element.type) {
    case 'plain_text_input':
      return { value: value === '' ? null : value };
    case 'static_select':
    case 'radio_buttons':
      return { selected_option: value };
    case 'multi_static_select':
    case 'checkboxes':
      return { selected_options: value ?? [] };
    case 'datetimepicker':
      return { selected_date_time: value };
    default:
      return undefined;
  }
}

/** A block or element the app did not name is named by its place, as Slack names it by chance. */
export function blockIdOf(block: Sent, index: number): string {
  return string(block.block_id) ?? `block-${index}`;
}

export function actionIdOf(element: Sent, index: number): string {
  return string(element.action_id) ?? `action-${index}`;
}

/** Everything in a view that can hold a value, with the names under which Slack reports it. */
export function fieldsOf(blocks: readonly Sent[]) {
  return blocks.flatMap((block, index) => {
    const single = record(block.element) ?? record(block.accessory);
    const elements = single ? [single] : block.type === 'actions' ? records(block.elements) : [];
    return elements.map((element, place) => ({
      block,
      element,
      blockId: blockIdOf(block, index),
      actionId: actionIdOf(element, place),
    }));
  });
}

/** Slack asks for required inputs and checks lengths before it sends anything. */
export function complaintAbout(block: Sent, element: Sent, value: FieldValue): string | undefined {
  if (block.type !== 'input') return undefined;
  const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (isEmpty) return block.optional === true ? undefined : 'Please complete this required field.';
  if (typeof value !== 'string') return undefined;
  const least = number(element.min_length) ?? 0;
  const most = number(element.max_length) ?? Number.POSITIVE_INFINITY;
  if (value.length < least) return `Please enter at least ${least} characters.`;
  return value.length > most ? `Please enter at most ${most} characters.` : undefined;
}
