import { describe, expect, it } from 'vitest';
import { readDeclaration } from '../../../practice/slack/declaration.ts';
import { openWorkspace } from '../../../practice/slack/live-workspace.ts';
import { PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import { typedText } from '../../../practice/slack/typed-text.ts';
import { MANIFEST } from './practised-app.ts';

function workspace() {
  const declaration = readDeclaration(MANIFEST);
  if (!declaration.ok) throw new Error(declaration.problems.join());
  return openWorkspace(PRACTICE_SEED, declaration.app, { nowMs: () => 0, changed: () => undefined });
}

describe('what a person types', () => {
  it.each([
    ['message', 'a < b && c > d', 'a &lt; b &amp;&amp; c &gt; d'],
    ['message', '@lookout why?', '<@U0PRACTICEBOT> why?'],
    ['message', 'hi @ben, see #inc-search.', 'hi <@U0BEN>, see <#C0SEARCH>.'],
    ['message', '@oncall', '<!subteam^S0ONCALL>'],
    ['message', '<@U0BEN> and <@U0NOBODY>', '<@U0BEN> and &lt;@U0NOBODY&gt;'],
    ['message', '<!channel> @nobody #nowhere', '&lt;!channel&gt; @nobody #nowhere'],
    ['message', 'https://x.test/?a=1&b', '<https://x.test/?a=1&amp;b>'],
    ['command', '@ben in #inc-search', '<@U0BEN|ben> in <#C0SEARCH|inc-search>'],
    ['command', '@oncall', '<!subteam^S0ONCALL|@oncall>'],
    ['as-typed', '@ben & #inc-search', '@ben &amp; #inc-search'],
  ] as const)('in a %s: %s', (how, typed, told) => {
    expect(typedText(typed, workspace(), how)).toBe(told);
  });
});
