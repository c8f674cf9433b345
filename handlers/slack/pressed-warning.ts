import type { Registry } from '../../src/inventory/registry.ts';
import type { Action } from '../../src/policy/access.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { Snoozing, Warning } from '../../src/workflows/warning-ports.ts';
import { warningGoneNotice } from './blocks/notices.ts';
import type { Asker, Spot } from './people.ts';
import { permitted } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** The warning behind a button or a modal, and who pressed. */
export interface PressedWarning {
  readonly warning: Warning;
  readonly snoozing: Snoozing;
  readonly asker: Asker;
  readonly spot: Spot;
  readonly registry: Registry;
}

/**
 * Finds the warning that a value names, and whether this person may do that with it, here and now. Anybody who sees
 * a message can press its buttons, and a value may come from an old or a forwarded message.
 */
export async function pressedWarning(
  warningId: string,
  user: string,
  what: Action,
  context: SlackContext,
): Promise<PressedWarning | { readonly notice: Message }> {
  const { snoozing } = context;
  const warning = await snoozing?.find(warningId);
  if (snoozing === undefined || warning === undefined) return { notice: warningGoneNotice() };
  const may = await permitted(user, what, warning, context);
  return 'notice' in may ? may : { warning, snoozing, ...may };
}
