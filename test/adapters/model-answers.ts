import type { ClaimedSentence } from '../../src/questions/claimed-answer.ts';
import type { MockedAnswer } from '../http-mock.ts';

const SSE = { 'content-type': 'text/event-stream' };

/** One chunk of a streamed answer in OpenAI's form. */
function chunk(choice: object, usage?: object): string {
  const body = {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, ...choice }],
  };
  return `data: ${JSON.stringify({ ...body, ...(usage && { usage }) })}\n\n`;
}

const USAGE = `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 700, completion_tokens: 50, total_tokens: 750 } })}\n\n`;
const DONE = 'data: [DONE]\n\n';

/** A model that writes this text, a few letters at a time. */
export function writing(text: string, finish = 'stop'): MockedAnswer {
  const pieces = text.match(/[\s\S]{1,7}/g) ?? [];
  const body = pieces.map(content => chunk({ delta: { content } })).join('');
  return { headers: SSE, body: `${body}${chunk({ delta: {}, finish_reason: finish })}${USAGE}${DONE}` };
}

export const answering = (...sentences: readonly Partial<ClaimedSentence>[]): MockedAnswer =>
  writing(
    JSON.stringify({ sentences: sentences.map(one => ({ text: 'x', evidence: [], counts: [], ...one })) }),
  );

/** A model that wants to read first. */
export function calling(name: string, args: string, id = 'call-1'): MockedAnswer {
  const [half, rest] = [args.slice(0, 4), args.slice(4)];
  const call = (part: object) => chunk({ delta: { tool_calls: [{ index: 0, ...part }] } });
  const body = [
    call({ id, type: 'function', function: { name, arguments: half } }),
    call({ function: { arguments: rest } }),
    chunk({ delta: {}, finish_reason: 'tool_calls' }),
  ];
  return { headers: SSE, body: body.join('') + USAGE + DONE };
}

export function refusing(words: string): MockedAnswer {
  const body = chunk({ delta: { refusal: words } }) + chunk({ delta: {}, finish_reason: 'stop' }) + DONE;
  return { headers: SSE, body };
}

/** A stream that ends in the middle, after this many characters of the text. */
export function breakingOff(text: string): MockedAnswer {
  const body = (text.match(/[\s\S]{1,7}/g) ?? []).map(content => chunk({ delta: { content } })).join('');
  return { headers: SSE, body };
}

export const raw = (body: string): MockedAnswer => ({ headers: SSE, body });
