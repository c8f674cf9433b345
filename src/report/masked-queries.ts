/** What stands in place of a value of a query string. */
const HIDDEN = '…';

/** From a `?` inside a URI to the end of the URI. `\"` and `\n` are the ends of a text inside JSON. */
const QUERY = /(?<=[^\s?"'(])\?((?:[^\s"'<>\\?]|\\(?!["'nrt]))+)/g;
/** Signs of a sentence that follow a URI and are not part of it. */
const TAIL = /[,;:.)\]}]{1,4}$/;
const SHORT_NUMBER = /^\d{1,4}$/;
const MASKED = /^\[[a-z-]{1,10}\]$/;

/** Hides the values of query strings. Paths and names stay: they tell which requests fail. */
export function maskQueries(text: string, values: 'hide' | 'keep-short-numbers' | 'keep'): string {
  if (values === 'keep' || !text.includes('?')) return text;
  return text.replace(QUERY, (_all, query: string) => {
    const tail =
      query.endsWith(']') && MASKED.test(query.slice(query.lastIndexOf('[')))
        ? ''
        : (TAIL.exec(query)?.[0] ?? '');
    const pieces = query.slice(0, query.length - tail.length).split('&');
    return `?${pieces.map(piece => hideValue(piece, values)).join('&')}${tail}`;
  });
}

function hideValue(piece: string, values: 'hide' | 'keep-short-numbers'): string {
  const sign = piece.indexOf('=');
  // A piece without a name is a name as long as it is as short as one.
  if (sign < 0) return piece.length <= 24 || piece === HIDDEN ? piece : HIDDEN;
  const value = piece.slice(sign + 1);
  const stays =
    value === '' || MASKED.test(value) || (values === 'keep-short-numbers' && SHORT_NUMBER.test(value));
  return stays ? piece : `${piece.slice(0, sign)}=${HIDDEN}`;
}
