import type { ModalView } from '@slack/types';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';

/**
 * Opens a modal for a press. Of a press that is delivered twice, or a call whose answer was lost, the second
 * finds the trigger exchanged: then the modal is open already.
 */
export async function openModal(client: WebClient, triggerId: string, view: ModalView): Promise<void> {
  await unlessDone('exchanged_trigger_id', client.views.open({ trigger_id: triggerId, view }));
}

/** Shows something else in a modal that is open, unless it changed since `hash`: then it shows something newer. */
export async function changeModal(
  client: WebClient,
  place: { readonly viewId: string; readonly hash: string },
  view: ModalView,
): Promise<void> {
  const { viewId, hash } = place;
  await unlessDone('hash_conflict', client.views.update({ view_id: viewId, hash, view }));
}

async function unlessDone(done: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError && error.data.error === done)) throw error;
  }
}
