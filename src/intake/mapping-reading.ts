import { isNode, LineCounter, parseDocument } from 'yaml';
import { nearestNames } from '../inventory/nearest-name.ts';
import { pathText, suggestionText, valueText } from '../inventory/registry-problem.ts';
import { AlertMapping } from './alert-mapping.ts';

export type MappingReading =
  | { readonly ok: true; readonly mapping: AlertMapping }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a mapping file; every problem names file, line, field and what is accepted. */
export function readMapping(text: string, fileName: string): MappingReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${fileName}:${lines.linePos(offset).line || 1}`;
  if (document.errors.length > 0)
    return {
      ok: false,
      problems: document.errors.map(({ pos, message }) => `${at(pos[0])}: not valid YAML: ${message}`),
    };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { ok: false, problems: [`${at(0)}: not valid YAML: ${(error as Error).message}`] };
  }
  const read = AlertMapping.safeParse(data);
  if (read.success) return { ok: true, mapping: read.data };
  const placeOf = (path: readonly (string | number)[]) => {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(0);
  };
  const problems = read.error.issues.flatMap(issue => {
    const path = issue.path.filter(step => typeof step !== 'symbol');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => {
        const known = path.length === 0 ? Object.keys(AlertMapping.shape) : [];
        const hint = known.length === 0 ? '' : suggestionText(nearestNames(key, known), known, 'field');
        return `${placeOf([...path, key])}: ${pathText([...path, key])} is not a field here${hint}`;
      });
    const value: unknown = document.getIn(path);
    const plain = isNode(value) ? value.toJSON() : value;
    const state = plain === undefined || plain === null ? 'is missing' : `is ${valueText(plain)}`;
    return [
      `${placeOf(path)}: ${path.length === 0 ? 'the file' : pathText(path)} ${state}: ${issue.message}`,
    ];
  });
  return { ok: false, problems };
}
