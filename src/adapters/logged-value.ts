import { maskNamedSecrets } from '../report/masked-names.ts';
import { maskQueries } from '../report/masked-queries.ts';
import { maskUserinfo } from '../report/masked-userinfo.ts';
import { MASK, maskShapes } from '../report/masking-rules.ts';

const DEEPEST = 6;
const MOST_VALUES = 500;
const MOST_CHARACTERS = 8_000;
/** A secret that begins before the cut must still be known as one. */
const MASKED_BEYOND = 20_000;
const LONGEST_NAME = 200;

/** Shorter than the rest of the house asks for: nothing that begins like a token of Slack belongs into a log. */
const SLACK_TOKEN = /(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9%._~+/=-]{3,}/g;
/** Addresses that are a permission in themselves: response URLs, webhooks, places for uploads. */
const SLACK_ADDRESS =
  /(\b(?:hooks\.slack(?:-gov)?\.com|files\.slack(?:-gov)?\.com\/upload)\/[a-z0-9]{1,20}\/)[^\s"'<>\\]+/g;
const MODEL_KEY = /\bsk-[A-Za-z0-9_-]{6,}/g;

/** Their contents are secrets whatever these are called. */
const SEALED = /^(?:raw)?headers$|^env(?:ironment)?$|^(?:response|upload)_?url$|credentials?$|^argv$/i;

/** Hides secrets in what is to be logged. Never throws, whatever it is given. */
export class LoggedValues {
  readonly #known: readonly string[];

  /** @param known secrets of this process, hidden wherever they turn up, also where nothing betrays them */
  constructor(known: readonly string[] = []) {
    this.#known = known.filter(secret => secret.length >= 8);
  }

  text(text: string): string {
    const near = text.slice(0, MOST_CHARACTERS + MASKED_BEYOND);
    let masked = this.#known.reduce((shown, secret) => shown.replaceAll(secret, MASK), near);
    masked = masked.replace(SLACK_ADDRESS, `$1${MASK}`).replace(SLACK_TOKEN, MASK);
    masked = maskShapes(maskUserinfo(masked)).replace(MODEL_KEY, MASK);
    masked = maskNamedSecrets(maskQueries(masked, 'keep-short-numbers'));
    if (masked.length <= MOST_CHARACTERS && near.length === text.length) return masked;
    return `${masked.slice(0, MOST_CHARACTERS)}… (${text.length} characters)`;
  }

  /** The same data as plain JSON; errors become their name, message, stack, code and cause. */
  fields(fields: object): Record<string, unknown> {
    const plain = this.#plain(fields, 0, { left: MOST_VALUES });
    return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
      ? (plain as Record<string, unknown>)
      : { value: plain };
  }

  #plain(value: unknown, depth: number, budget: { left: number }): unknown {
    if (--budget.left < 0) return '[more]';
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'symbol' || typeof value === 'function') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= DEEPEST) return '[deeper]';
    try {
      return this.#plainObject(value, depth + 1, budget);
    } catch {
      // A getter or a proxy that throws must not take the log line with it.
      return '[unreadable]';
    }
  }

  #plainObject(value: object, depth: number, budget: { left: number }): unknown {
    const plain = (item: unknown) => this.#plain(item, depth, budget);
    if (value instanceof Error) return plain(errorParts(value));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof URL) return plain(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return this.#named([...value.entries()], plain, budget);
    if (value instanceof Set) return plain([...value]);
    if (Array.isArray(value))
      // Pairs lie flat in raw headers and in arguments: a name, then its value.
      return value
        .slice(0, Math.max(1, budget.left))
        .map((item, index) => (index > 0 && isSecretName(value[index - 1]) ? MASK : plain(item)));
    return this.#named(Object.entries(value), plain, budget);
  }

  #named(
    entries: readonly (readonly [unknown, unknown])[],
    plain: (item: unknown) => unknown,
    budget: { left: number },
  ): Record<string, unknown> {
    return Object.fromEntries(
      entries.slice(0, Math.max(1, budget.left)).map(([name, item]) => {
        const hidden = isSecretName(name) && item !== undefined && item !== null;
        return [this.text(String(name).slice(0, LONGEST_NAME)), hidden ? MASK : plain(item)];
      }),
    );
  }
}

/** By name: an error of an HTTP library carries the whole request, tokens included. */
function errorParts(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = (error as NodeJS.ErrnoException).code;
  return {
    name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
    ...(error instanceof AggregateError && { errors: error.errors }),
  };
}

function isSecretName(name: unknown): boolean {
  if (typeof name !== 'string' || name.length > LONGEST_NAME || /\s/.test(name)) return false;
  if (SEALED.test(name)) return true;
  const pair = `${name}=value`;
  return maskNamedSecrets(pair) !== pair;
}
