import { afterAck } from '../listening.ts';
import { openPickerAnywhere } from '../picker-opening.ts';
import type { SlackContext } from '../slack-context.ts';
import type { ButtonPress } from './show-evidence.ts';

/** The button of the App Home: the picker, with the service chosen already. */
export async function startDiagnosis(
  { ack, action, body }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck('start-diagnosis', { user }, context, () =>
    openPickerAnywhere(
      { user, triggerId: body.trigger_id, ...(action.value && { service: action.value }) },
      context,
    ),
  );
}
