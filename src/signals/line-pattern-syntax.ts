/**
 * The pattern language of playbooks: the part of regular expressions that a line can be read by once, from left
 * to right, without ever going back. What would need going back (back-references, looking around) is refused.
 */
export type PatternNode =
  /** One UTF-16 unit inside (or, negated, outside) any of the ranges `[from, to, from, to, …]`. */
  | { readonly kind: 'one'; readonly ranges: readonly number[]; readonly negated: boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly ways: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly inner: PatternNode;
      readonly least: number;
      /** Undefined: as often as it goes. */
      readonly most: number | undefined;
      readonly lazy: boolean;
    }
  | { readonly kind: 'group'; readonly name: string; readonly inner: PatternNode }
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'inside' };

export type PatternParse =
  | { readonly ok: true; readonly node: PatternNode; readonly groups: readonly string[] }
  /** What is wrong, where, and what to write instead. */
  | { readonly ok: false; readonly problem: string };

const DIGITS = [48, 57];
const WORDS = [48, 57, 65, 90, 95, 95, 97, 122];
/** What `\s` is in JavaScript. */
const BLANKS = [
  9, 13, 32, 32, 160, 160, 5760, 5760, 8192, 8202, 8232, 8233, 8239, 8239, 8287, 8287, 12288, 12288, 65279,
  65279,
];
const LINE_ENDS = [10, 10, 13, 13, 8232, 8233];
const SETS: Readonly<Record<string, readonly number[]>> = { d: DIGITS, w: WORDS, s: BLANKS };
const PUNCTUATION = /^[!-/:-@[-`{-~ ]$/;
const LONGEST_PATTERN = 400;

class Refusal extends Error {}

/** Reads a pattern; never throws. */
export function parsePattern(source: string): PatternParse {
  if (source.length > LONGEST_PATTERN)
    return {
      ok: false,
      problem: `has ${source.length} characters, and at most ${LONGEST_PATTERN} are read: shorten it to the words that tell the message from others`,
    };
  const parser = new Parser(source);
  try {
    const node = parser.all();
    return { ok: true, node, groups: parser.groups };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.message };
    throw error;
  }
}

class Parser {
  readonly groups: string[] = [];
  readonly #source: string;
  #at = 0;
  /** Named groups inside a repetition would keep only their last round. */
  #named = 0;

  constructor(source: string) {
    this.#source = source;
  }

  all(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#source.length)
      throw this.#refuse('")" closes a group that was never opened; write \\) for the character itself');
    return node;
  }

  #choice(): PatternNode {
    const ways = [this.#sequence()];
    while (this.#take('|')) ways.push(this.#sequence());
    return ways.length === 1 ? (ways[0] as PatternNode) : { kind: 'choice', ways };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')')
      parts.push(this.#repeated());
    return parts.length === 1 ? (parts[0] as PatternNode) : { kind: 'sequence', parts };
  }

  #repeated(): PatternNode {
    const named = this.#named;
    const inner = this.#atom();
    const times = this.#times();
    if (times === undefined) return inner;
    if (inner.kind === 'edge') throw this.#refuse('a place in the line (^, $, \\b) cannot be repeated');
    if (this.#named > named && times.most !== 1)
      throw this.#refuse(
        'a named group stands inside a repetition and would keep only its last round: take it out of the repetition',
      );
    if (mayBeEmpty(inner))
      throw this.#refuse('it repeats something that may be empty, such as (a*)*: write it once, as a*');
    const lazy = this.#take('?');
    if (/^[*+?]/.test(this.#peek()))
      throw this.#refuse(`"${this.#peek()}" repeats a repetition: keep one of the two`);
    return { kind: 'repeat', inner, ...times, lazy };
  }

  #times(): { least: number; most: number | undefined } | undefined {
    if (this.#take('*')) return { least: 0, most: undefined };
    if (this.#take('+')) return { least: 1, most: undefined };
    if (this.#take('?')) return { least: 0, most: 1 };
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#source.slice(this.#at, this.#at + 12));
    if (counted === null) {
      if (this.#peek() === '{')
        throw this.#refuse('"{" stands for a count such as {2,5}; write \\{ for the character itself');
      return undefined;
    }
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === '' ? undefined : Number(counted[3]);
    if (most !== undefined && (most < least || most === 0))
      throw this.#refuse(`${counted[0]} can never fit: the second number must be at least the first, and 1`);
    return { least, most };
  }

  #atom(): PatternNode {
    const character = this.#peek();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        this.#at++;
        return { kind: 'one', ranges: LINE_ENDS, negated: true };
      case '^':
      case '$':
        this.#at++;
        return { kind: 'edge', edge: character === '^' ? 'start' : 'end' };
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.#refuse(
          `"${character}" has nothing to repeat; write \\${character} for the character itself`,
        );
      case '\\':
        return this.#escape();
      default:
        this.#at++;
        return literal(character);
    }
  }

  #group(): PatternNode {
    const opened = this.#at;
    this.#at++;
    let name: string | undefined;
    if (this.#take('?')) {
      const named = /^<([A-Za-z][A-Za-z0-9_]{0,30})>/.exec(this.#source.slice(this.#at));
      if (/^(?:[=!]|<[=!])/.test(this.#source.slice(this.#at)))
        throw this.#refuse(
          'it looks ahead or behind, which a line read once from left to right cannot do: write what must stand there as a part of the pattern',
        );
      if (named) {
        name = named[1] as string;
        this.#at += named[0].length;
        if (this.groups.includes(name))
          throw this.#refuse(`two groups are named "${name}": give each a name of its own`);
        this.groups.push(name);
        this.#named++;
      } else if (!this.#take(':'))
        throw this.#refuse('"(?" begins (?:…) or (?<name>…) here, and nothing else is known');
    }
    const inner = this.#choice();
    if (!this.#take(')')) {
      this.#at = opened;
      throw this.#refuse(
        'a group is opened and never closed: add ")", or write \\( for the character itself',
      );
    }
    return name === undefined ? inner : { kind: 'group', name, inner };
  }

  #class(): PatternNode {
    const opened = this.#at;
    this.#at++;
    const negated = this.#take('^');
    const ranges: number[] = [];
    while (this.#peek() !== ']') {
      if (this.#at >= this.#source.length) {
        this.#at = opened;
        throw this.#refuse('"[" is never closed: add "]", or write \\[ for the character itself');
      }
      const from = this.#member();
      if (typeof from !== 'number') {
        ranges.push(...from);
        continue;
      }
      const isRange = this.#peek() === '-' && this.#source[this.#at + 1] !== ']';
      if (isRange) this.#at++;
      const to = isRange ? this.#member() : from;
      if (typeof to !== 'number' || to < from)
        throw this.#refuse('a range in [ ] must go from a lower to a higher character, such as [a-z]');
      ranges.push(from, to);
    }
    this.#at++;
    if (ranges.length === 0)
      throw this.#refuse('"[]" fits no character at all: put some between the brackets');
    return { kind: 'one', ranges, negated };
  }

  /** One member of a class: a character's unit, or the ranges of \d, \w, \s. */
  #member(): number | readonly number[] {
    const unit = this.#source.charCodeAt(this.#at);
    if (unit >= 0xd800 && unit <= 0xdfff)
      throw this.#refuse('a character beyond U+FFFF cannot stand in [ ]: write it outside, or leave it out');
    this.#at++;
    if (unit !== 92) return unit;
    const escaped = this.#peek();
    const set = SETS[escaped];
    if (set !== undefined) {
      this.#at++;
      return set;
    }
    const literalUnit = this.#escapedUnit();
    if (literalUnit === undefined) throw this.#refuse(`\\${escaped} is not known in [ ]${ESCAPES}`);
    return literalUnit;
  }

  #escape(): PatternNode {
    this.#at++;
    const escaped = this.#peek();
    const set = SETS[escaped.toLowerCase()];
    if (set !== undefined && escaped !== '') {
      this.#at++;
      return { kind: 'one', ranges: set, negated: escaped !== escaped.toLowerCase() };
    }
    if (this.#take('b')) return { kind: 'edge', edge: 'word' };
    if (this.#take('B')) return { kind: 'edge', edge: 'inside' };
    if (/[1-9k]/.test(escaped))
      throw this.#refuse(
        `\\${escaped} refers back to an earlier group, which a line read once from left to right cannot do: write out what must stand there`,
      );
    const unit = this.#escapedUnit();
    if (unit === undefined) throw this.#refuse(`\\${escaped} is not known${ESCAPES}`);
    return { kind: 'one', ranges: [unit, unit], negated: false };
  }

  #escapedUnit(): number | undefined {
    const escaped = this.#peek();
    if (escaped === 't') {
      this.#at++;
      return 9;
    }
    if (!PUNCTUATION.test(escaped)) return undefined;
    this.#at++;
    return escaped.charCodeAt(0);
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #refuse(problem: string): Refusal {
    return new Refusal(`cannot be used, at character ${this.#at + 1}: ${problem}`);
  }
}

const ESCAPES = '; known are \\d \\w \\s \\D \\W \\S \\b \\B \\t and a backslash before punctuation';

const literal = (character: string): PatternNode => {
  const unit = character.charCodeAt(0);
  return { kind: 'one', ranges: [unit, unit], negated: false };
};

function mayBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'one':
      return false;
    case 'edge':
      return true;
    case 'sequence':
      return node.parts.every(mayBeEmpty);
    case 'choice':
      return node.ways.some(mayBeEmpty);
    case 'repeat':
      return node.least === 0 || mayBeEmpty(node.inner);
    case 'group':
      return mayBeEmpty(node.inner);
  }
}
