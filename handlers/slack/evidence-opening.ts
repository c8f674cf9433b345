import type { Message } from '../../src/workflows/message.ts';
import type { EvidenceAsked } from './blocks/evidence-button.ts';
import { evidenceView } from './blocks/evidence-view.ts';
import { goneNotice } from './blocks/notices.ts';
import { changeModal, openModal } from './modal-opening.ts';
import { pressedRun } from './pressed-run.ts';
import type { SlackContext } from './slack-context.ts';

/** Opens the modal with the lines behind a verdict or a claim, for people who may view the service. */
export async function openEvidenceView(
  asked: EvidenceAsked | undefined,
  press: { readonly user: string; readonly triggerId: string },
  context: SlackContext,
): Promise<Message | undefined> {
  if (!asked) return goneNotice();
  const pressed = await pressedRun(asked.runId, press.user, 'view', context);
  if ('notice' in pressed) return pressed.notice;
  const document = await context.state.incidents.document(asked.runId);
  if (!document) return goneNotice();
  await openModal(context.client, press.triggerId, evidenceView({ document, asked }));
  return undefined;
}

/** Shows another page in a modal that is open. */
export async function turnEvidencePage(
  asked: EvidenceAsked | undefined,
  turn: { readonly page: number; readonly user: string; readonly viewId: string; readonly hash: string },
  context: SlackContext,
): Promise<Message | undefined> {
  if (!asked) return goneNotice();
  const pressed = await pressedRun(asked.runId, turn.user, 'view', context);
  if ('notice' in pressed) return pressed.notice;
  const document = await context.state.incidents.document(asked.runId);
  if (!document) return goneNotice();
  await changeModal(context.client, turn, evidenceView({ document, asked, page: turn.page }));
  return undefined;
}
