import type { z } from 'zod';

/** One thing that Slack would refuse, in Slack's words as far as reports of them are public. */
export interface Problem {
  /** JSON pointer, such as `/blocks/0/text/text`. */
  readonly pointer: string;
  /** Such as `must be less than 3001 characters`. */
  readonly message: string;
  /** What `blocks.validate` tells besides: docs.slack.dev/reference/methods/blocks.validate. */
  readonly constraint: Constraint;
}

export interface Constraint {
  readonly type: string;
  readonly expected?: readonly string[];
  readonly got?: string;
}

type Issue = z.core.$ZodIssue;

const NOUN: Readonly<Record<string, string>> = {
  string: 'a string',
  object: 'an object',
  array: 'an array',
  boolean: 'a boolean',
  number: 'a number',
  int: 'a number',
};

/** `/blocks/0/text`: the pointer of a path below `at`. */
export function pointerOf(at: string, path: readonly PropertyKey[]): string {
  const steps = path.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return `${at}${steps.join('')}`;
}

/** What a shape found wrong with `value`, whose own place is `at`. */
export function problemsOf(shape: z.ZodType, value: unknown, at: string): Problem[] {
  const parsed = shape.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap(issue => fromIssue(issue, value, at));
}

/** As Slack lists problems in `response_metadata.messages`, without its `[ERROR] ` in front. */
export function problemText(problem: Problem): string {
  return `${problem.message} [json-pointer:${problem.pointer}]`;
}

function fromIssue(issue: Issue, root: unknown, at: string): Problem[] {
  const last = issue.path.at(-1);
  const value = valueAt(root, issue.path);
  if (value === undefined && last !== undefined && issue.code !== 'custom') {
    const field = String(last);
    return [
      {
        pointer: pointerOf(at, issue.path.slice(0, -1)),
        message: `missing required field: ${field}`,
        constraint: { type: 'required', expected: [field] },
      },
    ];
  }
  const pointer = pointerOf(at, issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({
      pointer,
      message: `invalid additional property: ${key}`,
      constraint: { type: 'additional_property', got: key },
    }));
  return [{ pointer, ...describe(issue, value, last) }];
}

function describe(issue: Issue, value: unknown, last: PropertyKey | undefined): Omit<Problem, 'pointer'> {
  switch (issue.code) {
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'invalid_type':
      return {
        message: `must provide ${NOUN[issue.expected] ?? issue.expected}`,
        constraint: { type: 'type', expected: [issue.expected], got: kindOf(value) },
      };
    case 'invalid_union':
      return notOneOf('discriminator' in issue ? optionsOf(issue) : [], value, last);
    case 'invalid_value':
      return notOneOf(issue.values.map(String), value, last);
    case 'invalid_format':
      return issue.format === 'url'
        ? { message: 'invalid url', constraint: { type: 'url' } }
        : { message: 'must match the expected format', constraint: { type: 'format' } };
    default:
      return { message: issue.message, constraint: { type: 'rule' } };
  }
}

function tooBig(origin: string, maximum: number): Omit<Problem, 'pointer'> {
  const expected = [String(maximum)];
  if (origin === 'array')
    return { message: `no more than ${maximum} items allowed`, constraint: { type: 'max_items', expected } };
  if (origin === 'string')
    return {
      message: `must be less than ${maximum + 1} characters`,
      constraint: { type: 'max_length', expected },
    };
  return { message: `must be at most ${maximum}`, constraint: { type: 'maximum', expected } };
}

function tooSmall(origin: string, minimum: number): Omit<Problem, 'pointer'> {
  const expected = [String(minimum)];
  if (origin === 'array')
    return { message: `no less than ${minimum} items allowed`, constraint: { type: 'min_items', expected } };
  if (origin === 'string')
    return {
      message: `must be more than ${minimum - 1} characters`,
      constraint: { type: 'min_length', expected },
    };
  return { message: `must be at least ${minimum}`, constraint: { type: 'minimum', expected } };
}

function notOneOf(
  expected: readonly string[],
  value: unknown,
  last: PropertyKey | undefined,
): Omit<Problem, 'pointer'> {
  const got = typeof value === 'string' ? value : kindOf(value);
  return {
    message: last === 'type' ? `unsupported type: ${got}` : 'must be a valid enum value',
    constraint: { type: 'enum', expected, got },
  };
}

function optionsOf(issue: Issue): string[] {
  const { options } = issue as { readonly options?: unknown };
  return Array.isArray(options) ? options.map(String) : [];
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
