import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';
import { causeWords, nextSteps } from '../../src/report/cause-words.ts';
import { DiagnosisDocument, diagnosisSchema, HARMLESS_IDS } from '../../src/report/diagnosis-document.ts';
import { aDocument } from './documents.ts';

describe('the document of a diagnosis', () => {
  it.each([
    ['a verdict that does not exist', { verdict: 'suspected' }],
    ['a field that nobody knows', { series: [] }],
    ['an instant without a zone', { window: { from: '2026-11-22T10:00:00', to: '2026-11-22T10:20:00Z' } }],
    ['a probability above 1', { causes: [{ id: 'worker-exit', probability: 1.2, because: [] }] }],
    [
      'evidence under a name that is no number',
      { evidence: { x: { server: 'a', source: 'clock', at: null, text: '' } } },
    ],
  ])('refuses %s', (_what, change) => {
    expect(DiagnosisDocument.safeParse({ ...aDocument(), ...change }).success).toBe(false);
  });

  it('has a JSON Schema that names every field and lets no other in', () => {
    const schema = diagnosisSchema() as {
      properties: object;
      required: string[];
      additionalProperties: boolean;
    };
    expect(schema.required).toEqual(Object.keys(aDocument()));
    expect(schema.additionalProperties).toBe(false);
    expect(JSON.stringify(schema)).not.toContain('readOnly');
  });
});

describe('every cause', () => {
  it.each([...CAUSE_IDS, ...HARMLESS_IDS])('%s has a title and a meaning that fit a screen', id => {
    const { title, meaning } = causeWords(id);
    expect(title.length).toBeLessThan(40);
    expect(meaning.length).toBeLessThan(125);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });

  it.each(CAUSE_IDS)('%s says where to look next, with commands that only read', id => {
    const steps = nextSteps({ id }, 'checkout.service', { fromMs: 1_000, toMs: 2_500 });
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps.length).toBeLessThanOrEqual(4);
    for (const { command = '' } of steps) {
      expect(command).not.toMatch(/\{(?:unit|window)\}/);
      expect(command).not.toMatch(/systemctl (?:re|start|stop|set|edit|enable|disable|kill|daemon)/);
      expect(command).not.toMatch(
        /\b(?:rm|mv|cp|tee|killall|reboot|chmod|chown)\b|\bkill -|sed -i|sysctl -w|nginx -s/,
      );
      expect(command).not.toMatch(/>(?!\/dev\/null|&1)/);
    }
  });
});
