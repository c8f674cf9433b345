import { additionText } from '../../src/inventory/registry-edit.ts';
import { type ImportFormat, importFormatOf, importServers } from '../../src/inventory/server-import.ts';
import { EXIT } from './context.ts';
import { type ServerContext, tellProblems } from './server-context.ts';

/** Options of `staunch server import`. */
export interface ServerImportOptions {
  readonly file: string;
  /** Add to staunch.yml; without it the servers are only shown. */
  readonly write?: boolean;
  /** Judged by name and content when not said. */
  readonly format?: ImportFormat;
}

/** Reads a text file for an import; a file that cannot be read is an answer. */
export type ReadText = (
  file: string,
) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string }>;

/** `staunch server import FILE`: servers of an OpenSSH configuration or an Ansible inventory. */
export async function serverImport(
  options: ServerImportOptions,
  context: ServerContext & { readonly readText: ReadText },
): Promise<number> {
  const stored = await context.registry.read();
  if (!stored.ok && !stored.absent) {
    tellProblems(context, stored.problems);
    return EXIT.usage;
  }
  const file = await context.readText(options.file);
  if (!file.ok) {
    context.writeError(`${options.file} could not be read: ${file.detail}\n`);
    return EXIT.failed;
  }
  const format = options.format ?? importFormatOf(options.file, file.text);
  const found = importServers(file.text, format);
  if (!found.ok) {
    const hint = options.format ? '' : ` It was read as ${format}; --format says otherwise.`;
    context.writeError(`${options.file}: ${found.detail}.${hint}\n`);
    return EXIT.usage;
  }
  const taken = (id: string) =>
    stored.ok &&
    (stored.registry.servers.has(id) || stored.registry.services.has(id) || stored.registry.groups.has(id));
  const entries = Object.entries(found.servers);
  const fresh = Object.fromEntries(entries.filter(([id]) => !taken(id)));
  const known = entries.filter(([id]) => taken(id)).map(([id]) => id);

  const notes = [...found.notes];
  if (known.length > 0)
    notes.push(`${known.join(', ')}: the name is in ${context.registry.file} already, left as it is`);
  for (const [group, members] of found.groups) {
    notes.push(
      `group "${group}" (${members.join(', ')}): if one app runs on these, add it under services with its unit`,
    );
  }
  if (notes.length > 0)
    context.writeError(`Left out, or to look at:\n${notes.map(note => `  - ${note}\n`).join('')}`);
  const count = Object.keys(fresh).length;
  if (count === 0) {
    context.write(`No new server in ${options.file}.\n`);
    return EXIT.fine;
  }
  if (!options.write) {
    context.write(additionText({ servers: fresh }));
    context.writeError(`\n${servers(count)} found. Add to ${context.registry.file} with --write.\n`);
    return EXIT.fine;
  }
  const added = await context.registry.add({ servers: fresh });
  if (!added.ok) {
    tellProblems(context, added.problems);
    return EXIT.failed;
  }
  context.write(`${servers(count)} added to ${context.registry.file}. Check them: staunch server test\n`);
  return EXIT.fine;
}

function servers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
