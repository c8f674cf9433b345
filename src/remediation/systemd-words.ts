/** What a line of a unit file cannot say plainly (systemd.syntax(7)); the names are those that systemd reads back. */
const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '%': '%%',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

/**
 * One word of `ExecStart=` or one assignment of `Environment=` as systemd reads it back: quoted where it must be,
 * `%` doubled because a single one begins a specifier. `$` is left as it is: in `Environment=` it means nothing, and in
 * `ExecStart=` the word must have it doubled already where it is meant as such. Throws for NUL, which no word can hold.
 */
export function systemdWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('a word with NUL cannot be written to a unit file');
  const escaped = word.replace(
    /[\\"%\x01-\x1f\x7f]/g,
    sign => NAMED[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return /^[\w@+=:,./%{}$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A literal word where systemd would put variables in its place: `$` doubled. */
export function withoutVariables(word: string): string {
  return word.replaceAll('$', '$$$$');
}
