import { randomBytes } from 'node:crypto';
import { withGeneratedIds } from './api/generated-ids.ts';
import { problemText } from './blocks/problem.ts';
import { validateBlocks } from './blocks/validation.ts';
import type { PracticeBlock, PracticeMessage, Workspace } from './workspace.ts';

/** A response URL is good for 5 answers in 30 minutes. Source: docs.slack.dev, "Handling user interaction". */
const MOST_ANSWERS = 5;
const LIFE_MS = 30 * 60_000;

/** What an answer may refer to: where the interaction was, whose, and on which message. */
export interface Occasion {
  readonly channel: string;
  readonly user: string;
  readonly messageTs?: string;
}

/** Why nothing was shown: Slack's error word, and what exactly is wrong with the blocks. */
export interface Unshown {
  readonly error: string;
  readonly details: readonly string[];
}

const unshown = (error: string, details: readonly string[] = []): Unshown => ({ error, details });

interface OpenUrl {
  readonly occasion: Occasion;
  readonly openedAtMs: number;
  answers: number;
}

type Body = Readonly<Record<string, unknown>>;

const isTrue = (value: unknown) => value === true || value === 'true';

/** Where the app answers a command or an interaction without a scope and without being in the channel. */
export class ResponseUrls {
  readonly #workspace: Workspace;
  readonly #open = new Map<string, OpenUrl>();
  readonly #origin: () => string;

  constructor(workspace: Workspace, origin: () => string) {
    this.#workspace = workspace;
    this.#origin = origin;
  }

  /** A fresh URL for this occasion. */
  open(occasion: Occasion): string {
    const id = randomBytes(12).toString('hex');
    this.#open.set(id, { occasion, openedAtMs: this.#workspace.nowMs(), answers: 0 });
    return `${this.#origin()}/response/${id}`;
  }

  /** Takes what the app posted to a URL; answers with the reason when it shows nothing. */
  answer(id: string, body: unknown): Unshown | undefined {
    const url = this.#open.get(id);
    if (url === undefined || this.#workspace.nowMs() - url.openedAtMs > LIFE_MS)
      return unshown('expired_url');
    if (url.answers >= MOST_ANSWERS) return unshown('used_url');
    const problem = this.show(url.occasion, body);
    if (problem === undefined) url.answers += 1;
    return problem;
  }

  /** Shows a message that came with an acknowledgement or to a URL; answers with the reason when not. */
  show(occasion: Occasion, body: unknown): Unshown | undefined {
    if (typeof body !== 'object' || body === null) return unshown('invalid_payload');
    const message = body as Body;
    const original = this.#original(occasion);
    if (isTrue(message.delete_original)) {
      if (original !== undefined) original.deleted = true;
      this.#workspace.changed();
      return undefined;
    }
    const text = typeof message.text === 'string' ? message.text : '';
    const sent = message.blocks ?? [];
    if (text === '' && (!Array.isArray(sent) || sent.length === 0)) return unshown('no_text');
    const problems = validateBlocks('message', sent);
    if (problems.length > 0) return unshown('invalid_blocks', problems.map(problemText));
    const blocks = withGeneratedIds(sent as readonly PracticeBlock[], this.#workspace);
    if (isTrue(message.replace_original) && original !== undefined) {
      original.text = text;
      original.blocks = blocks;
      original.editedTs = this.#workspace.nextTs();
    } else {
      this.#append(occasion, message, text, blocks);
    }
    this.#workspace.changed();
    return undefined;
  }

  #original({ channel, messageTs }: Occasion): PracticeMessage | undefined {
    return this.#workspace.messages.get(channel)?.find(message => message.ts === messageTs);
  }

  #append(occasion: Occasion, body: Body, text: string, blocks: readonly PracticeBlock[]): void {
    const { botUserId, botId, messages } = this.#workspace;
    const message: PracticeMessage = {
      ts: this.#workspace.nextTs(),
      channel: occasion.channel,
      user: botUserId,
      botId,
      ...(typeof body.thread_ts === 'string' ? { threadTs: body.thread_ts } : {}),
      ...(body.response_type === 'in_channel' ? {} : { ephemeralFor: occasion.user }),
      text,
      blocks,
      files: [],
    };
    messages.set(occasion.channel, [...(messages.get(occasion.channel) ?? []), message]);
  }
}
