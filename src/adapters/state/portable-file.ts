import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { PortableTable, Row, Value } from './portable-tables.ts';
import { worded } from './state-folder.ts';
import { StateProblem } from './state-problem.ts';

/**
 * An export is gzipped lines of JSON: a head; for each table its name and columns, then a row a line; and a foot
 * with the number of rows and the SHA-256 of all lines before it. Bytes are base64 text.
 */
export const Head = z.object({
  format: z.literal('staunch state'),
  version: z.number().int().positive(),
  exportedAt: z.string(),
  migrations: z.array(z.string()).readonly(),
});
export type Head = z.infer<typeof Head>;
/** Of the files that this version writes; it reads those of lower ones. */
export const VERSION = 1;

const TableLine = z.object({
  table: z.string(),
  columns: z.array(z.string()).min(1),
  bytes: z.array(z.string()),
});
type TableLine = z.infer<typeof TableLine>;
const RowLine = z.array(z.union([z.string(), z.number(), z.null()]));
type Cell = string | number | null;
const Foot = z.object({ rows: z.record(z.string(), z.number().int()), sha256: z.string() });

/** A verdict is the longest line; far more than it can be is no export. */
const LONGEST_LINE = 64 * 1_048_576;

export type Part =
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly row: Row };

function portableCell(value: Value): Cell {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

/** Writes down what an export holds, as the text that is to be zipped. */
export class PortableText {
  readonly #hash = createHash('sha256');
  readonly #rows: Record<string, number> = {};

  get rows(): Readonly<Record<string, number>> {
    return this.#rows;
  }

  head(head: Head): string {
    return this.#lines([head]);
  }

  table({ name, columns, bytes }: PortableTable): string {
    this.#rows[name] = 0;
    return this.#lines([{ table: name, columns, bytes }]);
  }

  some({ name, columns }: PortableTable, rows: readonly Row[]): string {
    this.#rows[name] = (this.#rows[name] ?? 0) + rows.length;
    return this.#lines(rows.map(row => columns.map(column => portableCell(row[column] ?? null))));
  }

  foot(): string {
    return `${JSON.stringify({ rows: this.#rows, sha256: this.#hash.digest('hex') })}\n`;
  }

  #lines(values: readonly unknown[]): string {
    const text = values.map(value => `${JSON.stringify(value)}\n`).join('');
    this.#hash.update(text);
    return text;
  }
}

/**
 * Reads an export from its begin to its end.
 * @throws StateProblem as soon as it turns out to be none, damaged, cut short or not as its foot says
 */
export async function* readPortable(file: string): AsyncGenerator<Part> {
  const hash = createHash('sha256');
  const rows: Record<string, number> = {};
  let current: TableLine | undefined;
  let lineNumber = 0;
  let ended = false;
  for await (const line of linesOf(file)) {
    if (ended) throw damaged(file, 'it goes on after its end');
    lineNumber += 1;
    const value = parsed(line);
    if (lineNumber === 1) {
      const head = Head.safeParse(value);
      if (!head.success) throw foreign(file);
      yield { kind: 'head', head: head.data };
    } else if (Array.isArray(value)) {
      const row = RowLine.safeParse(value);
      if (!current || !row.success || row.data.length !== current.columns.length) {
        throw damaged(file, `line ${lineNumber} is no row`);
      }
      rows[current.table] = (rows[current.table] ?? 0) + 1;
      yield { kind: 'row', row: rowOf(current, row.data) };
    } else {
      const table = TableLine.safeParse(value);
      if (table.success) {
        current = table.data;
        rows[current.table] ??= 0;
        yield { kind: 'table', name: current.table, columns: current.columns };
      } else {
        const foot = Foot.safeParse(value);
        if (!foot.success) throw damaged(file, `line ${lineNumber} cannot be read`);
        if (foot.data.sha256 !== hash.digest('hex')) throw damaged(file, 'its checksum is another');
        if (!sameCounts(foot.data.rows, rows)) throw damaged(file, 'rows are missing');
        ended = true;
        continue;
      }
    }
    hash.update(`${line}\n`);
  }
  if (!ended) throw damaged(file, 'it is cut short');
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const unzipped = pipeline(createReadStream(file), createGunzip(), () => {
    // Whoever reads hears of it.
  });
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of unzipped) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw foreign(file);
      yield* lines;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'Z_DATA_ERROR' && error instanceof Error && /header/.test(error.message))
      throw foreign(file);
    if (code.startsWith('Z_')) throw damaged(file, 'it cannot be unzipped to its end');
    await worded(file, () => Promise.reject(error));
  }
  if (rest !== '') yield rest;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function rowOf({ columns, bytes }: TableLine, cells: readonly Cell[]): Row {
  return Object.fromEntries(
    columns.map((column, index) => {
      const cell = cells[index] ?? null;
      const isBytes = typeof cell === 'string' && bytes.includes(column);
      return [column, isBytes ? new Uint8Array(Buffer.from(cell, 'base64')) : cell];
    }),
  );
}

function sameCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every(name => (a[name] ?? 0) === (b[name] ?? 0));
}

function foreign(file: string): StateProblem {
  return new StateProblem(
    'foreign',
    `${file} is not an export of Staunch's state. Name a file that "staunch state export" wrote.`,
  );
}

function damaged(file: string, how: string): StateProblem {
  return new StateProblem('damaged', `${file} is damaged: ${how}. Export again, or try an earlier export.`);
}
