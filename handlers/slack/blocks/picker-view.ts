import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Window } from '../../../src/collectors/question.ts';
import { type WindowWish, windowOf } from '../../../src/collectors/window.ts';
import { CALLBACK } from '../action-ids.ts';
import { context, plain, section } from './block-parts.ts';
import { LIMITS } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';
import { instantOf, type SubmittedView, textOf } from './view-values.ts';

/** Where the picker was opened from, and so where the verdict will stand. Carried in `private_metadata`. */
export interface PickerPlace {
  /** Absent when it was opened from the App Home. */
  readonly channel?: string;
  readonly threadTs?: string;
}

export interface PickerModel {
  /** Ids of the services this person may ask for, here. */
  readonly services: readonly string[];
  /** The service that is chosen already. */
  readonly service?: string;
  readonly place: PickerPlace;
}

/** Block ids, which are also the keys of errors. */
const INPUT = { service: 'service', since: 'since', from: 'from', to: 'to' } as const;
const SINCE = [
  ['15m', '15 minutes'],
  ['30m', '30 minutes'],
  ['1h', '1 hour'],
  ['2h', '2 hours'],
  ['6h', '6 hours'],
  ['24h', '24 hours'],
] as const;
const DEFAULT_SINCE = '2h';

/** The modal in which a service and a window are chosen. */
export function pickerView({ services, service, place }: PickerModel): ModalView {
  const base = {
    type: 'modal' as const,
    callback_id: CALLBACK.picker,
    title: plain('Diagnose 502s', LIMITS.viewTitle.most),
    close: plain('Cancel'),
    private_metadata: JSON.stringify(place),
  };
  if (services.length === 0)
    return {
      ...base,
      blocks: [
        section(
          'There is no service here that you may ask for. An admin of Staunch adds services, and who may ask for them, in staunch.yml.',
        ),
      ],
    };
  return {
    ...base,
    submit: plain('Diagnose', LIMITS.viewSubmit.most),
    blocks: [serviceInput(services, service), ...windowInputs(), reassurance(place)],
  };
}

function serviceInput(services: readonly string[], chosen: string | undefined): InputBlock {
  const base = { type: 'input' as const, block_id: INPUT.service, label: plain('Service') };
  // A longer name than an option may hold can only be typed.
  const listed = services.filter(name => name.length <= LIMITS.optionText.most);
  if (services.length > LIMITS.selectOptions.most || listed.length < services.length)
    return {
      ...base,
      hint: plain(`${services.length} services are too many for a list: type the name, as in staunch.yml.`),
      element: {
        type: 'plain_text_input',
        action_id: INPUT.service,
        max_length: 100,
        placeholder: plain('checkout', LIMITS.placeholder.most),
        ...(chosen !== undefined && chosen !== '' && { initial_value: shown(chosen, 100) }),
      },
    };
  const options = listed.map(name => option(name, name));
  const initial = options.find(({ value }) => value === chosen);
  return {
    ...base,
    element: {
      type: 'static_select',
      action_id: INPUT.service,
      placeholder: plain('Choose a service', LIMITS.placeholder.most),
      options,
      ...(initial && { initial_option: initial }),
    },
  };
}

function windowInputs(): KnownBlock[] {
  const options = SINCE.map(([value, words]) => option(value, `the last ${words}`));
  const initial = options.find(({ value }) => value === DEFAULT_SINCE);
  const instant = (blockId: 'from' | 'to', label: string, hint: string): InputBlock => ({
    type: 'input',
    block_id: blockId,
    optional: true,
    label: plain(label),
    hint: plain(hint),
    element: { type: 'datetimepicker', action_id: blockId },
  });
  return [
    {
      type: 'input',
      block_id: INPUT.since,
      optional: true,
      label: plain('How far back'),
      element: {
        type: 'static_select',
        action_id: INPUT.since,
        options,
        ...(initial && { initial_option: initial }),
      },
    },
    instant('from', 'Or from', 'In your time zone. With a date here, "How far back" does not count.'),
    instant('to', 'To', 'Now, when empty.'),
  ];
}

function reassurance({ channel }: PickerPlace): KnownBlock {
  return channel === undefined
    ? context(
        own`Reading only: nothing on a server is changed. The verdict comes to you in a direct message.`,
      )
    : context(own`Reading only: nothing on a server is changed. The verdict will stand in the channel.`);
}

function option(value: string, text: string): PlainTextOption {
  return { text: plain(shown(text, LIMITS.optionText.most)), value };
}

export type Picked =
  | {
      readonly ok: true;
      /** As chosen or typed: whether it exists is for the caller to find out. */
      readonly service: string;
      readonly window: Window;
      readonly place: PickerPlace;
    }
  /** By block id, as `response_action: errors` wants them. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads a submitted picker. */
export function pickedOf(view: SubmittedView, nowMs: number): Picked {
  const service = textOf(view, INPUT.service);
  const fromMs = instantOf(view, INPUT.from);
  const toMs = instantOf(view, INPUT.to);
  if (service === '') return errors(INPUT.service, 'Choose a service.');
  if (fromMs === undefined && toMs !== undefined)
    return errors(INPUT.from, 'An end needs a beginning: choose "Or from" too, or leave both empty.');
  if (fromMs !== undefined && fromMs >= nowMs)
    return errors(INPUT.from, 'This lies in the future; nothing can be read yet.');
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs)
    return errors(INPUT.to, 'The end lies before the beginning.');
  const reading = windowOf(wishOf(view, fromMs, toMs), nowMs, 'UTC');
  if (!reading.ok) return errors(fromMs === undefined ? INPUT.since : INPUT.from, reading.problem);
  return { ok: true, service, window: reading.window, place: placeOf(view) };
}

function wishOf(view: SubmittedView, fromMs: number | undefined, toMs: number | undefined): WindowWish {
  if (fromMs === undefined) return { since: textOf(view, INPUT.since) || DEFAULT_SINCE };
  return {
    from: new Date(fromMs).toISOString(),
    ...(toMs !== undefined && { to: new Date(toMs).toISOString() }),
  };
}

/** Errors for the service's input: a typed name that is not known, a service that this person may not ask for. */
export function pickerServiceError(problem: string): Readonly<Record<string, string>> {
  return { [INPUT.service]: shown(problem, 300) };
}

function errors(blockId: string, problem: string): Picked {
  return { ok: false, errors: { [blockId]: problem } };
}

function placeOf({ private_metadata: metadata }: SubmittedView): PickerPlace {
  const place = parsed(metadata);
  return {
    ...(typeof place.channel === 'string' && { channel: place.channel }),
    ...(typeof place.threadTs === 'string' && { threadTs: place.threadTs }),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
