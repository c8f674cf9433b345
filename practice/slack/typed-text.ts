import type { Workspace } from './workspace.ts';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What a person types that Slack turns into a reference: a mention, a channel, an address. */
const REFERENCE = /<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+)(?:\|[^<>]*)?>|@[\w.-]*\w|#[\w-]+|https?:\/\/[^\s<>]+/g;

/**
 * A text as Slack hands it to apps: `&`, `<` and `>` escaped, names turned into references. In a command with
 * `should_escape` references carry the name (`<@U0ANA|ana>`); without it they stay as typed.
 */
export function typedText(
  text: string,
  workspace: Workspace,
  how: 'message' | 'command' | 'as-typed',
): string {
  if (how === 'as-typed') return escaped(text);
  const named = (prefix: string, id: string, name: string) =>
    how === 'command' ? `<${prefix}${id}|${name}>` : `<${prefix}${id}>`;
  const reference = (typed: string): string | undefined => {
    if (typed.startsWith('http')) return `<${escaped(typed)}>`;
    const inner = typed.startsWith('<') ? typed.slice(1, -1).split('|')[0]! : typed;
    const wanted = inner.slice(1);
    if (inner.startsWith('#')) {
      const channel = [...workspace.channels.values()].find(
        each => each.id === wanted || each.name === wanted,
      );
      return channel && named('#', channel.id, channel.name);
    }
    const user = [...workspace.users.values()].find(each => each.id === wanted || each.name === wanted);
    if (user !== undefined) return named('@', user.id, user.name);
    const group = [...workspace.userGroups.values()].find(each => each.handle === wanted);
    return group && `<!subteam^${group.id}${how === 'command' ? `|@${group.handle}` : ''}>`;
  };
  let result = '';
  let from = 0;
  for (const match of text.matchAll(REFERENCE)) {
    result += escaped(text.slice(from, match.index)) + (reference(match[0]) ?? escaped(match[0]));
    from = match.index + match[0].length;
  }
  return result + escaped(text.slice(from));
}
