import { describe, expect, it } from 'vitest';
import { parseNginxFiles } from '../../src/signals/nginx-config-syntax.ts';

const words = (text: string) => parseNginxFiles(text)[0]?.directives.map(({ name, args }) => [name, ...args]);

describe('words of a configuration', () => {
  it.each([
    ['a b c;', [['a', 'b', 'c']]],
    ['a "b c" \'d "e"\';', [['a', 'b c', 'd "e"']]],
    ['a "b\\"c" d\\;e f\\ g;', [['a', 'b"c', 'd\\;e', 'f\\ g']]],
    ['a "\\t|\\d";', [['a', '\t|\\d']]],
    [`a \${b}c$d e{`, [['a', `\${b}c$d`, 'e']]],
    ['a # b;\n c;', [['a', 'c']]],
    ['a b#c;', [['a', 'b#c']]],
    ['a;b;', [['a'], ['b']]],
    ['location ~ ^/x$ { b c; }', [['location', '~', '^/x$']]],
    ['a b', undefined],
    ['a "b', undefined],
    ['} } a;', [['a']]],
  ])('%s', (text, expected) => expect(words(text) ?? []).toEqual(expected ?? []));

  it('keeps the line that a directive begins on', () => {
    const [file] = parseNginxFiles("  log_format x 'a'\n     'b';\r\n\taccess_log /x; # why\r\n");
    expect(file?.directives.map(directive => directive.lineText)).toEqual([
      "  log_format x 'a'",
      '\taccess_log /x; # why',
    ]);
  });

  it('skips Lua with its own brackets, quotes and comments', () => {
    const lua = `content_by_lua_block {
      -- it's { a comment
      local t = { a = "}" } --[[ } ]]
      ngx.say([[ } ]]) if x then t = {} end
    } after b;`;
    expect(words(lua)).toEqual([['after', 'b']]);
  });

  it('splits the output of nginx -T into its files', () => {
    const text =
      'nginx: [warn] something\n# configuration file /a:\nx 1;\n# configuration file /b c.conf:\r\ny 2;\n';
    expect(parseNginxFiles(text)).toMatchObject([
      { path: '/a', directives: [{ name: 'x', args: ['1'] }] },
      { path: '/b c.conf', directives: [{ name: 'y', args: ['2'] }] },
    ]);
  });

  it('reads over blocks nested beyond reason', () => {
    const deep = `${'a {'.repeat(5_000)} b c; ${'}'.repeat(5_000)} last one;`;
    expect(words(deep)).toEqual([['a'], ['last', 'one']]);
  });
});
