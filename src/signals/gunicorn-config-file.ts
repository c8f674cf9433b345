/** A value as a configuration file writes it; `computed` for anything that only running it could tell. */
export type ConfigValue = number | string | boolean | readonly string[] | 'computed';

interface ConfigAssignment {
  /** `literal` false: the value depends on something else, `value` is then `computed`. */
  readonly literal: boolean;
  readonly value: ConfigValue;
  /** The physical line the assignment begins on. */
  readonly lineText: string;
}

interface ConfigFile {
  /** The last top-level assignment of each name, since anything that may have replaced them all. */
  readonly assignments: ReadonlyMap<string, ConfigAssignment>;
  /** False when names may come from elsewhere (`import *`, `globals()`, `exec`) or the text is cut off. */
  readonly complete: boolean;
}

const BRANCH = /^(?:if|elif|else|for|while|with|try|except|finally|match|case|async\s+(?:for|with))\b/;
const DEFINITION = /^(?:def|class|async\s+def)\b/;

/**
 * Reads gunicorn.conf.py as text, without running it: plain assignments of literals give values, anything
 * else (calls, conditions, other names) gives `computed`. Assignments inside functions are not settings.
 */
export function readConfigFile(text: string): ConfigFile {
  const assignments = new Map<string, ConfigAssignment>();
  let complete = true;
  let inside: 'nothing' | 'branch' | 'definition' = 'nothing';
  for (const statement of statementsOf(text)) {
    if (!statement.closed) complete = false;
    const code = statement.code.trim();
    if (code === '') continue;
    if (!statement.indented && !statement.joined) {
      inside = DEFINITION.test(code) ? 'definition' : BRANCH.test(code) ? 'branch' : 'nothing';
    }
    if (inside === 'definition') continue;
    if (/^from\s+\S+\s+import\s*\(?\s*\*/.test(code) || /^(?:exec|globals|locals|vars)\s*\(/.test(code)) {
      complete = false;
      assignments.clear();
      continue;
    }
    for (const [name, value] of assignmentsOf(code)) {
      const known = value === undefined || inside === 'branch' ? undefined : literal(value);
      const { lineText } = statement;
      assignments.set(
        name,
        known === undefined ? computed(lineText) : { literal: true, value: known, lineText },
      );
    }
  }
  return { assignments, complete };
}

function computed(lineText: string): ConfigAssignment {
  return { literal: false, value: 'computed', lineText };
}

/** Names that a statement binds, with the text of the value where it is a plain `name = value`. */
function assignmentsOf(code: string): readonly (readonly [string, string | undefined])[] {
  const imported = /^(?:from\s+\S+\s+)?import\s+([\w\s,.()]{1,2000})$/.exec(code)?.[1];
  if (imported !== undefined) {
    return imported.split(',').map(part => [/(\w+)[\s()]*$/.exec(part.slice(-200))?.[1] ?? '', undefined]);
  }
  const names: string[] = [];
  let rest = BRANCH.test(code) ? code.slice(code.lastIndexOf(':') + 1).trimStart() : code;
  // `a = b = 4` binds both; an annotation may stand between the name and its value.
  for (;;) {
    const target = /^([A-Za-z_]\w{0,80})\s*(?::[^=]{1,200})?=(?!=)\s*/.exec(rest);
    if (target?.[1] === undefined) break;
    names.push(target[1]);
    rest = rest.slice(target[0].length);
  }
  if (names.length > 0) return names.map(name => [name, rest]);
  const changed = /^([A-Za-z_]\w{0,80})\s*(?:[-+*/%|&^]|\/\/|\*\*|>>|<<)=/.exec(rest)?.[1];
  if (changed !== undefined) return [[changed, undefined]];
  const several = /^\(?\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+)\s*,?\s*\)?\s*=(?!=)/.exec(
    rest.slice(0, 2000),
  )?.[1];
  return several === undefined ? [] : several.split(',').map(name => [name.trim(), undefined]);
}

function literal(value: string): Exclude<ConfigValue, 'computed'> | undefined {
  const text = value.trim();
  if (text.length > 10_000) return undefined;
  if (text === 'True' || text === 'False') return text === 'True';
  const number = integer(text);
  if (number !== undefined) return number;
  const quoted = stringLiteral(text);
  if (quoted !== undefined) return quoted;
  const call = /^(int|str)\((.{1,200})\)$/.exec(text);
  if (call?.[2] !== undefined) {
    const argument = stringLiteral(call[2].trim()) ?? integer(call[2].trim());
    return argument === undefined
      ? undefined
      : call[1] === 'str'
        ? String(argument)
        : integer(String(argument));
  }
  const list = /^[[(]([^[\]()]{0,10000})[\])]$/.exec(text)?.[1];
  if (list === undefined) return undefined;
  const items = list.split(',').map(item => item.trim());
  // ("a") is a string in brackets, ("a",) a tuple; both name the same listeners.
  if (items.at(-1) === '') items.pop();
  const strings = items.map(stringLiteral);
  return strings.every(item => item !== undefined) ? strings : undefined;
}

/** A whole number, or sums of products of them (`60 * 5`, `2 * 2 + 1`). */
function integer(text: string): number | undefined {
  if (!/^[-+]?\d[\d_+* ]{0,60}$/.test(text)) return undefined;
  let total = 0;
  for (const [index, term] of text.replace(/^\+/, '').split('+').entries()) {
    let product = 1;
    for (const factor of term.split('*')) {
      const digits = factor.trim();
      if (!(index === 0 ? /^-?\d[\d_]*$/ : /^\d[\d_]*$/).test(digits)) return undefined;
      product *= Number(digits.replaceAll('_', ''));
    }
    total += product;
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

function stringLiteral(text: string): string | undefined {
  const match = /^([rRuUbB]?)('''|"""|'|")([\s\S]*)$/.exec(text);
  const quote = match?.[2];
  const rest = match?.[3];
  if (quote === undefined || rest === undefined || !rest.endsWith(quote)) return undefined;
  const inner = rest.slice(0, rest.length - quote.length);
  // A quote inside means two literals side by side or an escape; a backslash may mean anything.
  return inner.includes(quote) || (inner.includes('\\') && !/^r$/i.test(match?.[1] ?? ''))
    ? undefined
    : inner;
}

interface Statement {
  readonly code: string;
  readonly indented: boolean;
  /** Stands after a `;` on the same line: still part of a one-line `if x: a = 1; b = 2`. */
  readonly joined: boolean;
  readonly lineText: string;
  readonly closed: boolean;
}

/** Python's logical lines: brackets, triple quotes and backslashes join lines, `;` splits them, comments go. */
function* statementsOf(text: string): Generator<Statement> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const lineText = text
      .slice(start, newline < 0 ? text.length : newline)
      .replace(/\r$/, '')
      .slice(0, 65_536);
    const indented = /^[ \t]/.test(lineText);
    const parts: string[] = [];
    let depth = 0;
    let from = start;
    let at = start;
    let closed = true;
    let joined = false;
    const take = () => parts.push(text.slice(from, at));
    for (; at < text.length; at++) {
      const char = text[at];
      if (char === '#') {
        take();
        const end = text.indexOf('\n', at);
        at = (end < 0 ? text.length : end) - 1;
        from = at + 1;
      } else if (char === '"' || char === "'") {
        at = endOfString(text, at) - 1;
      } else if (char === '(' || char === '[' || char === '{') depth++;
      else if (char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
      else if (char === '\\' && (text[at + 1] === '\n' || text[at + 1] === '\r')) {
        take();
        at += text[at + 1] === '\r' ? 2 : 1;
        from = at + 1;
      } else if (char === ';' && depth === 0) {
        take();
        yield { code: parts.splice(0).join(''), indented, joined, lineText, closed };
        joined = true;
        from = at + 1;
      } else if (char === '\n' && depth === 0) break;
    }
    if (depth > 0) closed = false;
    at = Math.min(at, text.length);
    take();
    yield { code: parts.join(''), indented, joined, lineText, closed };
    start = at + 1;
  }
}

function endOfString(text: string, start: number): number {
  const quote = text[start] ?? '';
  const triple = text.startsWith(quote.repeat(3), start);
  const mark = triple ? quote.repeat(3) : quote;
  for (let at = start + mark.length; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '\n' && !triple) return at;
    else if (char === quote && text.startsWith(mark, at)) return at + mark.length;
  }
  return text.length;
}
