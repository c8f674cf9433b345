import { breakGlassView } from '../blocks/consent-views.ts';
import { openForChange } from '../change-opening.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Asks for the reason that everybody will read. Who may is decided when it is sent, and here already. */
export function breakGlass(press: ButtonPress, context: SlackContext): Promise<void> {
  return openForChange('break-glass', 'break-glass', press, context, ({ view }) => breakGlassView(view));
}
