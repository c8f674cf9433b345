import { type AccessFields, accessRequest, SLOT_OF, SLOTS } from './access-request.ts';
import type { ReadContext } from './moments.ts';
import { formatParts, jsonKeys } from './nginx-log-format.ts';
import type { AccessRequest } from './signal.ts';

/** Reads the lines of one access log. A line that does not have its format is `undefined`. */
export interface AccessLogReader {
  read(line: string, context: ReadContext): AccessRequest | undefined;
}

/** A variable and the text that ends its value. */
interface Step {
  /** Index into the fields that are kept, or -1 for a variable that is only passed over. */
  readonly slot: number;
  /** Undefined at the end of the template. */
  readonly until: string | undefined;
  /** The value is a list (`, ` and ` : ` between tries) that is ended by a space: not every space ends it. */
  readonly spacedList: boolean;
  /** A request line that stands without quotes. */
  readonly bareRequest: boolean;
}

/**
 * Makes a reader for a `log_format`. NGINX escapes quotes inside values (`\x22`, or `\"` with escape=json),
 * so each value runs up to the next literal text of the template; nothing is guessed.
 */
export function compileLogFormat(
  template: string,
  escaping: 'default' | 'json' | 'none' = 'default',
): AccessLogReader {
  const parts = formatParts(template);
  const first = parts[0];
  const lead = first !== undefined && 'literal' in first ? first.literal : '';
  const steps = neededSteps(stepsOf(parts));
  const isJson = escaping === 'json' || template.trimStart().startsWith('{');
  const keys = isJson ? jsonKeys(template) : undefined;
  const fields: AccessFields = new Array(SLOTS).fill(undefined);

  return {
    read(line, context) {
      if (scan(line, lead, steps, fields)) return accessRequest(line, fields, isJson, context);
      // Shippers rewrite JSON with other spacing or key order.
      if (keys !== undefined && jsonFields(line, keys, fields))
        return accessRequest(line, fields, false, context);
      return undefined;
    },
  };
}

function stepsOf(parts: ReturnType<typeof formatParts>): readonly Step[] {
  const names = new Set(parts.flatMap(part => ('variable' in part ? [part.variable] : [])));
  return parts.flatMap((part, at) => {
    if (!('variable' in part)) return [];
    const next = parts[at + 1];
    const before = parts[at - 1];
    const until = next !== undefined && 'literal' in next ? next.literal : undefined;
    const isList = part.variable.startsWith('upstream_') || part.variable.includes('x_forwarded_for');
    const quoted = before !== undefined && 'literal' in before && before.literal.endsWith('"');
    return [
      {
        slot: slotOf(part.variable, names),
        until,
        spacedList: isList && until?.startsWith(' ') === true,
        bareRequest: part.variable === 'request' && !quoted,
      },
    ];
  });
}

/** What follows the last value that is kept is not looked at: a line may be cut there, or end otherwise. */
function neededSteps(steps: readonly Step[]): readonly Step[] {
  return steps.slice(0, steps.findLastIndex(({ slot }) => slot >= 0) + 1);
}

/** The plainer variable yields to the better one when a template has both. */
function slotOf(variable: string, names: ReadonlySet<string>): number {
  if (variable === 'bytes_sent' && names.has('body_bytes_sent')) return -1;
  if (variable === 'uri' && names.has('request_uri')) return -1;
  if (variable === 'http_x_request_id' && names.has('request_id')) return -1;
  return SLOT_OF.get(variable) ?? -1;
}

/** Cuts a line along the template; false when a literal is missing before the status was found. */
function scan(line: string, lead: string, steps: readonly Step[], fields: AccessFields): boolean {
  if (!line.startsWith(lead)) return false;
  fields.fill(undefined);
  let at = lead.length;
  for (const step of steps) {
    const end = step.until === undefined ? line.length : endOfValue(line, at, step, step.until);
    if (end === -1) {
      // The line was cut, or its tail has another form than the template's: what was read still holds.
      return fields[0] !== undefined;
    }
    if (step.slot >= 0 && end > at) fields[step.slot] = line.slice(at, end);
    at = end + (step.until?.length ?? 0);
  }
  return fields[0] !== undefined;
}

function endOfValue(line: string, from: number, step: Step, until: string): number {
  if (step.bareRequest) {
    const version = line.indexOf(' HTTP/', from);
    if (version !== -1) return line.indexOf(until, version + 6);
  }
  let end = line.indexOf(until, from);
  if (!step.spacedList) return end;
  while (end !== -1) {
    const isInside =
      line.charCodeAt(end - 1) === 44 ||
      (line.charCodeAt(end + 1) === 58 && line.charCodeAt(end + 2) === 32) ||
      (line.charCodeAt(end - 1) === 58 && line.charCodeAt(end - 2) === 32);
    if (!isInside || end === from) return end;
    end = line.indexOf(until, end + 1);
  }
  return -1;
}

/** Fills the fields from a line of JSON; `keys` says which variable a key holds. */
export function jsonFields(line: string, keys: ReadonlyMap<string, string>, fields: AccessFields): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return false;
  }
  if (typeof document !== 'object' || document === null) return false;
  fields.fill(undefined);
  for (const [key, value] of Object.entries(document)) {
    const slot = SLOT_OF.get(keys.get(key) ?? '');
    if (slot === undefined || (typeof value !== 'string' && typeof value !== 'number')) continue;
    if (value !== '') fields[slot] = String(value);
  }
  return fields[0] !== undefined;
}
