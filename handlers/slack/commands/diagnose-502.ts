import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import { afterAck } from '../listening.ts';
import { answerRequest } from '../requests.ts';
import type { SlackContext } from '../slack-context.ts';

/** `/diagnose-502 [service|server|group] [window]`. Slack does not offer commands in threads. */
export async function diagnose502(
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  await ack();
  const to = { user: command.user_id, channel: command.channel_id, respond };
  await afterAck('command', to, context, () =>
    answerRequest(
      command.text,
      {
        deliveryKey: `command/${command.trigger_id}`,
        user: command.user_id,
        channel: command.channel_id,
        triggerId: command.trigger_id,
      },
      context,
    ),
  );
}
