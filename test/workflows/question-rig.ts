import { beforeEach } from 'vitest';
import { serviceLog } from '../../src/adapters/service-log.ts';
import type { ClaimedSentence } from '../../src/questions/claimed-answer.ts';
import { createMasking } from '../../src/report/masking.ts';
import type { Narration, Narrations, Narrator } from '../../src/workflows/narrator-port.ts';
import {
  type AskedInThread,
  askInThread,
  type ThreadAnswer,
  type ThreadQuestionPorts,
} from '../../src/workflows/thread-questions.ts';
import { temporaryState } from '../adapters/state/temporary-state.ts';
import { confirmedOom } from '../report/documents.ts';
import { FakeTime } from './fake-time.ts';

export const USAGE = { inputTokens: 100, outputTokens: 20 };
/** No question that the grammar knows. */
export const FREE = 'did the marketing mail of this morning do it';

/** A model that answers with anything. */
export const stub = (answer: Narration | Error): Narrator => ({
  model: 'stub',
  async narrate(request, listener) {
    await listener.sending(JSON.stringify(request));
    if (answer instanceof Error) throw answer;
    for (const sentence of answer.sentences) listener.sentence?.(sentence);
    await listener.received(JSON.stringify(answer));
    return answer;
  },
});

export const said = (...sentences: readonly ClaimedSentence[]): Narration => ({
  ok: true,
  sentences,
  usage: USAGE,
});

/** Questions on a state of its own, with the log that an operator reads. */
export class QuestionRig {
  time = new FakeTime();
  logged: string[] = [];
  narrations!: Narrations;
  #ports!: Omit<ThreadQuestionPorts, 'model'>;

  begin(narrations: Narrations): void {
    this.time = new FakeTime();
    this.logged = [];
    this.narrations = narrations;
    let id = 0;
    const log = serviceLog('debug', { write: (text: string) => void this.logged.push(text) });
    this.#ports = { mask: createMasking(), clock: this.time, ids: { next: () => `n${++id}` }, log };
  }

  withModel(narrator: Narrator, change = {}): ThreadQuestionPorts {
    const limits = { tokensPerQuestion: 1_000, tokensPerDay: 100_000 };
    return { ...this.#ports, model: { narrator, narrations: this.narrations, ...limits, ...change } };
  }

  ask(text: string, ports: ThreadQuestionPorts = this.#ports, more: Partial<AskedInThread> = {}) {
    const cancel = new AbortController().signal;
    return askInThread(
      { runId: 'r1', document: confirmedOom(), person: 'U0ANA', text, cancel, ...more },
      ports,
    );
  }

  async answerTo(
    text: string,
    ports?: ThreadQuestionPorts,
    more?: Partial<AskedInThread>,
  ): Promise<ThreadAnswer> {
    const reply = await this.ask(text, ports, more);
    if (reply.kind !== 'answer') throw new Error('that was to be done, not answered');
    return reply.answer;
  }
}

export function questionRig(): QuestionRig {
  const temporary = temporaryState();
  const rig = new QuestionRig();
  beforeEach(async () => rig.begin((await temporary.open()).narrations));
  return rig;
}
