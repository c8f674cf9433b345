import { rejectView } from '../blocks/consent-views.ts';
import { openForChange } from '../change-opening.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Asks for the reason; whoever may propose may also take a proposal out of the way. */
export function rejectChange(press: ButtonPress, context: SlackContext): Promise<void> {
  return openForChange('reject-change', 'reject', press, context, ({ view }) => rejectView(view));
}
