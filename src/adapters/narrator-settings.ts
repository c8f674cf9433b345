import { z } from 'zod';
import { type Saying, secretOf } from './secret-variable.ts';

/** The language model that may put evidence into words. */
export interface NarratorSettings {
  /** As its server calls it. */
  readonly model: string;
  /** Address of an API in OpenAI's form, ending where `/chat/completions` follows. */
  readonly url: string;
  /** Absent for a local model that asks for none. */
  readonly key?: string;
  readonly deadlineMs: number;
  readonly tokensPerQuestion: number;
  readonly tokensPerDay: number;
  /** Per million tokens, and what may be spent in 24 hours, in one currency. */
  readonly prices?: { readonly input: number; readonly output: number; readonly perDay: number };
}

const OPENAI = 'https://api.openai.com/v1';
const count = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);
const price = z.coerce.number().min(0).max(1_000_000).optional();

const SHAPES = {
  STAUNCH_MODEL: [
    z.string().regex(/^[\w.:/@+-]{1,200}$/),
    'the name of a model, e.g. gpt-5-mini or llama3.1:8b',
  ],
  STAUNCH_MODEL_URL: [
    z.url({ protocol: /^https?$/ }).default(OPENAI),
    'an http(s) address such as http://127.0.0.1:11434/v1',
  ],
  STAUNCH_MODEL_SECONDS: [count(1, 300, 30), 'seconds from 1 to 300'],
  STAUNCH_MODEL_TOKENS_PER_QUESTION: [count(1_000, 1_000_000, 30_000), 'tokens from 1000 to 1000000'],
  STAUNCH_MODEL_TOKENS_PER_DAY: [count(1_000, 1_000_000_000, 300_000), 'tokens from 1000 to 1000000000'],
  STAUNCH_MODEL_PRICE_INPUT: [price, 'a price per million tokens, e.g. 0.25'],
  STAUNCH_MODEL_PRICE_OUTPUT: [price, 'a price per million tokens, e.g. 2'],
  STAUNCH_MODEL_COST_PER_DAY: [price, 'an amount in the currency of the prices, e.g. 5'],
} as const;
type Shapes = { [K in keyof typeof SHAPES]: z.infer<(typeof SHAPES)[K][0]> };

/** Reads which model may be asked; undefined, and nothing is ever sent, unless STAUNCH_MODEL names one. */
export function readNarratorSettings(
  environment: NodeJS.ProcessEnv,
  say: Saying,
): NarratorSettings | undefined {
  if (!environment.STAUNCH_MODEL) return undefined;
  const problemsBefore = say.problems.length;
  const values: Record<string, unknown> = {};
  for (const [name, [shape, accepted]] of Object.entries(SHAPES)) {
    const given = environment[name] || undefined;
    const parsed = shape.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else say.problems.push(`${name} is "${given}": expected ${accepted}.`);
  }
  const key = secretOf(environment, 'STAUNCH_MODEL_KEY', say) || undefined;
  const v = values as Shapes;
  if (v.STAUNCH_MODEL_URL === OPENAI && key === undefined && !environment.STAUNCH_MODEL_KEY_FILE)
    say.problems.push(
      'STAUNCH_MODEL_KEY is missing: api.openai.com asks for one. For a model of your own set STAUNCH_MODEL_URL.',
    );
  const { STAUNCH_MODEL_PRICE_INPUT: input, STAUNCH_MODEL_PRICE_OUTPUT: output } = v;
  const perDay = v.STAUNCH_MODEL_COST_PER_DAY;
  const said = [input, output, perDay].filter(amount => amount !== undefined).length;
  if (said > 0 && said < 3)
    say.problems.push(
      'A limit of cost needs STAUNCH_MODEL_PRICE_INPUT, STAUNCH_MODEL_PRICE_OUTPUT and STAUNCH_MODEL_COST_PER_DAY: set all three, or none.',
    );
  if (v.STAUNCH_MODEL_TOKENS_PER_DAY < v.STAUNCH_MODEL_TOKENS_PER_QUESTION)
    say.problems.push(
      `STAUNCH_MODEL_TOKENS_PER_DAY is ${v.STAUNCH_MODEL_TOKENS_PER_DAY}: expected at least STAUNCH_MODEL_TOKENS_PER_QUESTION (${v.STAUNCH_MODEL_TOKENS_PER_QUESTION}), or no question is ever asked.`,
    );
  if (say.problems.length > problemsBefore) return undefined;
  return {
    model: v.STAUNCH_MODEL,
    url: v.STAUNCH_MODEL_URL,
    ...(key !== undefined && { key }),
    deadlineMs: v.STAUNCH_MODEL_SECONDS * 1_000,
    tokensPerQuestion: v.STAUNCH_MODEL_TOKENS_PER_QUESTION,
    tokensPerDay: v.STAUNCH_MODEL_TOKENS_PER_DAY,
    ...(input !== undefined &&
      output !== undefined &&
      perDay !== undefined && { prices: { input, output, perDay } }),
  };
}
