import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { FileBase } from '../inventory/file-base.ts';
import { editRegistry, type RegistryAddition, type RegistryEdit } from '../inventory/registry-edit.ts';
import type { Problem } from '../inventory/registry-problem.ts';
import { readRegistry } from '../inventory/registry-reading.ts';
import type { RegistryStore } from '../inventory/registry-store.ts';

/** Where a registry file's paths stand, and where the editor finds the schema. */
export interface RegistryStoreOptions {
  /** Home folder; that of the running user when not said. */
  readonly home?: string;
  /** Value of SSH_AUTH_SOCK. */
  readonly agentSocket?: string;
  /** Path of `staunch.schema.json`, named in a file that is made new. */
  readonly schemaFile: string;
}

const ALL_MAY_READ = 0o644;

/** Keeps the registry in a YAML file. A file is replaced whole or not at all, also when the power fails. */
export function openRegistryStore(file: string, options: RegistryStoreOptions): RegistryStore {
  const path = resolve(file);
  const base: FileBase = {
    folder: dirname(path),
    home: options.home ?? homedir(),
    ...(options.agentSocket !== undefined && { agentSocket: options.agentSocket }),
  };
  const name = basename(path);
  const schema = relative(dirname(path), resolve(options.schemaFile)).replaceAll('\\', '/');
  const edited = async (addition: RegistryAddition): Promise<RegistryEdit> => {
    const before = await textOf(path);
    if (!before.ok && !before.absent) return { ok: false, problems: [problemOf(name, before.message)] };
    const text = before.ok ? before.text : undefined;
    return editRegistry(text, addition, name, base, schema.includes('/') ? schema : `./${schema}`);
  };

  return {
    file,
    async read() {
      const text = await textOf(path);
      if (!text.ok) return { ok: false, absent: text.absent, problems: [problemOf(name, text.message)] };
      const reading = readRegistry(text.text, name, base);
      return reading.ok ? reading : { ...reading, absent: false };
    },
    async preview(addition) {
      const edit = await edited(addition);
      if (!edit.ok) return { ...edit, absent: false };
      const reading = readRegistry(edit.text, name, base);
      return reading.ok ? reading : { ...reading, absent: false };
    },
    async add(addition) {
      const edit = await edited(addition);
      if (!edit.ok) return edit;
      try {
        await replaceFile(path, edit.text);
        return { ok: true };
      } catch (error) {
        const message = `${path} could not be written (${reasonOf(error)}): check the folder's owner and free space`;
        return { ok: false, problems: [problemOf(name, message)] };
      }
    },
  };
}

type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly absent: boolean; readonly message: string };

async function textOf(path: string): Promise<FileText> {
  try {
    return { ok: true, text: await readFile(path, 'utf8') };
  } catch (error) {
    const absent = codeOf(error) === 'ENOENT';
    const message = absent
      ? `there is no file ${path}: create it with "staunch server add user@host", or copy staunch.example.yml`
      : `${path} could not be read (${reasonOf(error)})`;
    return { ok: false, absent, message };
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  // A link keeps pointing where it points: its target is what is replaced.
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    found => found.mode & 0o777,
    () => ALL_MAY_READ,
  );
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function problemOf(file: string, message: string): Problem {
  return { file, line: 1, column: 1, path: '', message };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}
