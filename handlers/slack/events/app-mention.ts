import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { afterAck } from '../listening.ts';
import type { SlackContext } from '../slack-context.ts';
import { answerWords } from '../words-answering.ts';

/** `@staunch diagnose checkout since 1h`, `@staunch status`, `@staunch why not timeout?`, in a channel or in a thread; Bolt acknowledges events by itself. */
export async function appMention(
  { event, body }: SlackEventMiddlewareArgs<'app_mention'> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  const { user, channel, text, thread_ts: threadTs } = event;
  // Bots and workflows mention without a person behind it.
  if (user === undefined || event.bot_id !== undefined) return;
  const thread = threadTs === undefined ? {} : { threadTs };
  await afterAck('mention', { user, channel, ...thread }, context, () =>
    answerWords(
      withoutMention(text, context.bot.botUserId),
      { deliveryKey: `event/${body.event_id}`, user, channel, ...thread },
      context,
      'mention',
    ),
  );
}

/** What is said to us: everything behind the mention, or all the rest where it stands at the end. */
function withoutMention(text: string, botUserId: string): string {
  const [before = '', ...after] = text.split(new RegExp(`<@${botUserId}(?:\\|[^>]{0,80})?>`));
  const said = after.join(' ').trim();
  return said === '' ? before.trim() : said;
}
