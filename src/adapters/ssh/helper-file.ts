import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../target/apply/', import.meta.url));

/** The helper as the one file that is installed, and how to recognise it. */
export interface HelperFile {
  readonly text: string;
  /** Lower-case hex of its bytes. */
  readonly sha256: string;
}

/** The parts of the helper, the `*.py` files of a folder in the order of their names. */
export async function loadHelperParts(folder: string = FOLDER): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.py')).sort();
  return Promise.all(names.map(name => readFile(`${folder}/${name}`, 'utf8')));
}

/** Puts parts together to one program. */
export function helperOf(parts: readonly string[]): string {
  return parts.map(part => (part === '' || part.endsWith('\n') ? part : `${part}\n`)).join('');
}

/** The helper of this version of Staunch. */
export async function loadHelperFile(): Promise<HelperFile> {
  const text = helperOf(await loadHelperParts());
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}
