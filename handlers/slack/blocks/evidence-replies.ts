import type { KnownBlock } from '@slack/types';
import { wordsOf } from '../../../src/report/cause-words.ts';
import type { DiagnosisDocument, DiagnosisGap } from '../../../src/report/diagnosis-document.ts';
import { gapWords, outlineOf } from '../../../src/report/diagnosis-outline.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import { ACTION } from '../action-ids.ts';
import { bold, button, line, list, message, richText, section, words } from './block-parts.ts';
import { deathsBlocks } from './deaths-blocks.ts';
import { evidenceParts } from './evidence-parts.ts';
import { gapsBeyondRoot } from './gaps-blocks.ts';
import { firstOf, moreWords, packed } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';
import { stepsInThread } from './steps-blocks.ts';

/** A thread is read on a phone at night: what is beyond these is under Show evidence. */
const CLAIMS = 8;
const LINES_PER_CLAIM = 2;
const CHARACTERS_PER_CLAIM = 2_400;
const GAPS = 40;
const GAPS_PER_BLOCK = 10;
const MESSAGES = 5;

interface Claim {
  readonly text: string;
  readonly evidence: readonly string[];
}

/**
 * The replies in the thread: each claim with its first lines as the server wrote them, the deaths of workers,
 * gaps that had no room in the root, and what to look at next. Empty where there is nothing to show.
 */
export function evidenceReplies(
  run: Run,
  document: DiagnosisDocument,
  unit: string | undefined,
): readonly Message[] {
  // Calm: without an incident the root says it all, and its buttons open the lines.
  if (document.verdict === 'no-incident') return [];
  const claims = claimsOf(document);
  const { shown: first, more } = firstOf(claims, CLAIMS);
  const groups: KnownBlock[][] = first.map(claim => [claimBlock(claim, document)]);
  const deaths = deathsBlocks(document);
  if (deaths.length > 0) groups.push(deaths);
  groups.push(...gapBlocks(gapsBeyondRoot(document.gaps)));
  const steps = stepsInThread(document, unit);
  if (steps.length > 0) groups.push(steps);
  if (groups.length === 0) return [];
  const kept = Object.keys(document.evidence).length;
  const rest = [moreWords(more, 'claims'), `${kept} ${kept === 1 ? 'line' : 'lines'} in all`].filter(Boolean);
  const opens = button('Show evidence', ACTION.showEvidence, run.id, {
    label: 'Show every line behind this verdict',
  });
  const packs = packed(groups);
  const messages = packs.slice(0, MESSAGES);
  const last = messages.at(-1);
  // The pointer to everything belongs to the last message; a full one gives it a message of its own.
  if (kept > 0) {
    const pointer = section(`${rest.join('; ')}: under Show evidence.`, opens);
    const together = packed([last ?? [], [pointer]]);
    messages.splice(-1, 1, ...together);
  }
  const name = shown(document.service, 80);
  return messages.map((blocks, index) =>
    message(
      own`Evidence for ${name} (${index + 1} of ${messages.length})${claimWords(first, index)}`,
      blocks,
    ),
  );
}

function claimWords(claims: readonly Claim[], index: number) {
  return index === 0 && claims.length > 0
    ? `: ${claims
        .slice(0, 3)
        .map(claim => shown(claim.text, 200))
        .join(' · ')}`
    : '';
}

/** What the verdict rests on; while nothing is settled, what speaks for each candidate; then what was seen. */
function claimsOf(document: DiagnosisDocument): Claim[] {
  const { leading, open } = outlineOf(document);
  const of =
    leading?.because ??
    open.flatMap(cause =>
      cause.because
        .slice(0, 2)
        .map(({ text, evidence }) => ({ text: `${wordsOf(cause).title}: ${text}`, evidence })),
    );
  return [...of, ...document.observed].filter(({ evidence }) => evidence.length > 0);
}

function claimBlock({ text, evidence }: Claim, document: DiagnosisDocument): KnownBlock {
  const known = evidence.filter(id => document.evidence[id] !== undefined);
  const { shown: first } = firstOf(known, LINES_PER_CLAIM);
  const room = Math.floor(CHARACTERS_PER_CLAIM / Math.max(1, first.length));
  const pieces = first.flatMap(id => {
    const piece = document.evidence[id];
    return piece === undefined ? [] : evidenceParts(id, piece, room);
  });
  const left = known.length - first.length;
  const gone = evidence.length - known.length;
  const after = [
    moreWords(left, left === 1 ? 'line like it' : 'lines like these'),
    gone > 0 ? `${gone} no longer kept` : '',
  ].filter(words => words !== '');
  return richText(
    line(bold(text, 500)),
    ...pieces,
    ...(after.length > 0 ? [line(words(`${after.join('; ')}.`))] : []),
  );
}

/** One block for each dozen or so gaps, so that they can be shared out over messages. */
function gapBlocks(gaps: readonly DiagnosisGap[]): KnownBlock[][] {
  const { shown: first, more } = firstOf(gaps, GAPS);
  const blocks: KnownBlock[][] = [];
  for (let from = 0; from < first.length; from += GAPS_PER_BLOCK) {
    const items = first
      .slice(from, from + GAPS_PER_BLOCK)
      .map(gap => [words(gapWords(gap), 300), words(` Mend it: ${shown(gap.fix, 200)}`)]);
    const rest =
      from + GAPS_PER_BLOCK >= first.length && more > 0 ? [line(words(moreWords(more, 'gaps')))] : [];
    blocks.push([richText(line(bold('Could not be seen either')), list('bullet', items), ...rest)]);
  }
  return blocks;
}
