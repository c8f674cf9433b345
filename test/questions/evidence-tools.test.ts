import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimedSentence } from '../../src/questions/claimed-answer.ts';
import { EVIDENCE_TOOLS, evidenceTool } from '../../src/questions/evidence-tools.ts';
import { costMicros, tokensOf } from '../../src/questions/narration-cost.ts';
import { narrationQuestion } from '../../src/questions/narration-prompt.ts';
import { LONGEST_ANSWER, SentenceStream } from '../../src/questions/sentence-stream.ts';
import { hugeDocument } from '../handlers/slack/blocks/extreme-documents.ts';
import { confirmedOom } from '../report/documents.ts';

const read = (name: string, args = '{}', document = confirmedOom()) =>
  JSON.parse(evidenceTool(document, name, args)) as Record<string, unknown>;

describe('the tools of a model', () => {
  it('only read', () => {
    expect(EVIDENCE_TOOLS.map(({ name }) => name)).toEqual(['list_evidence', 'read_evidence', 'read_counts']);
    const before = JSON.stringify(confirmedOom());
    const document = confirmedOom();
    for (const { name } of EVIDENCE_TOOLS) evidenceTool(document, name, '{"ids":["E1"]}');
    expect(JSON.stringify(document)).toBe(before);
  });

  it('list, read and count', () => {
    expect((read('list_evidence').evidence as unknown[]).length).toBe(20);
    expect(read('read_evidence', '{"ids":["E1","E1","E99"]}')).toMatchObject({
      evidence: [
        { id: 'E1', server: 'web-1', untrusted_text: expect.stringContaining('Killed process 832') },
        { id: 'E99', error: 'there is no such evidence' },
      ],
    });
    expect(read('read_counts')).toMatchObject({ counts: { http502: 9 } });
  });

  it.each(['', 'null', '[]', '{"ids":"E1"}', '{"ids":[]}', '{"ids":[1]}', '{"ids":["E1"],"then":"rm"}'])(
    'answer a wrong call with words: %s',
    args => {
      expect(read('read_evidence', args)).toEqual({ error: 'expected {"ids": ["E1", "E2"]}' });
    },
  );

  it('answer within bounds, however much there is', () => {
    const huge = hugeDocument('confirmed', { lines: 5_000, servers: 200, text: 'x'.repeat(40_000) });
    const all = JSON.stringify(Array.from({ length: 100 }, (_, i) => `E${i + 1}`));
    expect(evidenceTool(huge, 'list_evidence', '{}').length).toBeLessThan(80_000);
    expect(evidenceTool(huge, 'read_evidence', `{"ids":${all}}`).length).toBeLessThan(60_000);
    expect(narrationQuestion(huge, 'why?').length).toBeLessThan(40_000);
  });
});

const sentence = fc.record({
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  evidence: fc.array(fc.constantFrom('E1', 'E2'), { maxLength: 3 }),
  counts: fc.array(fc.constantFrom('http502'), { maxLength: 1 }),
});

describe('a stream of sentences', () => {
  it('tells each sentence once and whole, wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(sentence, { maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        (sentences, size) => {
          const text = JSON.stringify({ sentences });
          const stream = new SentenceStream();
          const told: ClaimedSentence[] = [];
          for (let at = 0; at < text.length; at += size) told.push(...stream.take(text.slice(at, at + size)));
          expect(told).toEqual(sentences);
          expect(stream.text).toBe(text);
        },
      ),
    );
  });

  it('passes over what is no sentence, and ends with its limit', () => {
    const stream = new SentenceStream();
    expect(
      stream.take('{"sentences":[{"text":1},{"a":{"b":"}"}},{"text":"x","evidence":[],"counts":[]}'),
    ).toEqual([{ text: 'x', evidence: [], counts: [] }]);
    stream.take('y'.repeat(LONGEST_ANSWER * 2));
    expect(stream.text).toHaveLength(LONGEST_ANSWER);
  });
});

describe('what a model costs', () => {
  it('is what its tokens cost, rounded up; nothing where no price is known', () => {
    expect(costMicros(1_000_000, 0, { input: 0.25, output: 2 })).toBe(250_000);
    expect(costMicros(1_000, 100, { input: 0.25, output: 2 })).toBe(450);
    expect(costMicros(1_000, 100, undefined)).toBe(0);
    expect(tokensOf('four letters')).toBe(4);
  });
});
