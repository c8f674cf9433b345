import type { CauseId } from '../diagnosis/cause.ts';

/** A question that a diagnosis answers by itself. */
export type Question =
  /** What it was, and why. */
  | { readonly kind: 'verdict' }
  /** Whether it was one of these, and why or why not. `said` is what the person called it. */
  | { readonly kind: 'cause'; readonly causes: readonly CauseId[]; readonly said: string }
  | { readonly kind: 'show'; readonly ids: readonly string[] }
  | { readonly kind: 'which-worker' }
  | { readonly kind: 'what-changed' }
  | { readonly kind: 'counts' }
  | { readonly kind: 'gaps' }
  | { readonly kind: 'help' };

/** Something to be done, which no diagnosis answers. */
export type ThreadRequest =
  | { readonly kind: 'again' }
  /** Another stretch of time, in the person's words: `6h`, `yesterday 02:05-02:20`. */
  | { readonly kind: 'window'; readonly said: string }
  /** Against another time: `yesterday`, `last week`, `before`. */
  | { readonly kind: 'compare'; readonly said: string }
  | { readonly kind: 'plan' }
  | { readonly kind: 'note'; readonly text: string };

export type QuestionReading =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'request'; readonly request: ThreadRequest }
  /** Free text. `nearest` are whole commands that may have been meant. */
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

/** What can be typed in a thread, as people are shown it. */
export const COMMANDS: readonly (readonly [command: string, what: string])[] = [
  ['why', 'what it was, and what that rests on'],
  ['why not timeout', 'why it was not that, or whether it still may be'],
  ['show E7', 'a line of evidence; also E7-E9'],
  ['which worker', 'the workers that died, when, and of what'],
  ['what changed', 'deploys, reloads and changes before it'],
  ['how many', 'requests, errors and deaths, counted'],
  ['gaps', 'what could not be seen, and how to mend that'],
  ['again', 'the same diagnosis once more, up to now'],
  ['since 6h', 'another stretch of time; also yesterday 02:05-02:20'],
  ['compare yesterday', 'the same hours of another day beside it'],
  ['plan', 'what could be changed, shown before anything is'],
  ['note TEXT', 'keeps your words with the incident'],
  ['help', 'this list'],
];
