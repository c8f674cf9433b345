import { readConfigFile } from '../signals/gunicorn-config-file.ts';

const BEGIN = '# BEGIN staunch';
const END = '# END staunch';
const NOTE = '# Written after an approval in chat. Change it there, or remove the whole block.';

/** What the block may set; each line is `name = number`. */
export const BLOCK_SETTINGS = ['workers', 'max_requests', 'max_requests_jitter'] as const;
export type BlockSetting = (typeof BLOCK_SETTINGS)[number];
export type BlockValues = Readonly<Partial<Record<BlockSetting, number>>>;

/** Why a configuration file is left alone. */
export type BlockRefusal =
  /** Not UTF-8. */
  | { readonly reason: 'file-not-text' }
  /** It ends inside of a bracket, a string or a line that goes on: whatever is added would become part of it. */
  | { readonly reason: 'file-unfinished' }
  /** Somebody changed the block into something that Staunch does not write. */
  | { readonly reason: 'block-edited'; readonly line: string }
  /** The file gives the setting by an expression: only running it could tell its value, and its author means something. */
  | { readonly reason: 'setting-computed'; readonly setting: string; readonly line: string };

/** The file's text apart from the block, and what the block says. */
interface SplitFile {
  readonly rest: string;
  readonly values: BlockValues;
}

/**
 * The bytes of a gunicorn.conf.py with these settings in force: in one managed block at the end, because the last
 * assignment of a name wins. Other settings of the block stay. The rest of the file stays byte for byte, but for a
 * newline at its end where one was missing. The same values twice give the same bytes.
 */
export function withBlockSettings(
  content: Uint8Array,
  values: BlockValues,
):
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly refusal: BlockRefusal } {
  const text = utf8(content);
  const split = text === undefined ? { reason: 'file-not-text' as const } : splitFile(text);
  if (!('rest' in split)) return { ok: false, refusal: split };
  const computed = computedAmong(split.rest, Object.keys(values));
  if (computed !== undefined) return { ok: false, refusal: computed };
  const merged = { ...split.values, ...values };
  const lines = BLOCK_SETTINGS.flatMap(name =>
    merged[name] === undefined ? [] : [`${name} = ${merged[name]}`],
  );
  const block = [BEGIN, NOTE, ...lines, END, ''].join('\n');
  const gap = split.rest === '' || /\n$/.test(split.rest) ? '' : '\n';
  return { ok: true, content: new Uint8Array(Buffer.from(`${split.rest}${gap}${block}`, 'utf8')) };
}

/** What the file sets, block included; `computed` where only running it could tell. */
export function fileSettings(content: Uint8Array): ReadonlyMap<string, number | string | 'computed'> {
  const { assignments } = readConfigFile(Buffer.from(content).toString('utf8'));
  return new Map(
    [...assignments].map(([name, { value }]) => [
      name,
      typeof value === 'number' ? value : typeof value === 'string' ? numberIn(value) : 'computed',
    ]),
  );
}

/** Gunicorn takes "4" for 4. */
function numberIn(text: string): number | string {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : text;
}

function splitFile(text: string): SplitFile | BlockRefusal {
  const pieces = text.split(/(?<=\n)/);
  const bare = pieces.map(piece => piece.replace(/\r?\n$/, ''));
  const begin = bare.findIndex(line => line.startsWith(BEGIN));
  if (begin < 0) {
    const stray = bare.find(line => line.startsWith(END));
    if (stray !== undefined) return { reason: 'block-edited', line: stray };
    return unfinished(text) ? { reason: 'file-unfinished' } : { rest: text, values: {} };
  }
  const end = bare.findIndex((line, at) => at > begin && line.startsWith(END));
  if (end < 0) return { reason: 'block-edited', line: bare[begin] ?? '' };
  const values: { [K in BlockSetting]?: number } = {};
  for (const line of bare.slice(begin + 1, end)) {
    const [, name, value] = /^(\w{1,40}) = (\d{1,9})$/.exec(line) ?? [];
    const known = BLOCK_SETTINGS.find(one => one === name);
    if (known !== undefined) values[known] = Number(value);
    else if (line !== NOTE) return { reason: 'block-edited', line };
  }
  const rest = [...pieces.slice(0, begin), ...pieces.slice(end + 1)].join('');
  const second = bare.slice(end + 1).find(line => line.startsWith(BEGIN) || line.startsWith(END));
  if (second !== undefined) return { reason: 'block-edited', line: second };
  return unfinished(rest) ? { reason: 'file-unfinished' } : { rest, values };
}

/** Undefined for what is not UTF-8, or holds a NUL. A BOM stays where it is. */
function utf8(content: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A probe after the text must be a statement of its own. */
function unfinished(text: string): boolean {
  const probe = readConfigFile(`${text}${/\n$/.test(text) || text === '' ? '' : '\n'}staunch_probe = 1\n`);
  return probe.assignments.get('staunch_probe')?.value !== 1;
}

function computedAmong(text: string, names: readonly string[]): BlockRefusal | undefined {
  const { assignments } = readConfigFile(text);
  for (const setting of names) {
    const assignment = assignments.get(setting);
    if (assignment?.value === 'computed')
      return { reason: 'setting-computed', setting, line: assignment.lineText };
  }
  return undefined;
}
