import { describe, expect, it } from 'vitest';
import { completed, completionAt, usageHint } from '../../../practice/page/completion.ts';

const vocabulary = {
  commands: [
    { command: '/diagnose-502', description: 'Diagnose', usageHint: '[service]' },
    { command: '/staunch', description: 'Rest', usageHint: '' },
  ],
  people: [
    { name: 'staunch', realName: 'Staunch' },
    { name: 'ana', realName: 'Ana Lima' },
    { name: 'ben', realName: 'Ben Okafor' },
  ],
  channels: [{ name: 'inc-checkout' }, { name: 'incidents' }],
};
const labels = (text: string, isThread = false, caret = text.length) =>
  completionAt(text, caret, vocabulary, isThread)?.offers.map(offer => offer.insert.trim());

describe('completion', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['/', ['/diagnose-502', '/staunch']],
    ['/dia', ['/diagnose-502']],
    ['/502', ['/diagnose-502']],
    ['/DIA', ['/diagnose-502']],
    ['/nothing', undefined],
    [' /dia', undefined],
    ['see /dia', undefined],
    ['/diagnose-502 ', undefined],
    ['@', ['@staunch', '@ana', '@ben']],
    ['hello @li', ['@ana']],
    ['mail me@an', undefined],
    ['in #inc', ['#inc-checkout', '#incidents']],
    ['', undefined],
  ])('of %j offers %j', (text, offers) => {
    expect(labels(text)).toEqual(offers);
  });

  it('offers no commands in threads, where Slack takes none, but people', () => {
    expect(labels('/dia', true)).toBeUndefined();
    expect(labels('@an', true)).toEqual(['@ana']);
  });

  it('looks at the word before the caret only', () => {
    expect(labels('@an and @be', false, 3)).toEqual(['@ana']);
  });

  it('puts the offer in place of the word and the caret behind it', () => {
    const completion = completionAt('hi @an!', 6, vocabulary, false)!;
    expect(completed('hi @an!', 6, completion, completion.offers[0]!)).toEqual({
      text: 'hi @ana !',
      caret: 8,
    });
  });

  it('does not double a blank', () => {
    const completion = completionAt('@an see', 3, vocabulary, false)!;
    expect(completed('@an see', 3, completion, completion.offers[0]!)).toEqual({
      text: '@ana see',
      caret: 5,
    });
  });

  it('says what may follow a command', () => {
    expect(usageHint('/diagnose-502 check', vocabulary)).toBe('/diagnose-502 [service]');
    expect(usageHint('/diagnose-502', vocabulary)).toBeUndefined();
  });
});
