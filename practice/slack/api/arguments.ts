import { refusal } from './answer.ts';
import type { MethodCall, MethodError } from './method.ts';

/** Arguments that a form carries as JSON texts; a JSON body may carry them so too. */
const JSON_ARGUMENTS: ReadonlySet<string> = new Set([
  'blocks',
  'view',
  'metadata',
  'files',
  'message',
  'attachments',
  'file_ids',
]);

type Arguments = MethodCall['args'];

/**
 * The arguments of a call's body (of its query string, when `contentType` is empty), or Slack's refusal of the
 * body. Texts of a form stay texts, booleans and numbers too; a JSON argument that does not parse stays a text
 * for the method to refuse.
 */
export function argsOf(contentType: string, body: string): Arguments | MethodError {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/json') return fromJson(body);
  if (mediaType === '' || mediaType === 'application/x-www-form-urlencoded')
    return decoded([...new URLSearchParams(body)]);
  return refusal('invalid_post_type');
}

function fromJson(body: string): Arguments | MethodError {
  const parsed = parse(body);
  if (parsed === undefined) return refusal('invalid_json');
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refusal('json_not_object');
  return decoded(Object.entries(parsed));
}

function decoded(entries: readonly (readonly [string, unknown])[]): Arguments {
  return Object.fromEntries(
    entries
      // No method has it, and arguments must not look like a refusal.
      .filter(([name]) => name !== 'ok')
      .map(([name, value]) => {
        if (typeof value !== 'string' || !JSON_ARGUMENTS.has(name)) return [name, value];
        return [name, parse(value) ?? value];
      }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text argument; undefined when absent, empty, or not a text or number. */
export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A yes/no argument: `true`, `1` and their texts are yes. */
export function flagOf(args: Arguments, name: string): boolean {
  return [true, 1, 'true', '1'].some(yes => yes === args[name]);
}

/** A whole number of 0 or more, or undefined. */
export function countOf(args: Arguments, name: string): number | undefined {
  const text = textOf(args, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whether the argument is there at all. */
export function given(args: Arguments, name: string): boolean {
  return args[name] !== undefined && args[name] !== null;
}
