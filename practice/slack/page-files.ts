import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname, resolve, sep } from 'node:path';

/** What the page may be made of. TypeScript arrives as JavaScript, its types blanked out. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

/** Runs `work` without Node's notice that stripping types is experimental; all other warnings pass. */
function withoutStripNotice<T>(work: () => T): T {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('stripTypeScriptTypes')) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return work();
  } finally {
    process.emitWarning = emit;
  }
}

/** A file of the page's folder, as the browser understands it; undefined when there is none such. */
export async function pageFile(folder: string, path: string): Promise<PageFile | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(path === '/' ? '/index.html' : path);
  } catch {
    return undefined;
  }
  const contentType = CONTENT_TYPES[extname(name)];
  const root = resolve(folder);
  const file = resolve(root, `.${name}`);
  if (contentType === undefined || name.includes('\0') || !file.startsWith(root + sep)) return undefined;
  try {
    if (!file.endsWith('.ts')) return { contentType, body: await readFile(file) };
    const source = await readFile(file, 'utf8');
    return { contentType, body: withoutStripNotice(() => stripTypeScriptTypes(source, { mode: 'strip' })) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
