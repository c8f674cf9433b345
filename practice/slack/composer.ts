import { randomUUID } from 'node:crypto';
import { type Delivered, deliveredAs, failureOf, refused } from './delivered.ts';
import type { Deliveries } from './deliveries.ts';
import type { Notices } from './notices.ts';
import { commandPayload, mentionPayload } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { typedText } from './typed-text.ts';
import type { PracticeChannel, PracticeMessage, PracticeUser, Workspace } from './workspace.ts';

/** A message stands whether or not the app had to be told of it. */
export type Said = Delivered & { readonly ts?: string };

/** A person in a channel; undefined when they are not in it. */
export function placeOf(
  workspace: Workspace,
  as: string,
  channelId: string,
): { readonly user: PracticeUser; readonly channel: PracticeChannel } | undefined {
  const user = workspace.users.get(as);
  const channel = workspace.channels.get(channelId);
  if (user === undefined || channel === undefined || !channel.members.includes(as)) return undefined;
  return { user, channel };
}

/** What people type into the composer: commands and messages. */
export class Composer {
  readonly #workspace: Workspace;
  readonly #deliveries: Deliveries;
  readonly #responseUrls: ResponseUrls;
  readonly #notices: Notices;
  readonly #escaping: ReadonlySet<string>;

  constructor(options: {
    workspace: Workspace;
    deliveries: Deliveries;
    responseUrls: ResponseUrls;
    notices: Notices;
    /** Commands declared with `should_escape`. */
    escaping: ReadonlySet<string>;
  }) {
    this.#workspace = options.workspace;
    this.#deliveries = options.deliveries;
    this.#responseUrls = options.responseUrls;
    this.#notices = options.notices;
    this.#escaping = options.escaping;
  }

  /** A command that was typed whole: `/diagnose-502 checkout`. */
  async command(as: string, channelId: string, text: string, threadTs?: string): Promise<Delivered> {
    const place = placeOf(this.#workspace, as, channelId);
    if (place === undefined) return refused('channel_not_found');
    const { user, channel } = place;
    const [, command = text, rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (threadTs !== undefined) return refused(`${command} is not supported in threads. Sorry!`);
    if (command === '/invite') return this.#invite(channel, rest);
    const { app } = this.#workspace;
    const declared = app.commands.some(each => each.command === command);
    if (!declared || !app.scopes.has('commands')) {
      return refused(
        `${command} is not a valid command. In Slack, all messages starting with the "/" character are interpreted as commands.`,
      );
    }
    const occasion = { channel: channel.id, user: user.id };
    const payload = commandPayload(this.#workspace, {
      user,
      channel,
      command,
      text: typedText(rest, this.#workspace, this.#escaping.has(command) ? 'command' : 'as-typed'),
      responseUrl: this.#responseUrls.open(occasion),
    });
    const record = await this.#deliveries.deliver({
      type: 'slash_commands',
      payload,
      acceptsResponsePayload: true,
      what: command,
    });
    if (!record.carried.acked) return refused(`${command} failed with the error "${failureOf(record)}"`);
    const { body } = record.carried;
    if (typeof body === 'object' && body !== null && Object.keys(body).length > 0) {
      const unshown = this.#responseUrls.show(occasion, body);
      if (unshown !== undefined) {
        this.#notices.add(
          `The answer to ${command} was not shown: ${unshown.error} ${unshown.details.join('; ')}`,
        );
      }
    }
    return deliveredAs(record);
  }

  /** A message; the app hears of it only when it is mentioned, subscribed and in the channel. */
  async say(as: string, channelId: string, text: string, threadTs?: string): Promise<Said> {
    const place = placeOf(this.#workspace, as, channelId);
    if (place === undefined) return refused('channel_not_found');
    const { user, channel } = place;
    const { app, botUserId } = this.#workspace;
    const message: PracticeMessage = {
      ts: this.#workspace.nextTs(),
      channel: channel.id,
      user: user.id,
      ...(threadTs === undefined ? {} : { threadTs }),
      text: typedText(text, this.#workspace, 'message'),
      blocks: [],
      files: [],
      clientMsgId: randomUUID(),
    };
    const { messages } = this.#workspace;
    messages.set(channel.id, [...(messages.get(channel.id) ?? []), message]);
    this.#workspace.changed();
    const { ts } = message;
    if (!message.text.includes(`<@${botUserId}>`)) return { acked: false, ts };
    if (!channel.botIsMember) {
      return { ...refused(`You mentioned @${app.botName}, but they are not in this channel.`), ts };
    }
    if (!app.events.has('app_mention') || !app.scopes.has('app_mentions:read')) {
      this.#notices.add(
        'The app was mentioned and not told: its manifest lacks app_mention or app_mentions:read.',
      );
      return { acked: false, ts };
    }
    const payload = mentionPayload(this.#workspace, { user, channel, message });
    const record = await this.#deliveries.deliver({
      type: 'events_api',
      payload,
      acceptsResponsePayload: false,
      what: 'the event app_mention',
    });
    return { ...deliveredAs(record), ts };
  }

  /** Slack's own command, as far as it brings the app into a channel. */
  #invite(channel: PracticeChannel, whom: string): Delivered {
    const { app, botUserId } = this.#workspace;
    const names = [`@${app.botName}`, `<@${botUserId}>`];
    if (!names.includes(whom.trim())) return refused(`/invite works here for ${names[0]} only.`);
    channel.botIsMember = true;
    this.#workspace.changed();
    return { acked: false };
  }
}
