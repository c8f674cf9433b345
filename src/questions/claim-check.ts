import type { DiagnosisDocument, DiagnosisEvidence } from '../report/diagnosis-document.ts';
import { type ClaimedSentence, COUNT_NAMES, type CountName } from './claimed-answer.ts';
import { numberWordsIn } from './number-words.ts';
import { type Figure, figuresIn, instantForms, plainNumber } from './stated-figures.ts';

/** Why a sentence of a model is not shown. */
export type ClaimFault =
  | 'rests-on-nothing'
  | 'unknown-evidence'
  | 'unknown-count'
  | 'names-uncited-evidence'
  | 'cannot-be-read'
  | 'not-in-latin-letters'
  | 'holds-a-link-or-command'
  | 'number-in-words'
  | 'number-not-in-evidence'
  | 'count-not-counted';

export type ClaimCheck = { readonly ok: true } | { readonly ok: false; readonly fault: ClaimFault };

/** Invisible signs, private ones, and marks that turn a digit into something else. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Me}]/u;
/** ½, ⅸ, ②, ४, ⁹: numbers that are compared with nothing. */
const OTHER_NUMBERS = /(?![0-9])\p{N}/u;
const OTHER_LETTERS = /(?!\p{Script=Latin})\p{L}/u;
/** Next steps come from playbooks: what a log line talked a model into must not look like one. */
const LINK_OR_COMMAND =
  /:\/\/|\bwww\.|`|\$\(|\|\s*\w|&&|;\s*\w+\s+-|\b(?:sudo|curl|wget|eval|chmod|ssh|scp|systemctl|kubectl|docker|pip|npm|bash|rm)\s+[-/\w]|<[@!#]/i;

const EVIDENCE_ID = /\bE[0-9]{1,6}\b/g;
/** Letters and digits with single signs between them: `web-1`, `10:11:37`, `20.1.0`, `/srv/app2`. */
const RUN = /[\p{L}\p{N}_]+(?:[.:/@#=+'-][\p{L}\p{N}_]+)*/gu;

const STATUS_COUNTS: Readonly<Record<string, CountName>> = {
  '499': 'http499',
  '500': 'http500',
  '502': 'http502',
  '504': 'http504',
};
const STATUS_NOUNS = /^(?:errors?|responses?|answers?|status(?:es)?|bursts?|codes?)$/;
/** What stands behind a number that counts. */
const COUNT_NOUNS =
  /^(?:workers?|process(?:es)?|requests?|errors?|failures?|kills?|deaths?|restarts?|reloads?|bursts?|times?|servers?|hosts?|lines?|people|users?|clients?|crash(?:es)?|timeouts?|deploys?|attempts?|responses?|502s|504s|500s|499s)$/;

/** Up to the next sign that ends a clause. */
const WORDS_BEHIND = /^[\p{L}\p{N}\s"'()[\]*_/-]*/u;
/** Before a number that is a name. */
const NAMING =
  /\b(?:pids?|process(?:es)?|workers?|signal|lines?|port|status|code|exit|version|uid|number)\s*[#:(]?\s*$/i;

/**
 * Whether a sentence of a model may be shown: it rests on lines that are there, and every number, pid, instant and
 * name with a digit in it stands in those very lines or is one of the counts it names. What cannot be checked fails.
 */
export function checkClaim(sentence: ClaimedSentence, document: DiagnosisDocument): ClaimCheck {
  const fault = faultOf(sentence, document);
  return fault === undefined ? { ok: true } : { ok: false, fault };
}

function faultOf(
  { text, evidence, counts }: ClaimedSentence,
  document: DiagnosisDocument,
): ClaimFault | undefined {
  if (evidence.length + counts.length === 0 || text.trim() === '') return 'rests-on-nothing';
  const pieces = evidence.flatMap(id =>
    Object.hasOwn(document.evidence, id) ? (document.evidence[id] ?? []) : [],
  );
  if (pieces.length < evidence.length) return 'unknown-evidence';
  if (!counts.every(isCountName)) return 'unknown-count';
  if (HIDDEN.test(text) || OTHER_NUMBERS.test(text) || !/\p{L}{2}/u.test(text)) return 'cannot-be-read';
  if (OTHER_LETTERS.test(text)) return 'not-in-latin-letters';
  if (LINK_OR_COMMAND.test(text)) return 'holds-a-link-or-command';
  const named = text.match(EVIDENCE_ID) ?? [];
  if (named.some(id => !evidence.includes(id))) return 'names-uncited-evidence';
  const said = text.replace(EVIDENCE_ID, ' ');
  const counted = new Map(
    counts.filter(isCountName).flatMap(name => {
      const value = document.counts[name];
      return value === null ? [] : [[name, String(value)] as const];
    }),
  );
  const grounds = groundsOf(pieces, counted);
  const inWords = numberWordsIn(said).some(
    ({ word, value }) =>
      !standsIn(word, grounds.texts, true) &&
      (value === undefined || ![...counted.values()].includes(String(value))),
  );
  return inWords ? 'number-in-words' : figureFault(said, grounds);
}

/** All that a sentence may take its figures from. */
interface Grounds {
  readonly texts: readonly string[];
  readonly figures: readonly Figure[];
  readonly instants: ReadonlySet<string>;
  readonly counted: ReadonlyMap<CountName, string>;
}

function groundsOf(pieces: readonly DiagnosisEvidence[], counted: ReadonlyMap<CountName, string>): Grounds {
  return {
    texts: pieces.flatMap(({ text, server, source }) => [text, server, source.replaceAll('-', ' ')]),
    figures: pieces.flatMap(({ text }) => figuresIn(text)),
    instants: new Set(pieces.flatMap(({ at }) => instantForms(at))),
    counted,
  };
}

function figureFault(said: string, grounds: Grounds): ClaimFault | undefined {
  for (const match of said.matchAll(RUN)) {
    const [run] = match;
    if (!/\d/.test(run)) continue;
    const before = said.slice(0, match.index);
    const after = said.slice(match.index + run.length);
    const fault = runFault(run, before, after, grounds);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function runFault(run: string, before: string, after: string, grounds: Grounds): ClaimFault | undefined {
  const { texts, instants, figures, counted } = grounds;
  const values = [...counted.values()];
  // `1,204` is one number: its first part stands before a comma, its second behind one.
  const grouped = groupedNumber(run, before, after);
  if (grouped === 'rest') return undefined;
  const written = grouped ?? run;
  const rest = grouped === undefined ? after : after.slice(grouped.length - run.length);
  const [, number, glued = ''] = /^(\d+(?:[.,]\d+)*)([\p{L}_]*)$/u.exec(written) ?? [];
  const next =
    WORDS_BEHIND.exec(rest)?.[0]
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, 4) ?? [];
  // `worker 832` is one worker; `832 workers` are many.
  const isCount = !NAMING.test(before) && next.some(word => COUNT_NOUNS.test(word.toLowerCase()));
  if (number === undefined) {
    return instants.has(run) || standsIn(run, texts, false) ? undefined : 'number-not-in-evidence';
  }
  const status = STATUS_COUNTS[number] ?? (number === '503' ? 'http502' : undefined);
  const asStatus = status !== undefined && /^(?:s|es)?$/.test(glued);
  if (asStatus && (glued !== '' || STATUS_NOUNS.test(next[0] ?? '') || !isCount)) {
    const inLines = figures.some(figure => figure.number === number && figure.unit === '');
    const byCount =
      number !== '503' && (counted.has(status) || (number === '502' && counted.has('explained502')));
    return inLines || byCount || values.includes(number) ? undefined : 'number-not-in-evidence';
  }
  if (glued === '' && isCount && !/^\s*%/.test(rest))
    return values.includes(plainNumber(number)) ? undefined : 'count-not-counted';
  const [figure] = figuresIn(
    `${written}${/^\s?%/.test(rest) ? '%' : glued === '' ? ` ${next[0] ?? ''}` : ''}`,
  );
  if (figure === undefined) return 'number-not-in-evidence';
  const inLines = figures.some(known => known.number === figure.number && known.unit === figure.unit);
  const byCount = figure.unit === '' && values.includes(figure.number);
  return inLines || byCount ? undefined : 'number-not-in-evidence';
}

/** The whole of a number with commas between its thousands, at its first part; `rest` at the others. */
function groupedNumber(run: string, before: string, after: string): string | 'rest' | undefined {
  if (/^\d{3}\b/.test(run) && /(?<![\d.,])\d{1,3}(?:,\d{3})*,$/.test(before)) return 'rest';
  const more = /^(?:,\d{3})+(?![\d])/.exec(after)?.[0];
  return more !== undefined && /^\d{1,3}$/.test(run) ? run + more : undefined;
}

const PART_BEFORE = /(?:[\p{L}\p{N}_]|[\p{L}\p{N}_][-.:/@])$/u;
const PART_BEHIND = /^(?:[\p{L}\p{N}_]|[-.:/@][\p{L}\p{N}_])/u;

/** True when a word or run stands in one of the texts by itself, not as a part of a longer one. */
function standsIn(run: string, texts: readonly string[], anyCase: boolean): boolean {
  const wanted = anyCase ? run.toLowerCase() : run;
  return texts.some(told => {
    const text = anyCase ? told.toLowerCase() : told;
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      if (
        !PART_BEFORE.test(text.slice(Math.max(0, at - 3), at)) &&
        !PART_BEHIND.test(text.slice(end, end + 3))
      )
        return true;
    }
    return false;
  });
}

function isCountName(name: string): name is CountName {
  return (COUNT_NAMES as readonly string[]).includes(name);
}
