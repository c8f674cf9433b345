import type { Action } from '../../src/policy/access.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { Run } from '../../src/workflows/state-ports.ts';
import { goneNotice } from './blocks/notices.ts';
import type { Asker } from './people.ts';
import { permitted } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** The run behind a button or a modal, and who pressed. */
export interface PressedRun {
  readonly run: Run;
  readonly asker: Asker;
}

/**
 * Finds the run that a value names, and whether this person may do that with it, here and now. Anybody who sees
 * a message can press its buttons, and a value may come from an old or a forwarded message.
 */
export async function pressedRun(
  runId: string,
  user: string,
  what: Action,
  context: SlackContext,
): Promise<PressedRun | { readonly notice: Message }> {
  const run = await context.state.incidents.run(runId);
  if (!run) return { notice: goneNotice() };
  const may = await permitted(user, what, run.incident, context);
  return 'notice' in may ? may : { run, asker: may.asker };
}
