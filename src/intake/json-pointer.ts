/** A way into JSON, as RFC 6901 writes it: `/data/issue/id`, `` for all of it. */
export type JsonPointer = string;

export const POINTER_FORM =
  'expected a path such as /data/issue/id ("/" before each step, ~1 for "/", ~0 for "~")';
/** At most 16 steps: nothing that is sent is deeper. */
export const POINTER_PATTERN = /^(?:\/(?:[^~/]|~[01]){0,100}){0,16}$/;

/** What stands at the end of a way; undefined where there is nothing. Only what was sent is found, nothing inherited. */
export function valueAt(data: unknown, pointer: JsonPointer): unknown {
  let value = data;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The first of several ways that leads to text or to a number, as text. */
export function textAt(data: unknown, pointers: readonly JsonPointer[]): string | undefined {
  for (const pointer of pointers) {
    const value = valueAt(data, pointer);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  }
  return undefined;
}
