/** Something wrong in a `staunch.yml`, with its place in the file. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the data: `servers.web-1.port`, `services.checkout.servers[1]`; empty for the whole file. */
  readonly path: string;
  /** For people: what is there and what was expected. It begins with the path. */
  readonly message: string;
}

/** The problem as one line in the form editors and terminals make clickable: `FILE:LINE:COLUMN: message`. */
export function problemText(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** A step into the data: a field's name or a place in a list. */
export type PathStep = string | number;

/** A broken reference: where it stands and what is wrong; the reader adds line and column. */
export interface ReferenceFault {
  readonly path: readonly PathStep[];
  readonly message: string;
}

/** `['servers', 'web-1', 'port']` as `servers.web-1.port`; odd keys are quoted: `upstreams["10.0.0.5:80"]`. */
export function pathText(path: readonly PathStep[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z0-9_-]{1,80}$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${valueText(step)}]`;
  }
  return text;
}

const LONGEST_VALUE = 60;

/** A value as it is shown in a message: one line, cut, so that a pasted key does not land in a log. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value !== 'string') return String(value);
  const firstLine = value.split(/[\r\n]/, 1)[0]!;
  const shown = firstLine.slice(0, LONGEST_VALUE);
  return JSON.stringify(shown) + (shown.length < value.length ? '…' : '');
}

/** `; did you mean web-1 or web-2?`, or else what there is to choose from. */
export function suggestionText(nearest: readonly string[], known: readonly string[], kind: string): string {
  if (nearest.length > 0) return `; did you mean ${nearest.join(' or ')}?`;
  if (known.length === 0) return `; no ${kind} is defined`;
  const shown = known.slice(0, 8).join(', ');
  return `; there ${known.length === 1 ? 'is' : 'are'} ${shown}${known.length > 8 ? ' and others' : ''}`;
}
