import { type PatternNode, parsePattern } from './line-pattern-syntax.ts';

/** A pattern of a playbook, ready to be matched. */
export interface LinePattern {
  readonly source: string;
  /** Names of its groups. */
  readonly groups: readonly string[];
  /** Text that every line that fits holds: whatever lacks it is not looked at further. */
  readonly literal: string;
  readonly program: readonly Instruction[];
}

export type PatternCompilation =
  | { readonly ok: true; readonly pattern: LinePattern }
  | { readonly ok: false; readonly problem: string };

type Instruction =
  | { readonly op: 'one'; readonly ranges: readonly number[]; readonly negated: boolean }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'inside' }
  | { readonly op: 'fit' };

/** Longer programs come from counts that multiply, such as `(a{1,100}){1,100}`. */
const LONGEST_PROGRAM = 2_000;
/** Fewer fixed characters than this fit lines that have nothing to do with the cause. */
const SHORTEST_LITERAL = 4;
/** A line is looked at up to here: messages that name a cause do so at their beginning. */
const LONGEST_LINE = 4_096;

/**
 * Makes a pattern ready, or says why it cannot be used. Matching it takes at most (length of the line) times
 * (length of its program) steps, whatever the line says: there are no patterns that hang.
 */
export function compilePattern(source: string): PatternCompilation {
  const parsed = parsePattern(source);
  if (!parsed.ok) return parsed;
  const literal = longestLiteral(parsed.node);
  if (literal.length < SHORTEST_LITERAL)
    return {
      ok: false,
      problem: `holds no ${SHORTEST_LITERAL} fixed characters in a row that every line must have, so lines of another kind would fit: write out a word of the message; alternatives are patterns of their own`,
    };
  const program: Instruction[] = [];
  const fits = emit(parsed.node, parsed.groups, program);
  program.push({ op: 'fit' });
  if (!fits)
    return {
      ok: false,
      problem: `comes to more than ${LONGEST_PROGRAM} steps because its counts multiply: use smaller counts, or + and *`,
    };
  return { ok: true, pattern: { source, groups: parsed.groups, literal, program } };
}

/** False once the program got too long; what was emitted then is of no use. */
function emit(node: PatternNode, groups: readonly string[], program: Instruction[]): boolean {
  if (program.length > LONGEST_PROGRAM) return false;
  switch (node.kind) {
    case 'one':
      program.push({ op: 'one', ranges: node.ranges, negated: node.negated });
      return true;
    case 'edge':
      program.push({ op: 'edge', edge: node.edge });
      return true;
    case 'sequence':
      return node.parts.every(part => emit(part, groups, program));
    case 'group': {
      const slot = 2 * groups.indexOf(node.name);
      program.push({ op: 'save', slot });
      if (!emit(node.inner, groups, program)) return false;
      program.push({ op: 'save', slot: slot + 1 });
      return true;
    }
    case 'choice':
      return emitChoice(node.ways, groups, program);
    case 'repeat':
      return emitRepeat(node, groups, program);
  }
}

function emitChoice(
  ways: readonly PatternNode[],
  groups: readonly string[],
  program: Instruction[],
): boolean {
  const ends: number[] = [];
  for (const [i, way] of ways.entries()) {
    const last = i === ways.length - 1;
    const split = program.length;
    if (!last) program.push({ op: 'fit' });
    if (!emit(way, groups, program)) return false;
    if (last) break;
    ends.push(program.length);
    program.push({ op: 'fit' });
    program[split] = { op: 'split', first: split + 1, second: program.length };
  }
  for (const end of ends) program[end] = { op: 'jump', to: program.length };
  return true;
}

function emitRepeat(
  { inner, least, most, lazy }: Extract<PatternNode, { kind: 'repeat' }>,
  groups: readonly string[],
  program: Instruction[],
): boolean {
  for (let i = 0; i < least; i++) if (!emit(inner, groups, program)) return false;
  const goOrLeave = (at: number, leave: number) => {
    program[at] = lazy
      ? { op: 'split', first: leave, second: at + 1 }
      : { op: 'split', first: at + 1, second: leave };
  };
  if (most === undefined) {
    const split = program.length;
    program.push({ op: 'fit' });
    if (!emit(inner, groups, program)) return false;
    program.push({ op: 'jump', to: split });
    goOrLeave(split, program.length);
    return true;
  }
  const splits: number[] = [];
  for (let i = least; i < most; i++) {
    splits.push(program.length);
    program.push({ op: 'fit' });
    if (!emit(inner, groups, program)) return false;
  }
  for (const split of splits) goOrLeave(split, program.length);
  return true;
}

/** The longest run of fixed characters that no way through the pattern can miss. */
function longestLiteral(node: PatternNode): string {
  let longest = '';
  let run = '';
  const visit = (part: PatternNode): void => {
    if (
      part.kind === 'one' &&
      !part.negated &&
      part.ranges.length === 2 &&
      part.ranges[0] === part.ranges[1]
    ) {
      run += String.fromCharCode(part.ranges[0] as number);
    } else if (part.kind === 'sequence') {
      part.parts.forEach(visit);
      return;
    } else if (part.kind === 'group') {
      visit(part.inner);
      return;
    } else if (part.kind === 'repeat' && part.least > 0) {
      run = '';
      visit(part.inner);
      if (run.length > longest.length) longest = run;
      run = '';
      return;
    } else if (part.kind !== 'edge') run = '';
    if (run.length > longest.length) longest = run;
  };
  visit(node);
  return longest;
}

interface Thread {
  readonly at: number;
  /** Begin and end of each group, -1 where it took no part. */
  readonly saved: readonly number[];
}

/**
 * The named groups of the leftmost fit, those that took part; undefined when the line does not fit.
 *
 * All ways through the pattern are followed at once, character by character, the preferred way first: the same
 * answer as `RegExp` gives, without ever reading a character twice on one way.
 *
 * @param tally counts the steps, for who wants to know what it cost
 */
export function matchLine(
  pattern: LinePattern,
  line: string,
  tally?: { steps: number },
): Readonly<Record<string, string>> | undefined {
  const text = line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) : line;
  if (!text.includes(pattern.literal)) return undefined;
  const nothing: readonly number[] = new Array<number>(2 * pattern.groups.length).fill(-1);
  const run = new Run(pattern.program, text, tally);
  let threads: Thread[] = [];
  let found: readonly number[] | undefined;
  for (let position = 0; position <= text.length; position++) {
    const waiting = run.begin();
    for (const thread of threads) if (run.follow(thread, waiting, position)) break;
    // A later begin is a fit only if no earlier one can still become one.
    if (found === undefined && run.fitted === undefined)
      run.follow({ at: 0, saved: nothing }, waiting, position);
    if (run.fitted !== undefined) found = run.fitted;
    threads = position < text.length ? run.read(waiting, position) : [];
    if (threads.length === 0 && found !== undefined) break;
  }
  return found === undefined ? undefined : groupsOf(pattern.groups, found, text);
}

class Run {
  /** What the preferred way that fits so far saved, at the place that was looked at last. */
  fitted: readonly number[] | undefined;
  readonly #program: readonly Instruction[];
  readonly #text: string;
  readonly #tally: { steps: number } | undefined;
  readonly #seen: Int32Array;
  #round = 0;

  constructor(program: readonly Instruction[], text: string, tally: { steps: number } | undefined) {
    this.#program = program;
    this.#text = text;
    this.#tally = tally;
    this.#seen = new Int32Array(program.length);
  }

  begin(): Thread[] {
    this.#round++;
    this.fitted = undefined;
    return [];
  }

  /** Goes on without reading, adds to `waiting` what wants a character; true when the pattern fits here. */
  follow(thread: Thread, waiting: Thread[], position: number): boolean {
    const open = [thread];
    for (let now = open.pop(); now !== undefined; now = open.pop()) {
      const { at, saved } = now;
      if (this.#seen[at] === this.#round) continue;
      this.#seen[at] = this.#round;
      if (this.#tally) this.#tally.steps++;
      const step = this.#program[at] as Instruction;
      if (step.op === 'one') waiting.push(now);
      else if (step.op === 'jump') open.push({ at: step.to, saved });
      else if (step.op === 'save') open.push({ at: at + 1, saved: saved.with(step.slot, position) });
      else if (step.op === 'split') open.push({ at: step.second, saved }, { at: step.first, saved });
      else if (step.op === 'edge') {
        if (holds(step.edge, this.#text, position)) open.push({ at: at + 1, saved });
      } else {
        this.fitted = saved;
        return true;
      }
    }
    return false;
  }

  read(waiting: readonly Thread[], position: number): Thread[] {
    const unit = this.#text.charCodeAt(position);
    const next: Thread[] = [];
    for (const { at, saved } of waiting) {
      const step = this.#program[at] as Extract<Instruction, { op: 'one' }>;
      if (inRanges(step.ranges, unit) !== step.negated) next.push({ at: at + 1, saved });
    }
    return next;
  }
}

function inRanges(ranges: readonly number[], unit: number): boolean {
  for (let i = 0; i < ranges.length; i += 2)
    if (unit >= (ranges[i] as number) && unit <= (ranges[i + 1] as number)) return true;
  return false;
}

function holds(edge: 'start' | 'end' | 'word' | 'inside', text: string, position: number): boolean {
  if (edge === 'start') return position === 0;
  if (edge === 'end') return position === text.length;
  const isWord = (at: number) => /\w/.test(text.charAt(at));
  return (isWord(position - 1) !== isWord(position)) === (edge === 'word');
}

function groupsOf(names: readonly string[], saved: readonly number[], text: string): Record<string, string> {
  const groups: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    const from = saved[2 * i] as number;
    if (from >= 0) groups[name] = text.slice(from, saved[2 * i + 1]);
  }
  return groups;
}
