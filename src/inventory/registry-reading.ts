import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';
import { ROLES } from '../policy/access.ts';
import { TIERS } from '../policy/tier.ts';
import { SlackSection, TeamEntry } from './access-file.ts';
import { ChangesSection, FreezeEntry, ServiceChangesSection } from './changes-file.ts';
import type { FileBase } from './file-base.ts';
import { nearestNames } from './nearest-name.ts';
import type { Registry } from './registry.ts';
import { registryOf } from './registry-building.ts';
import { RegistryFile, ServerEntry, ServiceEntry } from './registry-file.ts';
import { type PathStep, type Problem, pathText, suggestionText, valueText } from './registry-problem.ts';
import { referenceFaults } from './registry-references.ts';
import { QuietHoursEntry, WarningsSection } from './warnings-file.ts';

/** The registry in a file, or everything that is wrong with the file, in the order of its lines. */
export type RegistryReading =
  | { readonly ok: true; readonly registry: Registry }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads the text of a `staunch.yml`. `fileName` only names the file in problems; paths stand on `base`. */
export function readRegistry(text: string, fileName: string, base: FileBase): RegistryReading {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const report = (offset: number, path: readonly PathStep[], message: string): void => {
    const place = lines.linePos(offset);
    const [line, column] = place.line === 0 ? [1, 1] : [place.line, place.col];
    problems.push({ file: fileName, line, column, path: pathText(path), message });
  };
  const failure = (): RegistryReading => ({ ok: false, problems: inFileOrder(problems) });

  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
  });
  const document = 'empty' in documents ? undefined : documents[0];
  if (!document || document.contents === null) {
    report(0, [], 'the file is empty: expected at least servers: { … }');
    return failure();
  }
  for (const second of documents.slice(1)) {
    const message = 'a second YAML document begins here ("---"): keep everything in one document';
    if (!('empty' in documents)) report(second.range[0], [], message);
  }
  for (const error of document.errors) report(error.pos[0], [], yamlErrorText(error, text));
  for (const warning of document.warnings) report(warning.pos[0], [], `not understood: ${warning.message}`);
  // After a syntax error the data are guesswork; after a key written twice they are whole.
  if (document.errors.some(error => error.code !== 'DUPLICATE_KEY')) return failure();

  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    report(0, [], `not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
    return failure();
  }
  const checked = RegistryFile.safeParse(data);
  const reported = new Set<string>();
  for (const { path, message, onKey } of checked.success
    ? []
    : checked.error.issues.flatMap(i => faultsOf(i, data))) {
    reported.add(pathText(path));
    report(offsetOf(document, path, onKey), path, message);
  }
  for (const { path, message } of referenceFaults(data)) {
    if (!reported.has(pathText(path))) report(offsetOf(document, path, false), path, message);
  }
  if (!checked.success || problems.length > 0) return failure();
  return { ok: true, registry: registryOf(checked.data, base) };
}

interface Fault {
  readonly path: readonly PathStep[];
  readonly message: string;
  /** The key itself is wrong, not its value. */
  readonly onKey: boolean;
}

function faultsOf(issue: z.core.$ZodIssue, data: unknown): Fault[] {
  const path = issue.path.filter(step => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = fieldNamesAt(path);
    return issue.keys.map(key => {
      const hint = suggestionText(nearestNames(key, known), known, 'field');
      return {
        path: [...path, key],
        message: `${pathText([...path, key])} is not a field here${hint}`,
        onKey: true,
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const form = issue.issues[0]?.message ?? issue.message;
    const onKey: Fault = {
      path,
      message: `${pathText(path)} is not a name that can be used here: ${form}`,
      onKey: true,
    };
    return [onKey, ...faultsBelow(path, data)];
  }
  const value = valueAt(data, path);
  const named = path.length === 0 ? 'the file' : pathText(path);
  const state = value === undefined ? 'is missing' : value === null ? 'is empty' : `is ${valueText(value)}`;
  return [{ path, message: `${named} ${state}: ${issue.message}`, onKey: false }];
}

/** zod does not look at the value behind a key it refuses; a person wants to hear about both at once. */
function faultsBelow(path: readonly PathStep[], data: unknown): Fault[] {
  const entry =
    path.length !== 2
      ? undefined
      : { servers: ServerEntry, services: ServiceEntry, teams: TeamEntry }[String(path[0])];
  const checked = entry?.safeParse(valueAt(data, path));
  if (!checked || checked.success) return [];
  return checked.error.issues.flatMap(issue => faultsOf({ ...issue, path: [...path, ...issue.path] }, data));
}

function fieldNamesAt(path: readonly PathStep[]): string[] {
  const [top, second, third] = path;
  if (path.length === 0) return Object.keys(RegistryFile.shape);
  if (path.includes('quietHours')) return Object.keys(QuietHoursEntry.shape);
  if (path.includes('freezes')) return Object.keys(FreezeEntry.shape);
  if (path.includes('approvals')) return [...TIERS];
  if (top === 'changes') return Object.keys(ChangesSection.shape);
  if (third === 'changes') return Object.keys(ServiceChangesSection.shape);
  if (top === 'warnings' || third === 'warnings') return Object.keys(WarningsSection.shape);
  if (top === 'servers') return Object.keys(ServerEntry.shape);
  if (top === 'defaults') return ['user', 'port', 'tier', 'identityFile', 'agent', 'knownHosts'];
  if (top === 'slack') return second === 'roles' ? [...ROLES] : Object.keys(SlackSection.shape);
  if (top === 'teams') return third === 'roles' ? [...ROLES] : Object.keys(TeamEntry.shape);
  return third === 'nginx' ? ['servers', 'errorLogs', 'accessLogs'] : Object.keys(ServiceEntry.shape);
}

function valueAt(data: unknown, path: readonly PathStep[]): unknown {
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
function offsetOf(document: Document.Parsed, path: readonly PathStep[], onKey: boolean): number {
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

function yamlErrorText(error: YAMLError, text: string): string {
  const [from] = error.pos;
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\r\n]{0,80}/.exec(text.slice(from))?.[0].trim() ?? '';
    return `${key} is written twice in the same map: keep one, the other would be lost`;
  }
  if (error.code === 'TAB_AS_INDENT') return 'a tab stands where YAML wants spaces: indent with spaces';
  return `not valid YAML: ${error.message}`;
}

function inFileOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
