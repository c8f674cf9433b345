import type { Button, KnownBlock } from '@slack/types';
import { wordsOf } from '../../../src/report/cause-words.ts';
import { countsLines } from '../../../src/report/counts-words.ts';
import type { DiagnosisCause, DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { causeLine, type DiagnosisOutline, outlineOf } from '../../../src/report/diagnosis-outline.ts';
import { evidenceMarks, noneRead, percentWords } from '../../../src/report/headline.ts';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import { ACTION } from '../action-ids.ts';
import { askedWords, unaskedBlocks } from './asked-words.ts';
import {
  actions,
  bold,
  button,
  context,
  headed,
  header,
  line,
  list,
  message,
  richText,
  section,
  words,
} from './block-parts.ts';
import { evidenceButton } from './evidence-button.ts';
import { figuresBlock } from './figures-block.ts';
import { gapsBlocks } from './gaps-blocks.ts';
import { firstOf, fitted, moreWords } from './slack-limits.ts';
import { joined, type Mrkdwn, own, readersTime, shown, TIME_FORMAT } from './slack-text.ts';
import { standingBlocks } from './standing-blocks.ts';
import { allSteps, firstStep } from './steps-blocks.ts';
import { verdictHeadline } from './verdict-words.ts';
import { windowUtc } from './window-parts.ts';

/** Most claims, candidates, … that the root message shows; the rest is in the thread and under Show evidence. */
const CLAIMS = 3;
const OTHERS = 3;
const RULED_OUT = 5;
/** Lines that a button for several claims opens of each. */
const OPENED = 8;

const NONE_READ =
  'Nobody could look, so nothing is known: this is no all-clear. Mend the way in, then press Re-run.';
const ELSEWHERE = 'If people saw errors all the same, look at another window or another service.';
const UNSETTLED =
  'The evidence does not settle one cause. What would settle it comes first, then what was seen.';

/**
 * The root message with the verdict: what it was and why first, then figures, what else it may be, what could
 * not be seen, and what to look at. Always one message.
 *
 * @param unit the systemd unit for the commands, when it is known
 * @param standing how its incident stands, below the headline
 */
export function verdictMessage(
  run: Run,
  document: DiagnosisDocument,
  tookMs: number,
  unit: string | undefined,
  standing?: Standing,
): Message {
  const outline = outlineOf(document);
  const say = (scale: number) => {
    const [first, ...rest] = new Saying(run, document, outline, unit, scale).blocks(tookMs);
    return first === undefined ? rest : [first, ...standingBlocks(standing), ...rest];
  };
  return message(spoken(document, outline), fitted(say));
}

/** The blocks of one verdict; `scale` shortens what servers said when the message would be too long. */
class Saying {
  readonly #run: Run;
  readonly #document: DiagnosisDocument;
  readonly #outline: DiagnosisOutline;
  readonly #unit: string | undefined;
  readonly #scale: number;

  constructor(
    run: Run,
    document: DiagnosisDocument,
    outline: DiagnosisOutline,
    unit: string | undefined,
    scale: number,
  ) {
    this.#run = run;
    this.#document = document;
    this.#outline = outline;
    this.#unit = unit;
    this.#scale = scale;
  }

  blocks(tookMs: number): KnownBlock[] {
    const document = this.#document;
    const top = [header(verdictHeadline(document)), ...unaskedBlocks(this.#run)];
    const end = [this.#actions(), this.#context(tookMs)];
    if (noneRead(document))
      return [
        ...top,
        section(NONE_READ),
        ...gapsBlocks('Why not', document.gaps, this.#scale),
        figuresBlock(this.#document, this.#scale),
        ...end,
      ];
    if (document.verdict === 'inconclusive')
      return [
        ...top,
        section(UNSETTLED),
        ...gapsBlocks('What would settle it', document.gaps, this.#scale),
        ...allSteps('A look that tells (nothing here changes a server)', document, this.#unit),
        ...this.#candidates(),
        figuresBlock(this.#document, this.#scale),
        ...this.#others(),
        ...end,
      ];
    return [
      ...top,
      section(this.#meaning()),
      ...this.#claims(),
      figuresBlock(this.#document, this.#scale),
      ...this.#others(),
      ...gapsBlocks('Could not be seen', document.gaps, this.#scale),
      ...firstStep(document, this.#unit),
      ...end,
    ];
  }

  #text(text: string, most: number): string {
    return shown(text, Math.round(most * this.#scale));
  }

  #meaning(): string {
    const { meaning } = this.#outline;
    return this.#document.verdict === 'no-incident' ? `${meaning} ${ELSEWHERE}` : meaning;
  }

  /** What the leading cause rests on, each claim with the button that opens its lines. */
  #claims(): KnownBlock[] {
    const because = this.#outline.leading?.because ?? [];
    const { shown: first, more } = firstOf(because, CLAIMS);
    return first.map(({ text, evidence }, index) => {
      const rest = index === first.length - 1 && more > 0 ? ` (${moreWords(more, 'in the thread')})` : '';
      return section(this.#text(text, 600) + rest, this.#opens(evidence));
    });
  }

  #candidates(): KnownBlock[] {
    const { shown: first, more } = firstOf(this.#outline.open, OTHERS);
    return first.map((cause, index) => {
      const rest = index === first.length - 1 && more > 0 ? ` (${moreWords(more, 'candidates')})` : '';
      const [reason] = cause.because;
      const title = `${wordsOf(cause).title} ${percentWords(cause.probability)}`;
      const text = reason === undefined ? title : `${title}: ${this.#text(reason.text, 500)}`;
      return section(`Candidate: ${text}${rest}`, this.#opens(reason?.evidence ?? []));
    });
  }

  /** What else may be behind it, what was ruled out and what else was seen; each with its lines. */
  #others(): KnownBlock[] {
    const { open, ruledOut, leading } = this.#outline;
    const evidenceOf = (causes: readonly DiagnosisCause[]) =>
      causes.flatMap(cause => cause.because[0]?.evidence.slice(0, OPENED) ?? []);
    const group = (title: Mrkdwn, lines: readonly string[], most: number, evidence: readonly string[]) => {
      const { shown: first, more } = firstOf(lines, most);
      if (first.length === 0) return [];
      const items = first.map(item => [words(this.#text(item, 300))]);
      const rest = more > 0 ? [line(words(moreWords(more)))] : [];
      const opens = this.#opens(evidence);
      // A rich text holds no button, and what a server said must not get into the text of a section.
      if (opens) return [headed(title, opens), richText(list('bullet', items), ...rest)];
      return [richText(line(bold(title.text.replaceAll('*', ''))), list('bullet', items), ...rest)];
    };
    const { observed } = this.#document;
    return [
      ...group(
        own`*Also seen*`,
        observed.map(seen => seen.text + evidenceMarks(seen.evidence)),
        OTHERS,
        observed.slice(0, OTHERS).flatMap(seen => seen.evidence.slice(0, OPENED)),
      ),
      ...(leading === undefined
        ? []
        : group(
            own`*Or else*`,
            open.map(cause => causeLine(cause, true)),
            OTHERS,
            evidenceOf(open.slice(0, OTHERS)),
          )),
      ...(this.#document.verdict === 'no-incident'
        ? []
        : group(
            own`*Ruled out*`,
            ruledOut.map(cause => causeLine(cause, false)),
            RULED_OUT,
            evidenceOf(ruledOut.slice(0, RULED_OUT)),
          )),
    ];
  }

  #opens(evidence: readonly string[]): Button | undefined {
    return evidenceButton(this.#run.id, evidence);
  }

  #actions(): KnownBlock {
    const { id } = this.#run;
    const rerun = button('Re-run', ACTION.rerun, id, { label: 'Diagnose the same service again' });
    if (noneRead(this.#document)) return actions([rerun]);
    return actions([
      ...(isMendable(this.#document, this.#outline)
        ? [
            button('Propose fix', ACTION.proposeFix, id, {
              style: 'primary',
              label: 'Plan a change that others approve; nothing is changed yet',
            }),
          ]
        : []),
      ...(Object.keys(this.#document.evidence).length > 0
        ? [button('Show evidence', ACTION.showEvidence, id, { label: 'Show every line behind this verdict' })]
        : []),
      rerun,
      button('Wrong verdict?', ACTION.wrongVerdict, id, { label: 'Say what it really was' }),
    ]);
  }

  #context(tookMs: number): KnownBlock {
    const { askedAtMs, number } = this.#run;
    const seconds = `${(Math.max(0, tookMs) / 1000).toFixed(1)} s`;
    const endedAtMs = askedAtMs + tookMs;
    const utc = `${dayWords(endedAtMs, 'UTC')} ${clockWords(endedAtMs, 'UTC')} UTC`;
    const at = readersTime(endedAtMs, TIME_FORMAT.daySecond, utc);
    return context(
      own`Read in ${seconds}, ${at} · ${askedWords(this.#run)} · run ${number} · secrets masked · no language model`,
    );
  }
}

/** Causes for which there is a change to propose. */
const MENDABLE: ReadonlySet<string> = new Set([
  'worker-oom-kill',
  'userspace-oom-kill',
  'memory-stall',
  'recycling-without-jitter',
]);

function isMendable({ verdict }: DiagnosisDocument, { leading }: DiagnosisOutline): boolean {
  return (verdict === 'confirmed' || verdict === 'likely') && MENDABLE.has(leading?.id ?? '');
}

/** The verdict without blocks, for notifications and screen readers. */
function spoken(document: DiagnosisDocument, { leading, open, meaning }: DiagnosisOutline): Mrkdwn {
  const top = verdictHeadline(document);
  const window = { fromMs: Date.parse(document.window.from), toMs: Date.parse(document.window.to) };
  const when = `Window: ${windowUtc(window)}`;
  if (noneRead(document)) return sentences([top, NONE_READ, when]);
  const claims = (leading?.because ?? []).slice(0, CLAIMS).map(reason => shown(reason.text, 200));
  const candidates = document.verdict === 'inconclusive' ? open.slice(0, OTHERS) : [];
  const named = candidates.map(cause => `${wordsOf(cause).title} ${percentWords(cause.probability)}`);
  const gaps = document.gaps.length;
  return sentences([
    top,
    document.verdict === 'inconclusive' ? 'The evidence does not settle one cause' : meaning,
    ...claims,
    named.length === 0 ? '' : `Candidates: ${named.join(', ')}`,
    countsLines(document).join('; '),
    gaps === 0 ? '' : `${gaps} ${gaps === 1 ? 'gap' : 'gaps'} in what could be read`,
    when,
  ]);
}

function sentences(texts: readonly string[]): Mrkdwn {
  const said = texts.filter(text => text !== '').map(text => own`${/[.!?]$/.test(text) ? text : `${text}.`}`);
  return joined(said, ' ');
}
