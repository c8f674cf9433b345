/** A submitted modal as far as it is read: what was typed and chosen, by block and action. */
export interface SubmittedView {
  readonly private_metadata: string;
  readonly state: { readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

interface Given {
  readonly value?: unknown;
  readonly selected_option?: { readonly value?: unknown } | null;
  readonly selected_date_time?: unknown;
}

/** The chosen or typed text of an input, trimmed; empty when nothing was given. Each block has one input. */
export function textOf(view: SubmittedView, blockId: string): string {
  const given = givenOf(view, blockId);
  const text = given?.selected_option?.value ?? given?.value;
  return typeof text === 'string' ? text.trim() : '';
}

/** The chosen instant in epoch ms; Slack gives seconds. */
export function instantOf(view: SubmittedView, blockId: string): number | undefined {
  const seconds = givenOf(view, blockId)?.selected_date_time;
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) ? seconds * 1000 : undefined;
}

function givenOf(view: SubmittedView, blockId: string): Given | undefined {
  const block = Object.hasOwn(view.state.values, blockId) ? view.state.values[blockId] : undefined;
  return block === undefined ? undefined : (Object.values(block)[0] as Given | undefined);
}
