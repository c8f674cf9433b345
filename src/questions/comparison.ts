import { wordsOf } from '../report/cause-words.ts';
import { countWords } from '../report/counts-words.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { outlineOf } from '../report/diagnosis-outline.ts';
import { type Answer, anAnswer, saying } from './answer.ts';
import type { CountName } from './claimed-answer.ts';

const COMPARED: readonly (readonly [CountName, string])[] = [
  ['requests', 'Requests'],
  ['http502', '502s'],
  ['http504', '504s'],
  ['http500', '500s'],
  ['workerDeaths', 'Worker deaths'],
  ['oomKillsOfTheUnit', 'OOM kills'],
];

/**
 * This diagnosis beside one of another time. What only one of them could count is said so and not compared.
 *
 * @param when how the other time is called: `yesterday`
 */
export function comparison(now: DiagnosisDocument, then: DiagnosisDocument, when: string): Answer {
  const [ours, theirs] = [outlineOf(now).leading, outlineOf(then).leading];
  const named = (cause: typeof ours) => (cause === undefined ? 'no settled cause' : wordsOf(cause).title);
  const verdict =
    ours?.id === theirs?.id
      ? saying(`Now and ${when}: ${named(ours)}.`)
      : saying(`Now: ${named(ours)}. ${capital(when)}: ${named(theirs)}.`);
  const counts = COMPARED.flatMap(([name, title]) => {
    const [a, b] = [now.counts[name], then.counts[name]];
    if (a === 0 && b === 0) return [];
    return [saying(`${title}: ${countWords(a)} now, ${countWords(b)} ${when}.`)];
  });
  const gaps = [...now.gaps, ...then.gaps].filter(
    ({ source }) => source === 'connection' || source === 'nginx-access-log',
  );
  return anAnswer({ sentences: [verdict, ...counts], gaps, suggestions: ['what changed', 'why'] });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
