import { evidenceOfView, pageAsked } from '../blocks/evidence-view.ts';
import { turnEvidencePage } from '../evidence-opening.ts';
import { afterAck } from '../listening.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** Another page of the evidence modal. */
export async function turnPage({ ack, action, body }: ButtonPress, context: SlackContext): Promise<void> {
  await ack();
  const { view, user } = body;
  if (!view) return;
  await afterAck('turn-page', { user: user.id }, context, () =>
    turnEvidencePage(
      evidenceOfView(view.private_metadata),
      { page: pageAsked(action.value) ?? 1, user: user.id, viewId: view.id, hash: view.hash },
      context,
    ),
  );
}
