import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mrkdwn, parseMrkdwn } from '../../../practice/page/mrkdwn.ts';

const text = (letters: string): Mrkdwn => ({ kind: 'text', text: letters });
const styled = (kind: 'bold' | 'italic' | 'strike' | 'code', ...inside: Mrkdwn[]): Mrkdwn => ({
  kind,
  inside,
});

describe('mrkdwn', () => {
  it.each<[string, string, readonly Mrkdwn[]]>([
    ['bold', '*a b*', [styled('bold', text('a b'))]],
    ['italic', '_a_', [styled('italic', text('a'))]],
    ['strike', '~a~', [styled('strike', text('a'))]],
    ['code, which holds no other markup', '`*a*`', [styled('code', text('*a*'))]],
    ['italic inside of bold', '*a _b_*', [styled('bold', text('a '), styled('italic', text('b')))]],
    ['no bold in the middle of words', '2*3*4', [text('2*3*4')]],
    ['no bold before a blank', 'a * b *', [text('a * b *')]],
    ['no bold over two lines', '*a\nb*', [text('*a\nb*')]],
    ['a lone marker', 'snake_case *', [text('snake_case *')]],
    ['the three escapes', '&lt;!channel&gt; &amp;amp; &quot;', [text('<!channel> &amp; &quot;')]],
    ['an escape that is not undone twice', '&amp;lt;', [text('&lt;')]],
    ['a person', '<@U1>', [{ kind: 'user', id: 'U1' }]],
    ['a person with a name', '<@U1|ana>', [{ kind: 'user', id: 'U1', label: 'ana' }]],
    ['a channel', '<#C1|ops>', [{ kind: 'channel', id: 'C1', label: 'ops' }]],
    ['a group', '<!subteam^S1|@oncall>', [{ kind: 'usergroup', id: 'S1', label: '@oncall' }]],
    ['everybody', '<!here>', [{ kind: 'broadcast', range: 'here' }]],
    ['an unknown command', '<!foo|bar>', [text('bar')]],
    [
      'a link',
      '<https://a.example/?x=1&amp;y=2|see>',
      [{ kind: 'link', url: 'https://a.example/?x=1&y=2', label: 'see' }],
    ],
    [
      'a bare link',
      '<https://a.example>',
      [{ kind: 'link', url: 'https://a.example', label: 'https://a.example' }],
    ],
    ['an angle that is not closed', 'a < b', [text('a < b')]],
    [
      'a date',
      '<!date^60^{time}|then>',
      [{ kind: 'date', atMs: 60_000, format: '{time}', fallback: 'then' }],
    ],
    [
      'a date with a link',
      '<!date^60^{time}^https://a.example|then>',
      [{ kind: 'date', atMs: 60_000, format: '{time}', fallback: 'then', url: 'https://a.example' }],
    ],
    ['a fence between lines', 'a\n```\n*b*\n```\nc', [text('a'), { kind: 'fence', text: '*b*' }, text('c')]],
    ['a fence that is not closed', '```a', [text('```a')]],
    [
      'a quote of two lines',
      '> a\n&gt; *b*\nc',
      [{ kind: 'quote', inside: [text('a\n'), styled('bold', text('b'))] }, text('c')],
    ],
  ])('reads %s', (_, source, parsed) => {
    expect(parseMrkdwn(source)).toEqual(parsed);
  });

  it('loses no letter of a text without markup', () => {
    const letters = fc.string().filter(string => !/[*_~`<>&]/.test(string));
    fc.assert(
      fc.property(letters, source => {
        expect(
          parseMrkdwn(source)
            .map(node => (node.kind === 'text' ? node.text : '?'))
            .join(''),
        ).toBe(source);
      }),
    );
  });

  it.each(['*', '_', '~', '`', '<', '*a ', '<@', '```', '`a', '&gt;\n'])('reads a long row of %j', row => {
    expect(parseMrkdwn(row.repeat(4000)).length).toBeGreaterThan(0);
  });
});
