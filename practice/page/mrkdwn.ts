export type Style = 'bold' | 'italic' | 'strike' | 'code';

/**
 * Slack's mrkdwn as a tree. Source: docs.slack.dev, "Formatting message text". Only `&amp;`, `&lt;` and `&gt;`
 * are escapes; whatever is not markup is text, letter by letter.
 */
export type Mrkdwn =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: Style | 'quote'; readonly inside: readonly Mrkdwn[] }
  | { readonly kind: 'fence'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly label: string }
  | { readonly kind: 'user' | 'channel' | 'usergroup'; readonly id: string; readonly label?: string }
  | { readonly kind: 'broadcast'; readonly range: string }
  | {
      readonly kind: 'date';
      readonly atMs: number;
      readonly format: string;
      readonly fallback: string;
      readonly url?: string;
    };

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' };

/** Fences first, then lines that are quoted, then what is inside a line. */
export function parseMrkdwn(source: string): readonly Mrkdwn[] {
  const parts = source.split(/```(?!`)\n?([\s\S]+?)\n?```/);
  return parts.flatMap((part, index): readonly Mrkdwn[] => {
    if (index % 2 === 1) return [{ kind: 'fence', text: textIn(part) }];
    // A fence stands on lines of its own: the line breaks beside it are not shown a second time.
    const before = index > 0 ? part.replace(/^\n/, '') : part;
    return quotesAndLines(index < parts.length - 1 ? before.replace(/\n$/, '') : before);
  });
}

const QUOTED = /^(?:>|&gt;) ?/;

function quotesAndLines(source: string): Mrkdwn[] {
  const groups: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of source === '' ? [] : source.split('\n')) {
    const isQuote = QUOTED.test(line);
    const last = groups.at(-1);
    if (last?.isQuote === isQuote) last.lines.push(line);
    else groups.push({ isQuote, lines: [line] });
  }
  return groups.flatMap(({ isQuote, lines }): Mrkdwn[] =>
    isQuote
      ? [{ kind: 'quote', inside: inline(lines.map(line => line.replace(QUOTED, '')).join('\n')) }]
      : inline(lines.join('\n')),
  );
}

function inline(source: string, within: readonly Style[] = []): Mrkdwn[] {
  const parsed: Mrkdwn[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') parsed.push({ kind: 'text', text: unescaped(text) });
    text = '';
  };
  /** Where a marker is known to have no partner any more, so that a long row of them costs one look each. */
  const hopeless = new Set<string>();
  let at = 0;
  while (at < source.length) {
    const char = source[at]!;
    const found = char === '<' ? angled(source, at) : styled(source, at, within, hopeless);
    if (char === '\n') hopeless.clear();
    if (found) {
      flush();
      parsed.push(found.node);
      at = found.end;
    } else {
      text += char;
      at += 1;
    }
  }
  flush();
  return parsed;
}

interface Found {
  readonly node: Mrkdwn;
  readonly end: number;
}

/** `*bold*` counts only at the edges of words and within one line: `2*3*4` stays as it is. */
function styled(
  source: string,
  at: number,
  within: readonly Style[],
  hopeless: Set<string>,
): Found | undefined {
  const marker = source[at]!;
  const style = STYLES[marker];
  if (style === undefined || within.includes(style) || hopeless.has(marker)) return undefined;
  const opens = !/[\p{L}\p{N}]/u.test(source[at - 1] ?? ' ') && /[^\s]/.test(source[at + 1] ?? ' ');
  if (!opens || source[at + 1] === marker) return undefined;
  const lineEnd = source.indexOf('\n', at) < 0 ? source.length : source.indexOf('\n', at);
  for (let end = source.indexOf(marker, at + 2); end >= 0 && end < lineEnd; ) {
    const closes =
      !/\s/.test(source[end - 1]!) && (style === 'code' || !/[\p{L}\p{N}]/u.test(source[end + 1] ?? ' '));
    if (closes) {
      const content = source.slice(at + 1, end);
      const inside: readonly Mrkdwn[] =
        style === 'code' ? [{ kind: 'text', text: textIn(content) }] : inline(content, [...within, style]);
      return { node: { kind: style, inside }, end: end + 1 };
    }
    end = source.indexOf(marker, end + 1);
  }
  hopeless.add(marker);
  return undefined;
}

/** `<@U1>`, `<#C1|name>`, `<!here>`, `<!date^…>`, `<https://…|label>`. */
function angled(source: string, at: number): Found | undefined {
  const end = source.indexOf('>', at);
  const content = end < 0 ? '' : source.slice(at + 1, end);
  if (content === '' || /[<\n]/.test(content)) return undefined;
  const bar = content.indexOf('|');
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? undefined : unescaped(content.slice(bar + 1));
  return { node: reference(target, label), end: end + 1 };
}

function reference(target: string, label: string | undefined): Mrkdwn {
  const named = label !== undefined && { label };
  if (target.startsWith('@')) return { kind: 'user', id: target.slice(1), ...named };
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1), ...named };
  const [command = '', first = '', format = '', url] = target.split('^');
  if (command === '!subteam') return { kind: 'usergroup', id: first, ...named };
  if (command === '!date') {
    const date = { atMs: Number(first) * 1000, format: unescaped(format), fallback: label ?? '' };
    return { kind: 'date', ...date, ...(url !== undefined && { url: unescaped(url) }) };
  }
  if (/^!(here|channel|everyone)$/.test(target)) return { kind: 'broadcast', range: target.slice(1) };
  if (target.startsWith('!')) return { kind: 'text', text: label ?? target };
  const address = unescaped(target);
  return { kind: 'link', url: address, label: label ?? address };
}

function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  return text.replaceAll(/&(?:amp|lt|gt);/g, found => letters[found] ?? found);
}

/** Code shows a link by its label, as Slack does. */
function textIn(source: string): string {
  return unescaped(
    source.replaceAll(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, to: string, label) => label ?? to),
  );
}
