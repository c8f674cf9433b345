import { type Document, isAlias, isMap, isNode, isScalar, type YAMLError } from 'yaml';
import type { PathStep } from './registry-problem.ts';

/** What stands at a path in parsed data; undefined where nothing does. */
export function valueAt(data: unknown, path: readonly PathStep[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PathStep, unknown>)[step];
  }
  return value;
}

/**
 * Where the value at `path` begins in the text. What is not written there (a missing field, a field that
 * comes in through `<<`) is placed at the innermost thing that is.
 */
export function offsetOf(document: Document.Parsed, path: readonly PathStep[], onKey: boolean): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const inside = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const pair = inside.items.find(item => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      const last = depth === path.length - 1;
      const written = isNode(pair.value) && !(isScalar(pair.value) && pair.value.value === null);
      const place = (last && onKey) || !written ? pair.key : pair.value;
      if (isNode(place)) offset = place.range?.[0] ?? offset;
      // A map in block style begins on the line after its key: a missing field is better shown at the key.
      if (!last && isMap(pair.value) && !pair.value.flow && isNode(pair.key))
        offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item =
        isNode(inside) && 'items' in inside ? (inside.items as unknown[])[Number(step)] : undefined;
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}

/** What is wrong with the YAML itself, for people. */
export function yamlErrorText(error: YAMLError, text: string): string {
  const [from] = error.pos;
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\r\n]{0,80}/.exec(text.slice(from))?.[0].trim() ?? '';
    return `${key} is written twice in the same map: keep one, the other would be lost`;
  }
  if (error.code === 'TAB_AS_INDENT') return 'a tab stands where YAML wants spaces: indent with spaces';
  return `not valid YAML: ${error.message}`;
}
