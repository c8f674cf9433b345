import { nearestNames } from '../inventory/nearest-name.ts';
import { causeNames, causesCalled, type WeighedCause } from './cause-names.ts';
import { COMMANDS, type Question, type QuestionReading, type ThreadRequest } from './question.ts';

/** Longer texts are for people, or for a language model. */
const LONGEST = 2_000;
const MOST_SHOWN = 20;

const WHY = /^(?:why|what (?:was|is) it|what happened|what was the cause|verdict|explain|cause|root cause)$/;
/** `why not timeout`, `why isn't it the deploy`, `was it oom`, `not memory`. */
const ABOUT_CAUSE =
  /^(?:(?:but )?(?:why|how come)(?: (?:is|was|are|were) it)?(?: not|(?: is| was|)n['o]?t(?: it)?)?|why (?:isn|wasn)['o]?t it|(?:was|is|could|can|may|might) it (?:be |been |have been )?(?:not )?|not|and|what about|how about) ?(?:(?:because|due) (?:of|to) )?(?:an? |the |for )?(?<name>[\p{L}\p{N}_ .,'()/-]{2,60})$/u;
const SHOW =
  /^(?:show|open|see|lines?|evidence)(?: me)?(?: lines?| evidence)? (?<ids>e[\d\se,.\-–andto]{1,200})$/;
const BARE_IDS = /^(?<ids>e\d[\d\se,.\-–]{0,200})$/;
const ALL_EVIDENCE = /^(?:show(?: me)?(?: the| all)? (?:evidence|lines)|evidence)$/;
const WORKER =
  /^(?:(?:which|what) (?:workers?|process(?:es)?|pids?)(?: (?:died|was it|were they|was killed))?|who died|workers|deaths|pids?)$/;
const CHANGED =
  /^(?:what(?:'s| is| has)? changed|what was changed|changes?|any (?:changes|deploys?)|(?:was|were) there (?:a |any )?(?:deploys?|changes?)|recent changes|diff)$/;
const COUNTS =
  /^(?:how many(?: [a-z0-9 ]{1,40})?|counts?|numbers|figures|how bad(?: (?:is|was) it)?|impact)$/;
const GAPS =
  /^(?:gaps?|what(?:'s| is) missing|what (?:could|can) (?:you )?not (?:be seen|see|read)|what could(?:n't| not) be seen|how sure(?: are you)?)$/;
const HELP = /^(?:-{0,2}help|\?|commands|usage|what can (?:you do|i (?:ask|type)))$/;

const AGAIN = /^(?:again|re-?run|retry|once more|diagnose again|try again|repeat)$/;
const WINDOW =
  /^(?:diagnose )?(?:(?:since|from|last|past|for the last|in the last|between|the last) (?<said>.{1,80})|(?<day>(?:yesterday|today|\d{4}-\d\d-\d\d)\b.{0,80}))$/;
const COMPARE =
  /^(?:compare|vs\.?|versus|against)(?: (?:it|this))?(?: (?:with|to|against|and))? ?(?<said>.{0,80})$/;
const PLAN = /^(?:plan|propose(?: a)?(?: fix| change)?|fix(?: it)?|remedy|what can (?:be|we) (?:done|do))$/;
const NOTE = /^note(?:[:,]|\s)\s*(?<text>[\s\S]{1,2000})$/i;

/**
 * Reads what somebody said to Staunch in an incident's thread, behind the mention. `weighed` are the causes of the
 * diagnosis that stands there: those of playbooks are known by their own names. Never throws.
 */
export function readQuestion(text: string, weighed: readonly WeighedCause[] = []): QuestionReading {
  const whole = text.slice(0, LONGEST).trim();
  const note = NOTE.exec(whole)?.groups?.text?.trim();
  if (note !== undefined && note !== '') return asked({ kind: 'note', text: note });
  const words = plainWords(whole);
  if (words === '') return answered({ kind: 'help' });
  return (
    requestOf(words) ??
    questionOf(words, weighed) ?? { kind: 'unknown', nearest: nearestCommands(words, weighed) }
  );
}

function requestOf(words: string): QuestionReading | undefined {
  if (AGAIN.test(words)) return asked({ kind: 'again' });
  if (PLAN.test(words)) return asked({ kind: 'plan' });
  const compare = COMPARE.exec(words)?.groups;
  if (compare) return asked({ kind: 'compare', said: compare.said?.trim() || 'yesterday' });
  const window = WINDOW.exec(words)?.groups;
  if (window) return asked({ kind: 'window', said: (window.said ?? window.day ?? '').trim() });
  return undefined;
}

function questionOf(words: string, weighed: readonly WeighedCause[]): QuestionReading | undefined {
  if (HELP.test(words)) return answered({ kind: 'help' });
  const ids = (SHOW.exec(words) ?? BARE_IDS.exec(words))?.groups?.ids;
  if (ids !== undefined) return answered({ kind: 'show', ids: idsIn(ids) });
  if (ALL_EVIDENCE.test(words)) return answered({ kind: 'verdict' });
  if (WHY.test(words)) return answered({ kind: 'verdict' });
  if (WORKER.test(words)) return answered({ kind: 'which-worker' });
  if (CHANGED.test(words)) return answered({ kind: 'what-changed' });
  if (COUNTS.test(words)) return answered({ kind: 'counts' });
  if (GAPS.test(words)) return answered({ kind: 'gaps' });
  const name = ABOUT_CAUSE.exec(words)?.groups?.name ?? words;
  const causes = causesCalled(name, weighed);
  return causes.length === 0 ? undefined : answered({ kind: 'cause', causes, said: name.trim() });
}

const answered = (question: Question): QuestionReading => ({ kind: 'question', question });
const asked = (request: ThreadRequest): QuestionReading => ({ kind: 'request', request });

/** Small letters, single blanks, no politeness and no marks at the ends. */
function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/^[\s"'`*_.,;:!]+/, '')
    .replace(/^(?:please|pls|hey|hi|ok|so)[\s,]+/, '')
    .replace(/[\s"'`*_.,;:!]+$/, '')
    .replace(/(?<=.)\?+$/, '')
    .replace(/[\s,]+(?:please|pls|thanks)$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `e7`, `e7-e9`, `e1, e4 and e9-11`; in order, at most twenty. */
function idsIn(text: string): readonly string[] {
  const ids = new Set<string>();
  for (const [, first, last] of text.matchAll(/e?(\d{1,5})(?:\s?(?:-|–|to|\.\.\.?)\s?e?(\d{1,5}))?/g)) {
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    for (let n = Math.min(from, to); n <= Math.max(from, to) && ids.size < MOST_SHOWN; n++)
      if (n > 0) ids.add(`E${n}`);
  }
  return [...ids];
}

/** Whole commands that may have been meant, at most three. */
function nearestCommands(words: string, weighed: readonly WeighedCause[]): readonly string[] {
  const byWords = new Map(
    COMMANDS.map(([command]) => [command.replace(/ (?:E7|TEXT|6h|timeout|yesterday)$/, ''), command]),
  );
  const [first = '', ...rest] = words.split(' ');
  const named = nearestNames(words, byWords.keys()).concat(nearestNames(first, byWords.keys()));
  const names = causeNames(weighed);
  const about = rest.length > 0 && rest.length <= 4 ? nearestNames(rest.at(-1) ?? '', names) : [];
  const alone = rest.length === 0 ? nearestNames(first, names) : [];
  const suggested = [
    ...named.flatMap(name => byWords.get(name) ?? []),
    ...[...about, ...alone].slice(0, 1).map(name => `why not ${name}`),
  ];
  return [...new Set(suggested)].slice(0, 3);
}
