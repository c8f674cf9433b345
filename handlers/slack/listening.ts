import type { Message } from '../../src/workflows/message.ts';
import { brokenNotice } from './blocks/notices.ts';
import type { ReplyTo } from './replies.ts';
import type { SlackContext } from './slack-context.ts';

/**
 * Runs what follows an acknowledgement. A mistake of ours is told to the person with a reference that is in the
 * log; it never reaches Bolt, whose only way to tell is its own log.
 */
export async function afterAck(
  what: string,
  to: ReplyTo,
  context: SlackContext,
  work: () => Promise<Message | undefined>,
): Promise<void> {
  await context.underWay.follow(answered(what, to, context, work));
}

async function answered(
  what: string,
  to: ReplyTo,
  context: SlackContext,
  work: () => Promise<Message | undefined>,
): Promise<void> {
  try {
    const notice = await work();
    if (notice) await context.replies.tell(to, notice);
  } catch (error) {
    const reference = `${what}-${context.clock.nowMs().toString(36)}`;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.log.error({ reference, error: detail }, 'a listener failed');
    await context.replies.tell(to, brokenNotice(reference));
  }
}
