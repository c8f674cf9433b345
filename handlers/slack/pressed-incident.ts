import type { Action } from '../../src/policy/access.ts';
import type { Standing } from '../../src/workflows/incident-ports.ts';
import type { Message } from '../../src/workflows/message.ts';
import { incidentGoneNotice } from './blocks/incident-notices.ts';
import type { Asker, Spot } from './people.ts';
import { permitted } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** The incident behind a button, a modal or a word, and who it was. */
export interface PressedIncident {
  readonly standing: Standing;
  readonly asker: Asker;
  readonly spot: Spot;
}

/**
 * Finds an incident, and whether this person may do that with it, here and now. Anybody who sees a message can press its
 * buttons, and a value may come from an old or a forwarded message.
 */
export async function pressedIncident(
  incidentId: string,
  user: string,
  what: Action,
  context: SlackContext,
): Promise<PressedIncident | { readonly notice: Message }> {
  const standing = await context.state.standings.find(incidentId);
  if (standing === undefined) return { notice: incidentGoneNotice() };
  const may = await permitted(user, what, standing.incident, context);
  return 'notice' in may ? may : { standing, asker: may.asker, spot: may.spot };
}
