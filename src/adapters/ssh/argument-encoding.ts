/** The bytes that stand for themselves in a question (docs/reading.md); all others are written in octal. */
const PLAIN = new Set(
  Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@+=,-', char =>
    char.charCodeAt(0),
  ),
);

function octal(byte: number): string {
  return `\\0${byte.toString(8).padStart(3, '0')}`;
}

/**
 * One argument of a question as a word that a POSIX `printf %b` turns back into its bytes (UTF-8).
 * `undefined` for an argument with a line break or a NUL: the protocol has lines, a shell has no NUL.
 */
export function encodeArgument(argument: string): string | undefined {
  if (/[\n\0]/.test(argument)) return undefined;
  if (argument === '') return '\\c';
  let word = '';
  for (const byte of Buffer.from(argument, 'utf8')) {
    word += PLAIN.has(byte) ? String.fromCharCode(byte) : octal(byte);
  }
  return word;
}

/**
 * A whole script as the inside of a single-quoted shell word for `printf %b`. Only what a login shell (sh,
 * csh, fish) could touch between single quotes is written in octal, because the kernel takes no word over
 * 128 KiB and every octal byte costs five.
 */
export function encodeScript(script: string): string {
  let word = '';
  for (const byte of Buffer.from(script, 'utf8')) {
    if (byte === 0x0a) word += '\\n';
    else if (byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c || byte === 0x21)
      word += octal(byte);
    else word += String.fromCharCode(byte);
  }
  return word;
}
