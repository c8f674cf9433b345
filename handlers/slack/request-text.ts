import type { Window } from '../../src/collectors/question.ts';
import { nearestNames } from '../../src/inventory/nearest-name.ts';
import { plainText } from './plain-text.ts';
import { readTime, TIME_WORDS, type TimeReading } from './time-words.ts';
import type { WallZone } from './wall-time.ts';

/** What somebody asks for in words. */
export type RequestReading =
  | {
      readonly kind: 'diagnose';
      /** A service, server or group, as typed; absent when none was named. Whether it exists is not known here. */
      readonly target?: string;
      readonly window: Window;
      /** The window in plain words: `the last 30m`, `2026-11-21 02:05 to 02:20 (Europe/Berlin)`. */
      readonly said: string;
    }
  | { readonly kind: 'help' }
  /** `problem` is plain text that may hold what was typed; `example` is a whole command to type instead. */
  | { readonly kind: 'not-understood'; readonly problem: string; readonly example: string };

/** When and by whom it was typed. */
export interface RequestSetting extends WallZone {
  /** Names of services, servers and groups: with them a misspelt `since` is told from a misspelt service. */
  readonly names?: Iterable<string>;
}

const COMMAND = '/diagnose-502';
const LONGEST_REQUEST = 300;
/** The command's own name, and words around it that say nothing about what or when. */
const OPENING = /^(?:\/?diagnose(?:-502s?)?|\/?staunch|502s?)$/;
const HELP = /^(?:-{0,2}help|-h|usage|\?)$/;
const PLEASE = /^(?:please|pls|thanks)$/i;
const FILLER = /^(?:for|on|of|in|about|the|at|during|over|within)$/;
const TIME_WORD =
  /^(?:since|last|past|previous|from|between|after|until|till|to|yesterday|today|tomorrow|now|an?|half|\d{1,6}(?:\.\d)?|\d{1,6}(?:\.\d)?(?:s|m|h|d|w|sec|min|hr|day|week|second|minute|hour)s?(?:\d{1,6}[a-z]{0,7})?|\d{1,2}(?::\d\d)?[ap]m.{0,10}|\d{1,2}:\d\d.{0,40}|\d{4}-\d\d-\d\d.{0,40})$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;
const KEYWORDS = [...TIME_WORDS, 'help', 'diagnose'];

/**
 * Reads what follows `/diagnose-502`, or the text of a mention: what to look at, then when. Nothing at all is
 * a request too: for the channel's service and the last two hours. An example is always one that is understood.
 */
export function readRequest(text: string, setting: RequestSetting): RequestReading {
  const listed = { ...setting, names: setting.names && [...setting.names].map(name => name.toLowerCase()) };
  const reading = readWords(text, listed);
  if (reading.kind !== 'not-understood') return reading;
  if (readWords(reading.example, listed).kind !== 'not-understood') return reading;
  return { ...reading, example: `${COMMAND} since 30m` };
}

interface Setting extends WallZone {
  readonly names: readonly string[] | undefined;
}

function readWords(text: string, setting: Setting): RequestReading {
  const plain = plainText(text).trim();
  if (plain.length > LONGEST_REQUEST)
    return no('That is more than Staunch reads as a request: say what to look at and since when.', setting);
  const words = wordsOf(plain);
  const opening = words.findIndex(word => !OPENING.test(word.toLowerCase()));
  const asked = opening < 0 ? [] : words.slice(opening);
  if (HELP.test((asked[0] ?? '').toLowerCase())) return { kind: 'help' };
  if (asked.length === 0 && plain !== '' && words.length === 0)
    return no(`“${shown([plain])}” says neither what to look at nor when.`, setting);
  if (asked.length === 0) return answered(readTime('', setting), setting);

  const start = asked.findIndex(word => !FILLER.test(word.toLowerCase()));
  const first = asked[start];
  if (first === undefined) return no(`“${shown(asked)}” says neither what to look at nor when.`, setting);
  // A name that is registered is a name, even where it looks like a time.
  const registered = setting.names?.includes(first.toLowerCase()) === true;
  return isTime(first) && !registered ? timeFirst(asked, setting) : targetFirst(asked.slice(start), setting);
}

function targetFirst([target = '', ...rest]: readonly string[], setting: Setting): RequestReading {
  if (/^#[CG][A-Z0-9]{5,}$/.test(target))
    return no('A channel cannot be diagnosed: name a service, a server or a group.', setting);
  const name = target.replace(/^#/, '');
  if (!NAME.test(name))
    return no(`“${shown([target])}” is not a name that a service, server or group can have.`, setting);
  const meant = misspelt(name, rest, setting.names);
  if (meant !== undefined)
    return no(
      `“${name}” is not known here; did you mean ${meant}?`,
      setting,
      meant === 'help' ? 'help' : [meant, ...rest].join(' '),
    );
  const next = rest.find(word => !FILLER.test(word.toLowerCase()));
  if (next !== undefined && !isTime(next)) return strangeWord(name, next, rest, setting);
  return answered(readTime(sentence(rest), setting), setting, name);
}

/** The name may follow the time: `since 30m checkout`, `the last hour on checkout`. */
function timeFirst(asked: readonly string[], setting: Setting): RequestReading {
  const whole = readTime(sentence(asked), setting);
  const last = (asked.at(-1) ?? '').replace(/^#/, '');
  if (whole.ok || asked.length < 2 || isTime(last) || !NAME.test(last)) return answered(whole, setting);
  const before = asked.slice(0, FILLER.test((asked.at(-2) ?? '').toLowerCase()) ? -2 : -1);
  const time = readTime(sentence(before), setting);
  return time.ok ? answered(time, setting, last) : answered(whole, setting);
}

function answered(time: TimeReading, setting: Setting, target?: string): RequestReading {
  if (!time.ok) return no(time.problem, setting, `${exampleName(target, setting)}${time.example}`);
  return { kind: 'diagnose', ...(target !== undefined && { target }), window: time.window, said: time.said };
}

function no(problem: string, setting: Setting, example?: string): RequestReading {
  const words = example ?? `${setting.names?.[0] ?? 'checkout'} since 30m`;
  return { kind: 'not-understood', problem, example: `${COMMAND} ${words}` };
}

/** The name for an example, with a space after it; none where what was typed is none that is known. */
function exampleName(target: string | undefined, { names }: Setting): string {
  if (target === undefined) return '';
  if (names === undefined || names.includes(target.toLowerCase())) return `${target} `;
  const known = nearestNames(target, names)[0] ?? names[0];
  return known === undefined ? '' : `${known} `;
}

/** A word after the name that is no time: a slip of the keyboard, a second name, or small talk. */
function strangeWord(
  target: string,
  word: string,
  rest: readonly string[],
  setting: Setting,
): RequestReading {
  const [near] = nearestNames(word, KEYWORDS);
  const name = exampleName(target, setting);
  if (near !== undefined && near !== 'help') {
    const mended = rest.map(each => (each === word ? near : each)).join(' ');
    return no(`“${shown([word])}” is not known here; did you mean ${near}?`, setting, `${name}${mended}`);
  }
  const known = setting.names;
  if (known && !known.includes(target.toLowerCase()) && nearestNames(target, known).length === 0)
    return no(`“${shown([target, ...rest])}” names nothing that Staunch knows.`, setting);
  return no(
    `After ${target} Staunch expects a time, and “${shown([word])}” is none. It looks at one service, server or group at a time; a group in staunch.yml holds several services.`,
    setting,
    `${name}since 30m`,
  );
}

/** The word that was meant by something that stands in the place of a name and is none. */
function misspelt(name: string, rest: readonly string[], known?: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  if (known?.includes(word) || (known && nearestNames(word, known).length > 0)) return undefined;
  const [near] = nearestNames(word, KEYWORDS);
  // Without the list of names only what follows can tell.
  if (near === undefined || (known === undefined && !isTime(rest[0]))) return undefined;
  return near;
}

function isTime(word = ''): boolean {
  return TIME_WORD.test(word.toLowerCase());
}

/** Words without the quotes and the punctuation around them; the terminal's flags become words. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).flatMap(raw => {
    if (raw === '?') return [raw];
    const bare = raw.replace(/^["'`*_~()[\],;!.:]+/, '').replace(/["'`*_~()[\],;!?.:]+$/, '');
    const flag = /^-{1,2}(?<flag>since|from|to|until)(?:=["']?(?<value>.+))?$/i.exec(bare)?.groups;
    if (flag) return [flag.flag, flag.value].filter(word => word !== undefined);
    return bare === '' || PLEASE.test(bare) ? [] : [bare];
  });
}

function sentence(words: readonly string[]): string {
  return words.join(' ').toLowerCase();
}

function shown(words: readonly string[]): string {
  const text = words.join(' ');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
