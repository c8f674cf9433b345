import type { AllMiddlewareArgs, GlobalShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { afterAck } from '../listening.ts';
import { openPickerAnywhere } from '../picker-opening.ts';
import type { SlackContext } from '../slack-context.ts';

/** "Start a diagnosis" from Slack's search or shortcuts menu: the picker. */
export async function startDiagnosisShortcut(
  args: SlackShortcutMiddlewareArgs & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  await args.ack();
  const shortcut = args.shortcut as GlobalShortcut;
  const user = shortcut.user.id;
  await afterAck('shortcut', { user }, context, () =>
    openPickerAnywhere({ user, triggerId: shortcut.trigger_id }, context),
  );
}
