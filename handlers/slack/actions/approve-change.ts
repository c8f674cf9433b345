import { approveView } from '../blocks/consent-views.ts';
import { openForChange } from '../change-opening.ts';
import { asksName } from '../change-terms.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Shows once more what would be approved; the modal's submission counts. */
export function approveChange(press: ButtonPress, context: SlackContext): Promise<void> {
  return openForChange('approve-change', 'approve', press, context, ({ view }) =>
    approveView(view, asksName(view)),
  );
}
