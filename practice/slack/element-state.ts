import type { ViewValues } from './page-protocol.ts';
import type { PracticeBlock } from './workspace.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An element that can be pressed or filled in, and where it is. */
export interface FoundElement {
  readonly block: PracticeBlock;
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Fields;
}

/** The interactive elements of blocks. */
export function elementsOf(blocks: readonly PracticeBlock[]): readonly FoundElement[] {
  return blocks.flatMap(block => {
    const elements = Array.isArray(block.elements) ? block.elements : [block.element, block.accessory];
    return elements.filter(isFields).flatMap(element => {
      const { action_id: actionId } = element;
      if (typeof actionId !== 'string' || typeof block.block_id !== 'string') return [];
      return [{ block, blockId: block.block_id, actionId, element }];
    });
  });
}

/**
 * An element's entry in `state.values`, from what it starts with or was given; undefined for buttons and menus,
 * which have no state. Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
 */
export function stateValue(element: Fields): Fields | undefined {
  const type = element.type;
  const one = (field: string) => element[`selected_${field}`] ?? element[`initial_${field}`] ?? null;
  const many = () => element.selected_options ?? element.initial_options ?? [];
  switch (type) {
    case 'plain_text_input':
      return { type, value: element.value ?? element.initial_value ?? null };
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: one('option') };
    case 'multi_static_select':
    case 'checkboxes':
      return { type, selected_options: many() };
    case 'datetimepicker':
      return { type, selected_date_time: one('date_time') };
    default:
      return undefined;
  }
}

const isEmpty = (value: Fields | undefined) =>
  Object.entries(value ?? {}).every(
    ([field, content]) =>
      field === 'type' ||
      content === null ||
      content === '' ||
      (Array.isArray(content) && content.length === 0),
  );

/** The state of every element: what it started with, overlaid by what was filled in so far. */
export function stateOf(blocks: readonly PracticeBlock[], filled: ViewValues): ViewValues {
  const values: Record<string, Record<string, unknown>> = {};
  for (const { blockId, actionId, element } of elementsOf(blocks)) {
    const initial = stateValue(element);
    if (initial === undefined) continue;
    const given = filled[blockId]?.[actionId];
    values[blockId] = {
      ...values[blockId],
      [actionId]: isFields(given) ? { ...initial, ...given } : initial,
    };
  }
  return values;
}

/** Slack does not send a form whose required inputs are empty; messages by block id, in its words. */
export function missingInputs(
  blocks: readonly PracticeBlock[],
  values: ViewValues,
): Readonly<Record<string, string>> {
  const missing = elementsOf(blocks).filter(
    ({ block, blockId, actionId }) =>
      block.type === 'input' &&
      block.optional !== true &&
      isEmpty(values[blockId]?.[actionId] as Fields | undefined),
  );
  return Object.fromEntries(missing.map(({ blockId }) => [blockId, 'Please complete this required field.']));
}

/** Fields of an element that Slack repeats in `actions[0]`. */
const TOLD = [
  'type',
  'action_id',
  'text',
  'value',
  'url',
  'style',
  'placeholder',
  'initial_option',
  'initial_options',
  'selected_option',
  'selected_options',
  'selected_date_time',
];

/** `actions[0]` of a press. */
export function actionOf({ blockId, element }: FoundElement): Fields {
  const told = Object.fromEntries(
    TOLD.filter(field => field in element).map(field => [field, element[field]]),
  );
  return { ...told, block_id: blockId };
}
