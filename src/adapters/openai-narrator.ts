import OpenAI from 'openai';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import { ClaimedAnswer, type ClaimedSentence, claimedAnswerSchema } from '../questions/claimed-answer.ts';
import { EVIDENCE_TOOLS, evidenceTool } from '../questions/evidence-tools.ts';
import { tokensOf } from '../questions/narration-cost.ts';
import { NARRATION_RULES, narrationQuestion } from '../questions/narration-prompt.ts';
import type {
  Narration,
  NarrationFailure,
  Narrator,
  NarratorListener,
  NarratorRequest,
  NarratorUsage,
} from '../workflows/narrator-port.ts';
import type { Clock, Timer } from '../workflows/ports.ts';
import { readCompletion, type StreamedCompletion } from './completion-stream.ts';
import { type ModelFault, modelFaultOf } from './model-fault.ts';
import type { NarratorSettings } from './narrator-settings.ts';

export interface OpenAiNarratorOptions {
  readonly settings: NarratorSettings;
  readonly clock: Clock;
  readonly timer: Timer;
}

/** Questions to the model for one question of a person: it reads, reads again, and answers. */
const MOST_ROUNDS = 6;
/** The most that is written in one of them. */
const OUTPUT_TOKENS = 1_500;
/** Without a word about it, a rate limit is given this long. */
const PAUSE_MS = 60_000;

const TOOLS: ChatCompletionTool[] = EVIDENCE_TOOLS.map(({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters: { ...parameters }, strict: true },
}));

/**
 * A model behind an API in OpenAI's form, whether theirs or one of your own. It is given the question, the outline of
 * the diagnosis and tools that read masked evidence; nothing is tried again, and every end is an answer.
 */
export class OpenAiNarrator implements Narrator {
  readonly model: string;
  readonly #options: OpenAiNarratorOptions;
  readonly #client: OpenAI;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: OpenAiNarratorOptions) {
    const { model, url, key } = options.settings;
    this.model = model;
    this.#options = options;
    this.#client = new OpenAI({
      baseURL: url,
      // The SDK insists on one, and would look into the environment for others.
      apiKey: key ?? 'none',
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off',
    });
  }

  async narrate(
    request: NarratorRequest,
    listener: NarratorListener,
    cancel: AbortSignal,
  ): Promise<Narration> {
    const { clock, timer, settings } = this.#options;
    const pausedMs = this.#pausedUntilMs - clock.nowMs();
    if (pausedMs > 0)
      return failed('rate-limited', 'the model asked for a pause', new Account(), [], pausedMs);
    const late = new AbortController();
    const takeBack = timer.after(settings.deadlineMs, () => late.abort());
    try {
      const signal = AbortSignal.any([late.signal, cancel]);
      const narration = await this.#rounds(request, listener, signal, () => late.signal.aborted);
      if (!narration.ok && narration.failure === 'rate-limited')
        this.#pausedUntilMs = clock.nowMs() + (narration.afterMs ?? PAUSE_MS);
      return narration;
    } finally {
      takeBack();
    }
  }

  async #rounds(
    { question, document, tokens }: NarratorRequest,
    listener: NarratorListener,
    signal: AbortSignal,
    isLate: () => boolean,
  ): Promise<Narration> {
    const account = new Account();
    const heard: ClaimedSentence[] = [];
    const messages: ChatCompletionMessageParam[] = [
      { role: 'system', content: NARRATION_RULES },
      { role: 'user', content: narrationQuestion(document, question) },
    ];
    let told = 0;
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const weight = tokensOf(JSON.stringify(messages) + JSON.stringify(TOOLS));
      const room = tokens - account.total - weight;
      if (room < 200)
        return failed('out-of-tokens', `more than ${tokens} tokens would be needed`, account, heard);
      // The transcript has every message once, though each round sends the earlier ones again.
      await listener.sending(JSON.stringify(messages.slice(told)));
      told = messages.length;
      const answer = await this.#ask(messages, Math.min(OUTPUT_TOKENS, room), weight, signal, sentence => {
        heard.push(sentence);
        listener.sentence?.(sentence);
      });
      account.add(answer.usage);
      if (!answer.ok) {
        const { failure, detail, afterMs } = isLate() ? LATE : answer.fault;
        return failed(failure, detail, account, heard, afterMs);
      }
      const { text, refusal, calls, finish } = answer.completion;
      await listener.received(JSON.stringify({ text, refusal, calls, finish }));
      const broken = brokenEnd(answer.completion);
      if (broken !== undefined) return failed(broken, `it ended with ${finish ?? 'nothing'}`, account, heard);
      if (calls.length === 0) return answerOf(text, account, heard);
      messages.push({
        role: 'assistant',
        content: text === '' ? null : text,
        tool_calls: calls.map(({ id, name, args }) => ({
          id,
          type: 'function',
          function: { name, arguments: args },
        })),
      });
      for (const { id, name, args } of calls)
        messages.push({ role: 'tool', tool_call_id: id, content: evidenceTool(document, name, args) });
    }
    return failed('too-many-rounds', `it read ${MOST_ROUNDS} times and did not answer`, account, heard);
  }

  async #ask(
    messages: readonly ChatCompletionMessageParam[],
    outputTokens: number,
    weight: number,
    signal: AbortSignal,
    sentence: (sentence: ClaimedSentence) => void,
  ): Promise<Asked> {
    let usage: NarratorUsage = { inputTokens: weight, outputTokens: 0 };
    try {
      const stream = await this.#client.chat.completions.create(this.#body(messages, outputTokens), {
        signal,
      });
      const completion = await readCompletion(stream, sentence);
      const written = tokensOf(completion.text + JSON.stringify(completion.calls));
      usage = completion.usage ?? { inputTokens: weight, outputTokens: written };
      return { ok: true, completion, usage };
    } catch (error) {
      return { ok: false, fault: modelFaultOf(error, this.#options.clock.nowMs()), usage };
    }
  }

  #body(
    messages: readonly ChatCompletionMessageParam[],
    outputTokens: number,
  ): ChatCompletionCreateParamsStreaming {
    // The newer name of the same limit is not known to most servers of local models, the older one not to OpenAI's
    // newest models.
    const limit = new URL(this.#options.settings.url).hostname.endsWith('.openai.com')
      ? { max_completion_tokens: outputTokens }
      : { max_tokens: outputTokens };
    return {
      model: this.model,
      messages: [...messages],
      tools: TOOLS,
      stream: true,
      stream_options: { include_usage: true },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: claimedAnswerSchema() },
      },
      ...limit,
    };
  }
}

type Asked =
  | { readonly ok: true; readonly completion: StreamedCompletion; readonly usage: NarratorUsage }
  | { readonly ok: false; readonly fault: ModelFault; readonly usage: NarratorUsage };

const LATE: ModelFault = { failure: 'timed-out', detail: 'no answer in time' };

/** What was used so far. */
class Account {
  #usage: NarratorUsage = { inputTokens: 0, outputTokens: 0 };

  add({ inputTokens, outputTokens }: NarratorUsage): void {
    this.#usage = {
      inputTokens: this.#usage.inputTokens + inputTokens,
      outputTokens: this.#usage.outputTokens + outputTokens,
    };
  }

  get usage(): NarratorUsage {
    return this.#usage;
  }

  get total(): number {
    return this.#usage.inputTokens + this.#usage.outputTokens;
  }
}

function brokenEnd({ refusal, finish, calls }: StreamedCompletion): NarrationFailure | undefined {
  if (refusal !== '' || finish === 'content_filter') return 'refused-to-answer';
  if (finish === 'length' || finish === undefined) return 'broke-off';
  return finish === 'tool_calls' && calls.length === 0 ? 'not-readable' : undefined;
}

function answerOf(text: string, account: Account, heard: readonly ClaimedSentence[]): Narration {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return failed('not-readable', 'the answer is no JSON', account, heard);
  }
  const read = ClaimedAnswer.safeParse(answer);
  // Sentences of an answer that is not in the right form are not trusted, however whole each of them is.
  if (!read.success) return failed('not-readable', 'the answer has another form', account, []);
  return { ok: true, sentences: read.data.sentences, usage: account.usage };
}

function failed(
  failure: NarrationFailure,
  detail: string,
  account: Account,
  sentences: readonly ClaimedSentence[],
  afterMs?: number,
): Narration {
  const usage = account.usage;
  return { ok: false, failure, detail, sentences, usage, ...(afterMs !== undefined && { afterMs }) };
}
