import { LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { nearestNames } from '../src/inventory/nearest-name.ts';
import { type PathStep, pathText, suggestionText, valueText } from '../src/inventory/registry-problem.ts';
import { offsetOf, valueAt, yamlErrorText } from '../src/inventory/yaml-places.ts';
import { Extension, Playbook, type PlaybookFile } from './playbook.ts';

/** Something wrong in a playbook, by its place in the data. */
export interface PlaybookFault {
  readonly path: readonly PathStep[];
  /** What is there, what is accepted and what to try; it begins with the path. */
  readonly message: string;
  /** The key itself is wrong, not its value. */
  readonly onKey?: boolean;
}

/** A file whose form is right; what it refers to is not looked at yet. */
export interface PlaybookDraft {
  readonly fileName: string;
  readonly file: PlaybookFile;
  /** `FILE:LINE:COLUMN: message`. */
  told(fault: PlaybookFault): string;
}

export type PlaybookParse =
  | { readonly ok: true; readonly draft: PlaybookDraft }
  /** One line per problem, in the order of the file. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly id?: string };

/** Reads the text of a playbook; every problem names file, line, value, what is accepted and what to try. */
export function parsePlaybook(text: string, fileName: string): PlaybookParse {
  const lines = new LineCounter();
  const problems: { readonly line: number; readonly column: number; readonly text: string }[] = [];
  const toldAt = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    const [row, column] = line === 0 ? [1, 1] : [line, col];
    return { line: row, column, text: `${fileName}:${row}:${column}: ${message}` };
  };
  const refused = (id?: string): PlaybookParse => ({
    ok: false,
    problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column).map(p => p.text),
    ...(id !== undefined && { id }),
  });

  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
  });
  const document = 'empty' in documents ? undefined : documents[0];
  if (!document || document.contents === null) {
    problems.push(toldAt(0, 'the file is empty: expected a playbook; begin with "id: my-playbook"'));
    return refused();
  }
  for (const second of 'empty' in documents ? [] : documents.slice(1))
    problems.push(
      toldAt(
        second.range[0],
        'a second YAML document begins here ("---"): one file holds one playbook; make a second file',
      ),
    );
  for (const error of document.errors) problems.push(toldAt(error.pos[0], yamlErrorText(error, text)));
  for (const warning of document.warnings)
    problems.push(toldAt(warning.pos[0], `not understood: ${warning.message}`));
  // After a syntax error the data are guesswork; after a key written twice they are whole.
  if (document.errors.some(error => error.code !== 'DUPLICATE_KEY')) return refused();
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push(toldAt(0, `not valid YAML: ${error instanceof Error ? error.message : String(error)}`));
    return refused();
  }
  const told = ({ path, message, onKey = false }: PlaybookFault) =>
    toldAt(offsetOf(document, path, onKey), message);
  const isExtension = valueAt(data, ['extends']) !== undefined;
  const checked = (isExtension ? Extension : Playbook).safeParse(data);
  for (const issue of checked.success ? [] : checked.error.issues)
    problems.push(...faultsOf(issue, data, isExtension).map(told));
  if (!checked.success || problems.length > 0) {
    const id = valueAt(data, ['id']);
    return refused(typeof id === 'string' ? id : undefined);
  }
  return {
    ok: true,
    draft: { fileName, file: checked.data, told: fault => told(fault).text },
  };
}

function faultsOf(issue: z.core.$ZodIssue, data: unknown, isExtension: boolean): PlaybookFault[] {
  const path = issue.path.filter(step => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(isExtension ? Extension : Playbook, path);
    return issue.keys.map(key => ({
      path: [...path, key],
      message: `${pathText([...path, key])} is not a field here${
        valueAt(data, [...path, key]) === null
          ? ': a text with a comma or a colon in it must stand in quotes'
          : suggestionText(nearestNames(key, known), known, 'field')
      }`,
      onKey: true,
    }));
  }
  if (issue.code === 'invalid_key') {
    const form = issue.issues[0]?.message ?? issue.message;
    return [{ path, message: `${pathText(path)} cannot stand here: ${form}`, onKey: true }];
  }
  const value = valueAt(data, path);
  const named = path.length === 0 ? 'the file' : pathText(path);
  const state = value === undefined ? 'is missing' : value === null ? 'is empty' : `is ${valueText(value)}`;
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const hint =
    values.length > 1 && typeof value === 'string'
      ? suggestionText(nearestNames(value, values), values, 'value')
      : values.length > 1
        ? suggestionText([], values, 'value')
        : '';
  return [{ path, message: `${named} ${state}: ${issue.message}${hint}` }];
}

/** The fields that the schema knows at a path, so that a misspelt one can be named. */
function fieldsAt(schema: z.ZodType, path: readonly PathStep[]): string[] {
  let now: unknown = schema;
  for (const step of path) {
    now = bare(now);
    if (now instanceof z.ZodArray) now = now.element;
    else if (now instanceof z.ZodObject) now = now.shape[String(step)];
    else if (now instanceof z.ZodRecord) now = now.valueType;
  }
  now = bare(now);
  return now instanceof z.ZodObject ? Object.keys(now.shape) : [];
}

function bare(schema: unknown): unknown {
  let now = schema;
  while (now instanceof z.ZodOptional) now = now.unwrap();
  return now;
}
