import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import { afterAck } from '../listening.ts';
import type { SlackContext } from '../slack-context.ts';
import { answerWords } from '../words-answering.ts';

/** `/staunch status|timeline|export|hosts|plan|snooze|…`: the same words as behind a mention. */
export async function staunch(
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  await ack();
  const to = { user: command.user_id, channel: command.channel_id, respond };
  await afterAck('staunch', to, context, () =>
    answerWords(
      command.text,
      {
        deliveryKey: `command/${command.trigger_id}`,
        user: command.user_id,
        channel: command.channel_id,
        triggerId: command.trigger_id,
      },
      context,
      'command',
    ),
  );
}
