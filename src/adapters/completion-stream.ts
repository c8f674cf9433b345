import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { ClaimedSentence } from '../questions/claimed-answer.ts';
import { LONGEST_ANSWER, SentenceStream } from '../questions/sentence-stream.ts';
import type { NarratorUsage } from '../workflows/narrator-port.ts';

/** What a model wrote in one round. */
export interface StreamedCompletion {
  readonly text: string;
  readonly refusal: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  /** Why it ended; undefined where the stream broke off before it said so. */
  readonly finish: string | undefined;
  readonly usage?: NarratorUsage;
}

const MOST_CALLS = 8;
const LONGEST_ARGUMENTS = 4_000;

/** Reads a stream to its end, and tells every sentence as soon as it is whole. @throws what the stream throws */
export async function readCompletion(
  chunks: AsyncIterable<ChatCompletionChunk>,
  sentence: (sentence: ClaimedSentence) => void,
): Promise<StreamedCompletion> {
  const sentences = new SentenceStream();
  const calls: { id: string; name: string; args: string }[] = [];
  let refusal = '';
  let finish: string | undefined;
  let usage: NarratorUsage | undefined;
  for await (const chunk of chunks) {
    if (chunk.usage)
      usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens };
    const choice = chunk.choices?.[0];
    if (choice === undefined) continue;
    const { content, refusal: refused, tool_calls: called } = choice.delta ?? {};
    if (typeof content === 'string') for (const whole of sentences.take(content)) sentence(whole);
    if (typeof refused === 'string') refusal = (refusal + refused).slice(0, LONGEST_ANSWER);
    for (const call of called ?? []) {
      if (call.index >= MOST_CALLS) continue;
      calls[call.index] ??= { id: `call-${call.index}`, name: '', args: '' };
      const known = calls[call.index]!;
      if (call.id) known.id = call.id;
      known.name = (known.name + (call.function?.name ?? '')).slice(0, 100);
      known.args = (known.args + (call.function?.arguments ?? '')).slice(0, LONGEST_ARGUMENTS);
    }
    finish = choice.finish_reason ?? finish;
  }
  return {
    text: sentences.text,
    refusal,
    calls: calls.filter(call => call !== undefined),
    finish,
    ...(usage && { usage }),
  };
}
