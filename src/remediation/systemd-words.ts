/**
 * One word of `ExecStart=` or one assignment of `Environment=` as systemd reads it back: quoted where it must be,
 * `%` doubled because a single one begins a specifier. `$` is left as it is: in `Environment=` it means nothing, and in
 * `ExecStart=` the word must have it doubled already where it is meant as such. Throws for control characters: systemd
 * has escapes for them, but no command that people wrote needs one.
 */
export function systemdWord(word: string): string {
  if (/[\x00-\x1f\x7f]/.test(word)) throw new TypeError('control characters are not written to a unit file');
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%');
  return /^[\w@+=:,./%{}$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A literal word where systemd would put variables in its place: `$` doubled. */
export function withoutVariables(word: string): string {
  return word.replaceAll('$', '$$$$');
}
