import { describe, expect, it } from 'vitest';
import { answerMessage } from '../../handlers/slack/blocks/answer-message.ts';
import type { Narration, Narrations } from '../../src/workflows/narrator-port.ts';
import { confirmedOom } from '../report/documents.ts';
import { FREE, questionRig, said, stub, USAGE } from './question-rig.ts';

const rig = questionRig();
const KILLED = { text: 'Process 832 was killed.', evidence: ['E1'], counts: [] };

describe('what is said in a thread', () => {
  it('is answered from the diagnosis, and no model is asked what the grammar knows', async () => {
    const answer = await rig.answerTo('why not timeout?', rig.withModel(stub(new Error('asked'))));
    expect(answer).toMatchObject({ understood: true, said: 'why not timeout?' });
    expect(answer).not.toHaveProperty('narration');
  });

  it('is handed on where it asks for something to be done', async () => {
    expect(await rig.ask('since 6h', rig.withModel(stub(new Error('asked'))))).toEqual({
      kind: 'request',
      request: { kind: 'window', said: '6h' },
    });
  });

  it('in free words without a model gets what the diagnosis says by itself', async () => {
    const answer = await rig.answerTo(FREE);
    expect(answer).toMatchObject({
      understood: false,
      answer: { suggestions: ['help', 'which worker', 'what changed', 'gaps'] },
    });
    expect(answer.answer.sentences[0]?.text).toContain('502s on checkout: worker OOM kill (CONFIRMED)');
  });

  it('in free words with a model gets both; of the model only what stands', async () => {
    const streamed: string[] = [];
    const narrator = stub(said(KILLED, { ...KILLED, text: 'Process 4711 was killed.' }));
    const answer = await rig.answerTo(FREE, rig.withModel(narrator), {
      sentence: ({ text }) => streamed.push(text),
    });
    expect(answer.narration).toEqual({
      model: 'stub',
      sentences: [{ text: 'Process 832 was killed.', evidence: ['E1'] }],
      dropped: 1,
    });
    expect(streamed).toEqual(['Process 832 was killed.']);
    expect(answer.answer.sentences[0]?.text).toContain('worker OOM kill (CONFIRMED)');
  });
});

describe('a model', () => {
  it.each<[string, Narration | Error, string]>([
    ['fails', { ok: false, failure: 'timed-out', detail: 'x', sentences: [], usage: USAGE }, 'timed-out'],
    ['has a fault of ours', new Error('a mistake'), 'server-failed'],
    ['says nothing', said(), 'nothing-stood'],
    ['says nothing that stands', said({ ...KILLED, evidence: [] }), 'nothing-stood'],
  ])('that %s leaves an answer that says what is missing', async (_, narration, missing) => {
    const answer = await rig.answerTo(FREE, rig.withModel(stub(narration)));
    expect(answer.narration).toMatchObject({ sentences: [], missing });
    expect(answer.answer.sentences.length).toBeGreaterThan(2);
    const message = answerMessage({ runId: 'r1', document: confirmedOom(), answer });
    expect(JSON.stringify(message)).toContain('What the diagnosis says by itself');
  });

  it('that broke off shows the sentences that had come whole, and that it broke off', async () => {
    const narration: Narration = {
      ok: false,
      failure: 'broke-off',
      detail: 'x',
      sentences: [KILLED],
      usage: USAGE,
    };
    const answer = await rig.answerTo(FREE, rig.withModel(stub(narration)));
    expect(answer.narration).toMatchObject({ sentences: [{ text: KILLED.text }], missing: 'broke-off' });
  });

  it('has a transcript, and what it used', async () => {
    await rig.answerTo(
      FREE,
      rig.withModel(stub(said(KILLED)), { prices: { input: 1, output: 2, perDay: 1 } }),
    );
    const [kept] = await rig.narrations.ofRun('r1');
    expect(kept).toMatchObject({
      person: 'U0ANA',
      question: FREE,
      end: { outcome: 'answered', ...USAGE, costMicros: 140 },
      parts: [{ direction: 'sent' }, { direction: 'received' }],
    });
  });

  it('is not asked when the day’s tokens or money are used, nor when the state is gone', async () => {
    const narrator = stub(said(KILLED));
    const once = { tokensPerDay: 1_000, tokensPerQuestion: 1_000 };
    expect((await rig.answerTo(FREE, rig.withModel(narrator, once))).narration).not.toHaveProperty('missing');
    expect((await rig.answerTo(FREE, rig.withModel(narrator, once))).narration?.missing).toBe(
      'out-of-allowance',
    );
    const dear = { prices: { input: 1_000_000, output: 0, perDay: 0.000001 } };
    const asked = async () => (await rig.answerTo(FREE, rig.withModel(narrator, dear))).narration?.missing;
    expect([await asked(), await asked()]).toEqual([undefined, 'out-of-allowance']);
    const gone = { narrations: { ...rig.narrations, begin: () => Promise.reject(new Error('disk full')) } };
    expect((await rig.answerTo(FREE, rig.withModel(narrator, gone))).narration?.missing).toBe(
      'no-transcript',
    );
  });

  it('is sent nothing when what is sent cannot be kept, and all that was reserved counts as used', async () => {
    const broken: Narrations = {
      begin: (narration, allowance) => rig.narrations.begin(narration, allowance),
      part: () => Promise.reject(new Error('disk full')),
      end: (id, end) => rig.narrations.end(id, end),
      ofRun: runId => rig.narrations.ofRun(runId),
    };
    const answer = await rig.answerTo(FREE, rig.withModel(stub(said(KILLED)), { narrations: broken }));
    expect(answer.narration).toMatchObject({ sentences: [], missing: 'no-transcript' });
    expect((await rig.narrations.ofRun('r1'))[0]?.end).toMatchObject({ inputTokens: 1_000 });
  });
});
