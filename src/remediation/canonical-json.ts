/** Deeper than any plan or audit entry; a circle ends here too. */
const DEEPEST = 32;

/**
 * The one JSON text of a value, so that equal values have equal bytes in every language: keys in order of their
 * code units, no white space, strings escaped as RFC 8785 does. Only what every language writes alike is accepted:
 * whole numbers up to 2^53 - 1, well-formed strings, keys of printable ASCII, plain objects and lists, `true`,
 * `false`, `null`. Throws a `TypeError` that names the place for anything else, `undefined` included.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, '$', 0);
}

function textOf(value: unknown, place: string, depth: number): string {
  if (depth > DEEPEST)
    throw new TypeError(`${place} is nested deeper than ${DEEPEST} levels, or in a circle`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value, place);
  if (typeof value === 'string') return stringText(value, place);
  if (Array.isArray(value)) {
    // Not map(): it would skip the holes of a sparse list.
    const items = Array.from(value as unknown[], (item, at) => textOf(item, `${place}[${at}]`, depth + 1));
    return `[${items.join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) return objectText(value, place, depth);
  throw new TypeError(`${place} is ${kindOf(value)}: only plain JSON has a canonical form`);
}

function objectText(value: object, place: string, depth: number): string {
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => {
      if (!/^[\x20-\x7e]*$/.test(key))
        throw new TypeError(`${place} has the key ${JSON.stringify(key)}: keys must be printable ASCII`);
      return `${JSON.stringify(key)}:${textOf(field, `${place}.${key}`, depth + 1)}`;
    });
  return `{${fields.join(',')}}`;
}

function numberText(value: number, place: string): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new TypeError(`${place} is ${value}: numbers must be whole and below 2^53`);
}

function stringText(value: string, place: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  throw new TypeError(`${place} has half of a surrogate pair: no UTF-8 can say that`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? (value.constructor?.name ?? 'an object')
    : typeof value;
}
