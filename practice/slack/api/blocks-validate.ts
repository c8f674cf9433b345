import type { Problem } from '../blocks/problem.ts';
import { validateBlocks, validateView } from '../blocks/validation.ts';
import { refusal } from './answer.ts';
import { given } from './arguments.ts';
import type { ApiMethod, MethodAnswer } from './method.ts';

type Check = (value: unknown) => readonly Problem[];

/** Pointers begin inside the argument: `/0/text` for blocks, `/blocks/0/text` for a message or a view. */
const CHECKS: Readonly<Record<'blocks' | 'message' | 'view', { error: string; check: Check }>> = {
  blocks: { error: 'invalid_blocks', check: blocks => validateBlocks('message', blocks, '') },
  message: { error: 'invalid_message', check: messageProblems },
  view: { error: 'invalid_view', check: view => validateView(view, '') },
};

/** blocks.validate, of exactly one argument. Slack says only that its limit is special. */
export const blocksValidate: ApiMethod = {
  name: 'blocks.validate',
  scopes: [],
  token: 'bot',
  limit: { perMinute: 100 },
  run({ args }) {
    const asked = Object.entries(CHECKS).filter(([name]) => given(args, name));
    const [name, one] = asked[0] ?? [];
    if (asked.length !== 1 || name === undefined || one === undefined)
      return plainly('must provide exactly one of `blocks`, `view`, or `message`');
    if (typeof args[name] === 'string') return plainly(`\`${name}\` must be valid JSON`);
    const problems = one.check(args[name]);
    return problems.length === 0 ? { ok: true } : refusal(one.error, { errors: problems.map(detail) });
  },
};

function messageProblems(message: unknown): readonly Problem[] {
  const isObject = typeof message === 'object' && message !== null && !Array.isArray(message);
  if (!isObject) return [{ pointer: '', message: 'must provide an object', constraint: { type: 'type' } }];
  return 'blocks' in message ? validateBlocks('message', message.blocks, '/blocks') : [];
}

function detail({ pointer, message, constraint }: Problem): Readonly<Record<string, unknown>> {
  return { code: 'failed_constraint', message, pointer, constraint };
}

/** This method's messages have no `[ERROR]` in front. */
function plainly(message: string): MethodAnswer {
  return refusal('invalid_arguments', { response_metadata: { messages: [message] } });
}
