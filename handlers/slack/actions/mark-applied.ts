import { markAppliedView } from '../blocks/consent-views.ts';
import { openForChange } from '../change-opening.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Asks what was done by hand. */
export function markApplied(press: ButtonPress, context: SlackContext): Promise<void> {
  return openForChange('mark-applied', 'propose', press, context, ({ view }) => markAppliedView(view));
}
