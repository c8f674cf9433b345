/** Longest piece of one log line that is shown: a whole OOM line or NGINX error line fits several times. */
export const SHOWN_CHARACTERS = 4_000;

/**
 * What a terminal could obey or hide: control characters (ANSI and OSC start with one), formatting
 * characters (bidi, zero width, tags), lone surrogates, line separators, and what fonts leave blank.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT_NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes text from a server harmless on a terminal: what could move the cursor, change colours, turn the
 * reading direction or hide is written out (`\x1b`, `\u{202e}`). One line in, one line out.
 *
 * The text is cut before anything else looks at it, so that a hostile line cannot cost time.
 */
export function safeText(text: string, maxCharacters: number = SHOWN_CHARACTERS): string {
  const kept = text.length > maxCharacters ? withoutHalfPair(text.slice(0, maxCharacters)) : text;
  const shown = kept.replace(UNSAFE, visible);
  return kept.length === text.length ? shown : `${shown}… (${text.length - kept.length} more characters)`;
}

/** The cut must not leave one half of a character behind that then looks like a fault of the log. */
function withoutHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function visible(character: string): string {
  const short = SHORT_NAMES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
