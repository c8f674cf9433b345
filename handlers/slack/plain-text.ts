/** Longer texts are cut before anything looks at them: no request and no alert needs more. */
const LONGEST_READ = 12_000;

const ESCAPED = /<([^<>\n]{1,2000})>/g;
const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g;
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]|\uFE0E|\uFE0F/g;
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g;
const EMOJI = /(^|\s):[a-z][a-z0-9_+-]{0,60}:(?=\s|$)/gi;

/**
 * What a person typed, without what Slack and keyboards make of it: links and channels become their labels,
 * mentions go, entities are decoded, smart quotes and dashes become plain ones.
 * Forms: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function plainText(text: string): string {
  return text
    .slice(0, LONGEST_READ)
    .replace(ESCAPED, (_, inside: string) => labelOf(inside))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(CONTROLS, ' ')
    .replace(DASHES, '-')
    .replace(/[\u2018-\u201B\u2039\u203A]/g, "'")
    .replace(/[\u201C-\u201F\u00AB\u00BB]/g, '"')
    .replace(/\u2192/g, ' to ')
    .replace(EMOJI, '$1');
}

function labelOf(inside: string): string {
  const bar = inside.indexOf('|');
  const [target, label] = bar < 0 ? [inside, ''] : [inside.slice(0, bar), inside.slice(bar + 1)];
  // A mention says whom to tell, not what to look at.
  if (target.startsWith('@')) return ' ';
  if (target.startsWith('!')) return target.startsWith('!date^') ? label : ' ';
  if (target.startsWith('#')) return label === '' ? target : `#${label}`;
  return label === '' ? target.replace(/^(?:https?:\/\/|mailto:|tel:)/, '') : label;
}
