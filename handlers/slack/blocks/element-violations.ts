import {
  atMost,
  count,
  each,
  type Fields,
  fieldsOf,
  optional,
  plainText,
  type Report,
} from './limit-checks.ts';
import { LIMITS, type SlackLimit } from './slack-limits.ts';

type Check = (element: Fields, at: string, report: Report) => void;

/** Every kind of button, menu and input that we send, and what Slack wants of it. */
const ELEMENTS: Readonly<Record<string, Check>> = {
  button: (element, at, report) => {
    plainText(element.text, LIMITS.buttonText, `${at}/text`, report);
    optional(element.value, value => atMost(value, LIMITS.buttonValue, `${at}/value`, report));
    optional(element.accessibility_label, value =>
      atMost(value, LIMITS.buttonLabel, `${at}/accessibility_label`, report),
    );
  },
  static_select: options(LIMITS.selectOptions),
  multi_static_select: options(LIMITS.selectOptions),
  radio_buttons: options(LIMITS.checkboxOptions),
  checkboxes: options(LIMITS.checkboxOptions),
  overflow: options(LIMITS.overflowOptions),
  plain_text_input: (element, at, report) => {
    optional(element.initial_value, value => atMost(value, LIMITS.typedText, `${at}/initial_value`, report));
    optional(element.max_length, value => {
      if (typeof value !== 'number' || value < 1 || value > LIMITS.typedText.most)
        report(`${at}/max_length`, `not from 1 to ${LIMITS.typedText.most}`);
    });
  },
  datetimepicker: () => {},
};

/** Why Slack would refuse a button, menu or input. */
export function elementProblems(element: Fields, at: string, report: Report): void {
  optional(element.action_id, value => atMost(value, LIMITS.actionId, `${at}/action_id`, report));
  optional(element.placeholder, value => plainText(value, LIMITS.placeholder, `${at}/placeholder`, report));
  const type = String(element.type);
  const check = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (check === undefined) report(`${at}/type`, `unknown: ${type}`);
  else check(element, at, report);
}

function options(limit: SlackLimit): Check {
  return (element, at, report) => optionsProblems(element, limit, at, report);
}

function optionsProblems(element: Fields, limit: SlackLimit, at: string, report: Report): void {
  count(element.options, limit, `${at}/options`, report);
  const values = new Set<unknown>();
  each(element.options, `${at}/options`, (option, place) => {
    optionProblems(option, place, report);
    if (values.has(option.value)) report(`${place}/value`, 'twice');
    values.add(option.value);
  });
  optional(element.initial_option, value => {
    optionProblems(fieldsOf(value), `${at}/initial_option`, report);
    if (!values.has(fieldsOf(value).value)) report(`${at}/initial_option`, 'none of the options');
  });
}

function optionProblems(option: Fields, at: string, report: Report): void {
  plainText(option.text, LIMITS.optionText, `${at}/text`, report);
  atMost(option.value, LIMITS.optionValue, `${at}/value`, report);
  optional(option.description, value =>
    plainText(value, LIMITS.optionDescription, `${at}/description`, report),
  );
}
