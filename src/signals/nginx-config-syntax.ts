/** One directive of an NGINX configuration file. `children` is there when it opens a block. */
export interface NginxDirective {
  readonly name: string;
  readonly args: readonly string[];
  /** The physical line that the directive begins on, verbatim. */
  readonly lineText: string;
  readonly children?: readonly NginxDirective[];
}

export interface NginxFile {
  /** As `nginx -T` names it; empty for a text without such headers. */
  readonly path: string;
  readonly directives: readonly NginxDirective[];
}

/** Blocks nested deeper than this are read over: NGINX itself knows http, server, location and few more. */
const MAX_DEPTH = 64;
const LINE_CAP = 65_536;

/**
 * Splits the output of `nginx -T` at its `# configuration file PATH:` headers and parses each file by the
 * rules of NGINX's own reader (ngx_conf_file.c): quotes only at the start of a word, backslash escapes,
 * `${name}` inside words, comments only between words. Never fails: what is cut off or unbalanced is closed.
 */
export function parseNginxFiles(text: string): readonly NginxFile[] {
  const files: { path: string; from: number; to: number }[] = [];
  const header = /^# configuration file ([^\r\n]{1,4096}):\r?$/gm;
  for (let match = header.exec(text); match !== null; match = header.exec(text)) {
    const last = files.at(-1);
    if (last) last.to = match.index;
    files.push({ path: match[1] ?? '', from: match.index + match[0].length, to: text.length });
  }
  if (files.length === 0) files.push({ path: '', from: 0, to: text.length });
  return files.map(({ path, from, to }) => ({ path, directives: parse(text.slice(from, to)) }));
}

interface OpenBlock {
  readonly children: NginxDirective[];
}

function parse(text: string): readonly NginxDirective[] {
  const scanner = new Scanner(text);
  const root: OpenBlock = { children: [] };
  const stack: OpenBlock[] = [root];
  let ignoredDepth = 0;
  let words: string[] = [];
  let lineText = '';
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
    if (typeof token === 'object') {
      if (words.length === 0) lineText = scanner.currentLine();
      words.push(token.word);
      continue;
    }
    const [name, ...args] = words;
    words = [];
    const open = stack.at(-1) ?? root;
    if (token === '}') {
      if (ignoredDepth > 0) ignoredDepth--;
      else if (stack.length > 1) stack.pop();
    } else if (token === '{' && name?.endsWith('_by_lua_block')) {
      scanner.skipLua();
    } else if (token === '{' && (ignoredDepth > 0 || stack.length > MAX_DEPTH)) {
      ignoredDepth++;
    } else if (token === '{') {
      const block: OpenBlock = { children: [] };
      open.children.push({ name: name ?? '', args, lineText, children: block.children });
      stack.push(block);
    } else if (name !== undefined && ignoredDepth === 0) {
      open.children.push({ name, args, lineText });
    }
  }
  return root.children;
}

type Token = '{' | '}' | ';' | { readonly word: string };

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const APOSTROPHE = 39;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

class Scanner {
  readonly #text: string;
  #at = 0;
  #lineStart = 0;
  #lineEnd: number;

  constructor(text: string) {
    this.#text = text;
    this.#lineEnd = this.#newlineFrom(0);
  }

  /** The line on which the last word began. */
  currentLine(): string {
    const end = Math.min(this.#lineEnd, this.#lineStart + LINE_CAP);
    const line = this.#text.slice(this.#lineStart, end);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  next(): Token | undefined {
    const text = this.#text;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === HASH) this.#at = this.#newlineFrom(this.#at) - 1;
      else if (!isSpace(code)) break;
    }
    if (this.#at >= text.length) return undefined;
    const code = text.charCodeAt(this.#at);
    if (code === OPEN || code === CLOSE || code === SEMICOLON) {
      this.#at++;
      return code === OPEN ? '{' : code === CLOSE ? '}' : ';';
    }
    this.#startLine();
    return { word: code === QUOTE || code === APOSTROPHE ? this.#quoted(code) : this.#bare() };
  }

  /** Skips Lua code up to the bracket that closes its block; strings and comments may hold brackets. */
  skipLua(): void {
    const text = this.#text;
    for (let depth = 1; this.#at < text.length && depth > 0; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === OPEN) depth++;
      else if (code === CLOSE) depth--;
      else if (text.startsWith('--[[', this.#at)) this.#at = this.#after(']]', this.#at + 4) - 1;
      else if (text.startsWith('--', this.#at)) this.#at = this.#newlineFrom(this.#at) - 1;
      else if (text.startsWith('[[', this.#at)) this.#at = this.#after(']]', this.#at + 2) - 1;
      else if (code === QUOTE || code === APOSTROPHE) this.#at = this.#endOfLuaString(code);
    }
  }

  #startLine(): void {
    while (this.#lineEnd < this.#at) {
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = this.#newlineFrom(this.#lineStart);
    }
  }

  #newlineFrom(from: number): number {
    const newline = this.#text.indexOf('\n', from);
    return newline < 0 ? this.#text.length : newline;
  }

  #after(mark: string, from: number): number {
    const found = this.#text.indexOf(mark, from);
    return found < 0 ? this.#text.length : found + mark.length;
  }

  /** A Lua string ends on its own line; a lone apostrophe must not swallow the rest of the file. */
  #endOfLuaString(quote: number): number {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === quote) return at;
      else if (code === NEWLINE) return at - 1;
    }
    return this.#text.length;
  }

  #quoted(quote: number): string {
    const start = ++this.#at;
    while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) !== quote) {
      this.#at += this.#text.charCodeAt(this.#at) === BACKSLASH ? 2 : 1;
    }
    const end = Math.min(this.#at, this.#text.length);
    this.#at = end + 1;
    return resolveEscapes(this.#text.slice(start, end));
  }

  #bare(): string {
    const start = this.#at;
    let afterDollar = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (isSpace(code) || code === SEMICOLON || (code === OPEN && !afterDollar)) break;
      if (code === BACKSLASH) this.#at++;
      afterDollar = code === DOLLAR;
    }
    this.#at = Math.min(this.#at, this.#text.length);
    return resolveEscapes(this.#text.slice(start, this.#at));
  }
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === RETURN || code === NEWLINE;
}

/** NGINX resolves these escapes only; every other backslash stays for the regex it is part of. */
function resolveEscapes(word: string): string {
  if (!word.includes('\\')) return word;
  return word.replace(/\\(["'\\trn])/g, (_, escaped: string) =>
    escaped === 't' ? '\t' : escaped === 'r' ? '\r' : escaped === 'n' ? '\n' : escaped,
  );
}
