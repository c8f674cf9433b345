/** One step of a `log_format`: literal text, or a variable whose value runs up to the next literal. */
export type FormatPart = { readonly literal: string } | { readonly variable: string };

/** The format that NGINX uses when `access_log` names none. */
export const COMBINED_FORMAT =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

const VARIABLE = /\$(?:\{(\w{1,80})\}|(\w{1,80}))/g;

/** Takes a `log_format` template apart. Two variables without text between them cannot be told apart. */
export function formatParts(template: string): readonly FormatPart[] {
  const parts: FormatPart[] = [];
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ literal: template.slice(end, match.index) });
    const name = match[1] ?? match[2] ?? '';
    const last = parts.at(-1);
    if (last !== undefined && 'variable' in last)
      parts[parts.length - 1] = { variable: `${last.variable}+${name}` };
    else parts.push({ variable: name });
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push({ literal: template.slice(end) });
  return parts;
}

// Spaces inside a value, as awk counts fields: `22/Nov/2026:10:13:15 +0000` is two, a request line three.
const FIELDS_OF: Readonly<Record<string, number>> = { time_local: 2, request: 3 };

/**
 * Where the status stands, in the words of the read script: `after-request` (right after the quoted request,
 * which is the first quoted text), `json:NAME` (the value of that key) or `field:N` (N-th word, from 1).
 */
export function statusPlace(template: string, escaping: string): string {
  if (escaping === 'json' || template.trimStart().startsWith('{')) {
    const key = /"([^"\\$]{1,100})"\s{0,8}:\s{0,8}"?\$(?:status\b|\{status\})/.exec(template);
    if (key !== null) return `json:${key[1]}`;
  }
  const firstQuote = template.indexOf('"');
  const plain = template.replaceAll(/\$\{(request|status)\}/g, '$$$1');
  if (firstQuote !== -1 && plain.startsWith('"$request" $status', firstQuote)) return 'after-request';
  let field = 1;
  for (const part of formatParts(template)) {
    if ('literal' in part) field += spaceRuns(part.literal);
    else if (part.variable === 'status') return `field:${field}`;
    else field += (FIELDS_OF[part.variable] ?? 1) - 1;
  }
  return 'after-request';
}

function spaceRuns(literal: string): number {
  return literal.match(/[ \t]+/g)?.length ?? 0;
}

/**
 * How the read script may tell a good answer by a few looks, as the words of its argument; none where it must look at
 * each line as a whole. `plain`: the format lists no tries, among which a failed one could hide. `tries:TEXT`: it lists
 * them in quotes, behind this text. In both nothing but the status stands between a quote with a space and a space, and
 * no value can hold a quote.
 */
export function goodAnswerForm(template: string, escaping: string): readonly [] | readonly [string] {
  if (escaping !== 'default' || !template.includes('"$request" $status ')) return [];
  if (template.split(/" \$/).length !== 2) return [];
  if (!/\$\{?upstream_/.test(template)) return ['plain'];
  const before = /([A-Za-z0-9_=:-]{2,60}")\$upstream_status"/.exec(template)?.[1];
  if (before === undefined || template.split(before).length !== 2) return [];
  return [`tries:${before}`];
}

/** JSON key to variable name, from a template such as `{"ts":"$time_iso8601","status":$status}`. */
export function jsonKeys(template: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const match of template.matchAll(
    /"([^"\\$]{1,100})"\s{0,8}:\s{0,8}"?\$(?:\{(\w{1,80})\}|(\w{1,80}))/g,
  )) {
    keys.set(match[1]!, match[2] ?? match[3]!);
  }
  return keys;
}
