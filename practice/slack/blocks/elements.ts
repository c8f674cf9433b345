import { z } from 'zod';
import {
  choiceOption,
  confirmation,
  filled,
  imageSource,
  menuOption,
  oneImageSource,
  optionGroup,
  overflowOption,
  plainText,
} from './composition.ts';
import { LIMITS } from './limits.ts';

const actionable = { action_id: filled(LIMITS.actionId).optional(), confirm: confirmation.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plainText(LIMITS.placeholder).optional() };

interface Choice {
  readonly value: string;
  readonly text: { readonly text: string };
}

/** What is chosen at first must be one of the options. */
function known(options: readonly Choice[], chosen: readonly Choice[]): boolean {
  return chosen.every(choice =>
    options.some(option => option.value === choice.value && option.text.text === choice.text.text),
  );
}

const button = z.strictObject({
  type: z.literal('button'),
  ...actionable,
  text: plainText(LIMITS.buttonText),
  value: z.string().max(LIMITS.buttonValue).optional(),
  url: z.url().max(LIMITS.buttonUrl).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: filled(LIMITS.buttonAccessibilityLabel).optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...actionable,
  options: z.array(overflowOption).min(1).max(LIMITS.overflowOptions),
});

const choices = {
  options: z.array(menuOption).min(1).max(LIMITS.selectOptions).optional(),
  option_groups: z.array(optionGroup).min(1).max(LIMITS.selectGroups).optional(),
};

interface Choices {
  readonly options?: readonly Choice[] | undefined;
  readonly option_groups?: readonly { readonly options: readonly Choice[] }[] | undefined;
}

const oneOfChoices = [
  (menu: Choices) => (menu.options === undefined) !== (menu.option_groups === undefined),
  { message: 'must define exactly one of `options` or `option_groups`' },
] as const;

const offered = (menu: Choices) => menu.options ?? (menu.option_groups ?? []).flatMap(group => group.options);

const select = z
  .strictObject({
    type: z.literal('static_select'),
    ...actionable,
    ...focusable,
    ...placeholder,
    ...choices,
    initial_option: menuOption.optional(),
  })
  .refine(...oneOfChoices)
  .refine(menu => menu.initial_option === undefined || known(offered(menu), [menu.initial_option]), {
    message: '`initial_option` must be one of the options',
    path: ['initial_option'],
  });

const multiSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...actionable,
    ...focusable,
    ...placeholder,
    ...choices,
    initial_options: z.array(menuOption).min(1).max(LIMITS.selectOptions).optional(),
    max_selected_items: z.int().min(1).optional(),
  })
  .refine(...oneOfChoices)
  .refine(menu => known(offered(menu), menu.initial_options ?? []), {
    message: '`initial_options` must be among the options',
    path: ['initial_options'],
  });

const radioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    ...actionable,
    ...focusable,
    options: z.array(choiceOption).min(1).max(LIMITS.choiceOptions),
    initial_option: choiceOption.optional(),
  })
  .refine(group => group.initial_option === undefined || known(group.options, [group.initial_option]), {
    message: '`initial_option` must be one of the options',
    path: ['initial_option'],
  });

const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    ...actionable,
    ...focusable,
    options: z.array(choiceOption).min(1).max(LIMITS.choiceOptions),
    initial_options: z.array(choiceOption).min(1).max(LIMITS.choiceOptions).optional(),
  })
  .refine(group => known(group.options, group.initial_options ?? []), {
    message: '`initial_options` must be among the options',
    path: ['initial_options'],
  });

/** Ten digits: seconds since 1970. */
const TEN_DIGITS = { least: 1_000_000_000, most: 9_999_999_999 };

const dateTimePicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...actionable,
  ...focusable,
  initial_date_time: z.int().min(TEN_DIGITS.least).max(TEN_DIGITS.most).optional(),
});

const typedText = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: filled(LIMITS.actionId).optional(),
  ...focusable,
  ...placeholder,
  initial_value: z.string().max(LIMITS.typedText).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(LIMITS.typedText).optional(),
  max_length: z.int().min(1).max(LIMITS.typedText).optional(),
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z
        .array(z.enum(['on_enter_pressed', 'on_character_entered']))
        .min(1)
        .optional(),
    })
    .optional(),
});

/** The image element of sections and contexts; the block of the same name has more fields. */
export const imageElement = z
  .strictObject({ type: z.literal('image'), alt_text: filled(LIMITS.imageAlt), ...imageSource })
  .refine(...oneImageSource);

/** What an actions block may hold. */
export const actionsElement = z.discriminatedUnion('type', [
  button,
  overflow,
  select,
  multiSelect,
  radioButtons,
  checkboxes,
  dateTimePicker,
]);

/** What may stand beside a section's text. */
export const accessory = z.discriminatedUnion('type', [
  button,
  overflow,
  select,
  multiSelect,
  radioButtons,
  checkboxes,
  imageElement,
]);

/** What an input block may ask with. */
export const inputElement = z.discriminatedUnion('type', [
  typedText,
  select,
  multiSelect,
  radioButtons,
  checkboxes,
  dateTimePicker,
]);
