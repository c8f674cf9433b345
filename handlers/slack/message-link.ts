import type { SlackContext } from './slack-context.ts';

/** Where a message stands, for whoever reads of it later; undefined where Slack does not tell. */
export async function linkOf(
  channel: string,
  ts: string,
  { client, log }: Pick<SlackContext, 'client' | 'log'>,
): Promise<string | undefined> {
  try {
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
    return permalink;
  } catch (error) {
    log.info({ error: String(error) }, 'Slack did not tell where a message stands');
    return undefined;
  }
}
