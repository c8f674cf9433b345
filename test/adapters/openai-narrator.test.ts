import { beforeEach, describe, expect, it } from 'vitest';
import type { NarratorSettings } from '../../src/adapters/narrator-settings.ts';
import { OpenAiNarrator } from '../../src/adapters/openai-narrator.ts';
import type { ClaimedSentence } from '../../src/questions/claimed-answer.ts';
import { mockedHttp } from '../http-mock.ts';
import { confirmedOom } from '../report/documents.ts';
import { FakeTime, settle } from '../workflows/fake-time.ts';
import { answering, breakingOff, calling, raw, refusing, writing } from './model-answers.ts';

const ORIGIN = 'https://models.example.net';
const PATH = '/v1/chat/completions';
const KEY = 'the-key-of-the-model';
const mocked = mockedHttp(ORIGIN);
const KILLED = { text: 'Process 832 was killed.', evidence: ['E1'], counts: [] };

let time: FakeTime;
let sent: string[] = [];
let received: string[] = [];
let streamed: ClaimedSentence[] = [];
let refuseToKeep = false;
beforeEach(() => {
  time = new FakeTime();
  [sent, received, streamed, refuseToKeep] = [[], [], [], false];
});

function narrator(change: Partial<NarratorSettings> = {}) {
  const settings: NarratorSettings = {
    ...{ model: 'local-7b', url: `${ORIGIN}/v1`, key: KEY, deadlineMs: 30_000 },
    ...{ tokensPerQuestion: 30_000, tokensPerDay: 300_000 },
    ...change,
  };
  return new OpenAiNarrator({ settings, clock: time, timer: time });
}

function ask(one = narrator(), { tokens = 30_000, cancel = new AbortController().signal } = {}) {
  return one.narrate(
    { question: 'was it memory?', document: confirmedOom(), tokens },
    {
      async sending(body) {
        if (refuseToKeep) throw new Error('the disk is full');
        sent.push(body);
      },
      received: async body => void received.push(body),
      sentence: sentence => streamed.push(sentence),
    },
    cancel,
  );
}

const bodies = () => mocked.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('a model', () => {
  it('reads evidence by its tools and answers in sentences, which are told while they come', async () => {
    mocked.answer('POST', PATH, calling('list_evidence', '{}'));
    mocked.answer('POST', PATH, calling('read_evidence', '{"ids":["E1","E99"]}'));
    mocked.answer('POST', PATH, answering(KILLED, { text: 'It was memory.', evidence: ['E1'] }));
    const narration = await ask();
    expect(narration).toEqual({
      ok: true,
      sentences: [KILLED, { text: 'It was memory.', evidence: ['E1'], counts: [] }],
      usage: { inputTokens: 2_100, outputTokens: 150 },
    });
    expect(streamed).toHaveLength(2);
    const [, second, third] = bodies();
    expect(JSON.stringify(second?.messages)).toContain('untrusted_beginning');
    expect(JSON.stringify(third?.messages)).toContain('Killed process 832');
    expect(JSON.stringify(third?.messages)).toContain('there is no such evidence');
    expect(mocked.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('is sent a strict form, reading tools only, and a limit under the name that its server knows', async () => {
    mocked.answer('POST', PATH, answering());
    await ask();
    const [body] = bodies();
    expect(body).toMatchObject({
      model: 'local-7b',
      stream: true,
      max_tokens: 1_500,
      response_format: { type: 'json_schema' },
    });
    const tools = ((body?.tools ?? []) as { function: { name: string } }[]).map(tool => tool.function.name);
    expect(tools).toEqual(['list_evidence', 'read_evidence', 'read_counts']);
  });

  it('has every message in the transcript once, before it is sent', async () => {
    mocked.answer('POST', PATH, calling('read_counts', '{}'));
    mocked.answer('POST', PATH, answering());
    await ask();
    const roles = sent.map(body => (JSON.parse(body) as { role: string }[]).map(({ role }) => role));
    expect(roles).toEqual([
      ['system', 'user'],
      ['assistant', 'tool'],
    ]);
    expect(received).toHaveLength(2);
    expect(sent.join('')).not.toContain(KEY);
  });

  it('is sent nothing when the transcript cannot be kept', async () => {
    refuseToKeep = true;
    await expect(ask()).rejects.toThrow('the disk is full');
    expect(mocked.requests).toEqual([]);
  });

  it('that calls tools that are not there, or calls them wrongly, is told so', async () => {
    mocked.answer('POST', PATH, calling('restart_service', '{"unit":"checkout"}'));
    mocked.answer('POST', PATH, calling('read_evidence', 'E1, please'));
    mocked.answer('POST', PATH, answering());
    expect(await ask()).toMatchObject({ ok: true, sentences: [] });
    const text = JSON.stringify(bodies()[2]?.messages);
    expect(text).toContain('there is no tool of that name');
    expect(text).toContain('expected {');
  });
});

const LONG = JSON.stringify({ sentences: [KILLED, { text: 'And then more', evidence: ['E1'], counts: [] }] });

describe('a model that fails', () => {
  it.each<[string, Parameters<typeof mocked.answer>[2], object]>([
    ['is not there', { error: 'connect ECONNREFUSED' }, { failure: 'unreachable' }],
    [
      'refuses the key',
      { status: 401, body: '{"error":{"message":"bad key"}}' },
      { failure: 'login-refused' },
    ],
    [
      'is overloaded',
      { status: 429, headers: { 'retry-after': '17' } },
      { failure: 'rate-limited', afterMs: 17_000 },
    ],
    ['is broken', { status: 500, body: 'oops' }, { failure: 'server-failed' }],
    ['does not know the model', { status: 404, body: '{}' }, { failure: 'server-failed' }],
    ['says no', refusing('I cannot help with that.'), { failure: 'refused-to-answer' }],
    [
      'is stopped by a filter',
      writing('{"sentences":[]}', 'content_filter'),
      { failure: 'refused-to-answer' },
    ],
    ['writes prose', writing('It was the memory.'), { failure: 'not-readable', sentences: [] }],
    ['writes broken JSON', writing('{"sentences":[{"text"'), { failure: 'not-readable' }],
    [
      'answers in another form',
      writing('{"answer":"It was the memory."}'),
      { failure: 'not-readable', sentences: [] },
    ],
    [
      'adds a field to a good answer',
      writing(JSON.stringify({ sentences: [KILLED], apply: true })),
      { failure: 'not-readable', sentences: [] },
    ],
    [
      'is cut by the limit',
      writing(LONG.slice(0, 80), 'length'),
      { failure: 'broke-off', sentences: [KILLED] },
    ],
    ['breaks off', breakingOff(LONG.slice(0, 80)), { failure: 'broke-off', sentences: [KILLED] }],
    ['sends chunks that are no JSON', raw('data: {"id": nonsense\n\n'), { failure: 'not-readable' }],
    [
      'sends an error within the stream',
      raw('data: {"error":{"message":"overloaded"}}\n\n'),
      { failure: 'server-failed' },
    ],
    ['sends nothing', raw(''), { failure: 'broke-off' }],
    ['sends a page', { body: '<html>not an API</html>' }, { failure: 'broke-off' }],
    ['wants tools and names none', writing('', 'tool_calls'), { failure: 'not-readable' }],
  ])('because it %s is told of, once', async (_, answer, expected) => {
    mocked.answer('POST', PATH, answer);
    const narration = await ask();
    expect(narration).toMatchObject({ ok: false, ...expected });
    expect(mocked.requests.length).toBeLessThanOrEqual(1);
    expect(JSON.stringify(narration)).not.toMatch(/bad key|oops|overloaded|cannot help/);
  });

  it('because it never answers is given up in time', async () => {
    mocked.answer('POST', PATH, { silent: true });
    const asked = ask();
    await settle();
    await time.advance(30_000);
    expect(await asked).toMatchObject({ ok: false, failure: 'timed-out', detail: 'no answer in time' });
  });

  it('because we are stopping ends soon', async () => {
    mocked.answer('POST', PATH, { silent: true });
    const cancel = new AbortController();
    const asked = ask(narrator(), { cancel: cancel.signal });
    await settle();
    cancel.abort();
    expect(await asked).toMatchObject({ ok: false, failure: 'timed-out' });
    expect(time.pending).toBe(0);
  });

  it('because it reads for ever is stopped after six rounds', async () => {
    for (let round = 0; round < 6; round++) mocked.answer('POST', PATH, calling('list_evidence', '{}'));
    expect(await ask()).toMatchObject({
      ok: false,
      failure: 'too-many-rounds',
      usage: { inputTokens: 4_200, outputTokens: 300 },
    });
  });

  it('because its tokens are used is stopped before more is sent', async () => {
    mocked.answer('POST', PATH, calling('read_evidence', '{"ids":["E1"]}'));
    expect(await ask(narrator(), { tokens: 1_900 })).toMatchObject({ ok: false, failure: 'out-of-tokens' });
    expect(await ask(narrator(), { tokens: 1_000 })).toMatchObject({ ok: false, failure: 'out-of-tokens' });
    expect(mocked.requests).toHaveLength(1);
  });

  it('by a rate limit is left alone until it is over', async () => {
    mocked.answer('POST', PATH, { status: 429, headers: { 'retry-after': '17' } });
    const one = narrator();
    await ask(one);
    expect(await ask(one)).toMatchObject({ failure: 'rate-limited', afterMs: 17_000 });
    expect(mocked.requests).toHaveLength(1);
    await time.advance(17_000);
    mocked.answer('POST', PATH, answering(KILLED));
    expect(await ask(one)).toMatchObject({ ok: true });
  });
});
