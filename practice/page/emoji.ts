/** The short names that a message may hold; any other stays as `:name:`. */
const CHARACTERS: Readonly<Record<string, string>> = {
  red_circle: '🔴',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  large_green_circle: '🟢',
  large_blue_circle: '🔵',
  white_circle: '⚪',
  black_circle: '⚫',
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  ballot_box_with_check: '☑️',
  x: '❌',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  warning: '⚠️',
  rotating_light: '🚨',
  information_source: 'ℹ️',
  question: '❓',
  grey_question: '❔',
  exclamation: '❗',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  arrows_counterclockwise: '🔄',
  repeat: '🔁',
  mag: '🔍',
  eyes: '👀',
  bar_chart: '📊',
  chart_with_upwards_trend: '📈',
  page_facing_up: '📄',
  clipboard: '📋',
  lock: '🔒',
  wrench: '🔧',
  bulb: '💡',
  zap: '⚡',
  fire: '🔥',
  pushpin: '📌',
  skull: '💀',
  bell: '🔔',
  wave: '👋',
  tada: '🎉',
  '+1': '👍',
  '-1': '👎',
  point_right: '👉',
  black_small_square: '▪️',
  white_small_square: '▫️',
};

/** The character of a short name; `unicode` is Slack's form of it, `1f534` or `2714-fe0f`. */
export function emojiCharacter(name: string, unicode?: string): string | undefined {
  if (unicode === undefined || !/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode)) return CHARACTERS[name];
  const points = unicode.split('-').map(hex => Number.parseInt(hex, 16));
  return points.every(point => point <= 0x10ffff) ? String.fromCodePoint(...points) : CHARACTERS[name];
}

/** Cuts a text at `:name:`: every second part is the name of a known emoji. */
export function splitAtEmoji(text: string): readonly string[] {
  const parts: string[] = [''];
  for (const piece of text.split(/(:[a-z0-9_+-]+:)/)) {
    const name = piece.slice(1, -1);
    if (/^:.+:$/.test(piece) && Object.hasOwn(CHARACTERS, name)) parts.push(name, '');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}
