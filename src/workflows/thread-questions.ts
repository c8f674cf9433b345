import { type Answer, type AnswerSentence, anAnswer } from '../questions/answer.ts';
import { answerQuestion, verdictAnswer } from '../questions/answering.ts';
import { checkedAnswer } from '../questions/checked-answer.ts';
import { checkClaim } from '../questions/claim-check.ts';
import { costMicros, type TokenPrices } from '../questions/narration-cost.ts';
import type { ThreadRequest } from '../questions/question.ts';
import { readQuestion } from '../questions/question-reading.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { type Mask, maskDocument } from '../report/masking.ts';
import type { Narration, NarrationFailure, Narrations, Narrator } from './narrator-port.ts';
import type { Clock, Ids, Log } from './ports.ts';

/** A language model with what it may use. */
export interface NarratorAllowance {
  readonly narrator: Narrator;
  readonly narrations: Narrations;
  readonly tokensPerQuestion: number;
  readonly tokensPerDay: number;
  readonly prices?: TokenPrices & { readonly perDay: number };
}

export interface ThreadQuestionPorts {
  /** Absent: no model is ever asked. */
  readonly model?: NarratorAllowance;
  readonly mask: Mask;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Somebody says something to Staunch in an incident's thread; whether they may was settled before. */
export interface AskedInThread {
  readonly runId: string;
  readonly document: DiagnosisDocument;
  readonly person: string;
  /** What they typed behind the mention. */
  readonly text: string;
  /** Ends what a model is still at. */
  readonly cancel: AbortSignal;
  /** Told every sentence of a model that was checked and stands, while the rest is still being written. */
  readonly sentence?: (sentence: AnswerSentence) => void;
}

/** Why a model's words are missing, or some of them. */
export type MissingWords =
  | NarrationFailure
  /** What may be used in a day is used. */
  | 'out-of-allowance'
  /** The transcript could not be kept, so nothing was sent. */
  | 'no-transcript'
  /** It found nothing in the evidence, or nothing of what it wrote stood in it. */
  | 'nothing-stood';

/** An answer, ready to be shown. Everything in it is masked. */
export interface ThreadAnswer {
  /** The question, for whoever reads the thread later. */
  readonly said: string;
  /** Whether the words were understood; otherwise `answer` is what the diagnosis says by itself. */
  readonly understood: boolean;
  readonly answer: Answer;
  /** What a model said about free text; absent where none was asked. */
  readonly narration?: {
    readonly model: string;
    readonly sentences: readonly AnswerSentence[];
    /** Sentences that were thrown away, because something in them does not stand in the evidence. */
    readonly dropped: number;
    readonly missing?: MissingWords;
  };
}

export type ThreadReply =
  | { readonly kind: 'answer'; readonly answer: ThreadAnswer }
  /** Something to be done: begin a diagnosis, keep a note, show a plan. */
  | { readonly kind: 'request'; readonly request: ThreadRequest };

const LONGEST_SAID = 300;
const DAY_MS = 86_400_000;

/**
 * Answers what was said in a thread. What the grammar knows is answered from the diagnosis alone; other words go to
 * the model, where there is one, beside what the diagnosis says by itself. The model's words are shown only where
 * they stand in the evidence, and whatever happens to it, there is an answer.
 */
export async function askInThread(asked: AskedInThread, ports: ThreadQuestionPorts): Promise<ThreadReply> {
  const reading = readQuestion(asked.text, asked.document.causes);
  if (reading.kind === 'request') return reading;
  const said = ports.mask(asked.text.slice(0, 2_000)).slice(0, LONGEST_SAID);
  const document = maskDocument(asked.document, ports.mask);
  if (reading.kind === 'question')
    return answered({ said, understood: true, answer: answerQuestion(document, reading.question) });
  const own = verdictAnswer(document);
  const suggestions = reading.nearest.length > 0 ? reading.nearest : ['help', ...own.suggestions];
  const answer = anAnswer({ ...own, suggestions });
  if (ports.model === undefined) return answered({ said, understood: false, answer });
  const narration = await narrated({ ...asked, document, text: said }, ports.model, ports);
  return answered({ said, understood: false, answer, narration });
}

const answered = (answer: ThreadAnswer): ThreadReply => ({ kind: 'answer', answer });

type Told = NonNullable<ThreadAnswer['narration']>;

async function narrated(
  asked: AskedInThread,
  allowance: NarratorAllowance,
  ports: ThreadQuestionPorts,
): Promise<Told> {
  const { narrator, narrations, tokensPerQuestion, tokensPerDay, prices } = allowance;
  const { clock, ids, log, mask } = ports;
  const { model } = narrator;
  const without = (missing: MissingWords): Told => ({ model, sentences: [], dropped: 0, missing });
  const id = ids.next();
  const askedAtMs = clock.nowMs();
  try {
    const begun = await narrations.begin(
      {
        id,
        runId: asked.runId,
        person: asked.person,
        model,
        question: asked.text,
        askedAtMs,
        reservedTokens: tokensPerQuestion,
      },
      {
        sinceMs: askedAtMs - DAY_MS,
        tokens: tokensPerDay,
        ...(prices && { costMicros: Math.floor(prices.perDay * 1_000_000) }),
      },
    );
    if (!begun) return without('out-of-allowance');
  } catch (error) {
    log.error({ err: error }, 'a question to the model could not be kept, so it was not asked');
    return without('no-transcript');
  }
  let kept = true;
  const keep = (direction: 'sent' | 'received', body: string) =>
    narrations.part(id, direction, mask(body), clock.nowMs()).catch((error: unknown) => {
      kept = false;
      throw error;
    });
  let narration: Narration | undefined;
  try {
    narration = await narrator.narrate(
      { question: asked.text, document: asked.document, tokens: tokensPerQuestion },
      {
        sending: body => keep('sent', body),
        received: body => keep('received', body),
        sentence: claimed => {
          const masked = { ...claimed, text: mask(claimed.text) };
          if (checkClaim(masked, asked.document).ok)
            asked.sentence?.({ text: masked.text, evidence: masked.evidence });
        },
      },
      asked.cancel,
    );
  } catch (error) {
    log.error({ err: error, narration: id, kept }, 'a question to the model failed');
  }
  await narrations.end(id, endOf(narration, allowance, clock.nowMs())).catch((error: unknown) => {
    log.error({ err: error, narration: id }, 'what a question to the model used could not be kept');
  });
  if (narration === undefined) return without(kept ? 'server-failed' : 'no-transcript');
  if (!narration.ok)
    log.warn(
      { model, failure: narration.failure, detail: narration.detail },
      'the model gave no whole answer',
    );
  // It was given nothing unmasked; what it makes up may still look like a secret.
  const masked = narration.sentences.map(sentence => ({ ...sentence, text: mask(sentence.text) }));
  const { sentences, dropped } = checkedAnswer(masked, asked.document);
  const fallen = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  if (fallen > 0) log.info({ model, narration: id, dropped }, 'sentences of the model did not stand');
  const missing = narration.ok ? (sentences.length === 0 ? 'nothing-stood' : undefined) : narration.failure;
  return { model, sentences, dropped: fallen, ...(missing !== undefined && { missing }) };
}

/** Where it is not known what was used, all that was reserved counts. */
function endOf(
  narration: Narration | undefined,
  { tokensPerQuestion, prices }: NarratorAllowance,
  endedAtMs: number,
) {
  const { inputTokens, outputTokens } = narration?.usage ?? {
    inputTokens: tokensPerQuestion,
    outputTokens: 0,
  };
  const outcome = narration === undefined ? 'server-failed' : narration.ok ? 'answered' : narration.failure;
  const cost = costMicros(inputTokens, outputTokens, prices);
  return { outcome, inputTokens, outputTokens, costMicros: cost, endedAtMs } as const;
}
