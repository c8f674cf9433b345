import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encodeScript } from './argument-encoding.ts';

/** The script that answers questions on a server: as a file to install, and as a command for a plain login. */
export interface ReadScript {
  /** For a read key with a forced command: a complete `sh` script. */
  readonly text: string;
  /** The constant command that starts the same script under any login shell. */
  readonly command: string;
}

/** The kernel refuses a longer single argument (MAX_ARG_STRLEN, 32 pages of 4 KiB, less some room). */
const MAX_COMMAND_BYTES = 127 * 1024;

/** Makes a read script of shell text whose last part is the serve loop. Throws when it is too long to send. */
export function readScriptOf(text: string): ReadScript {
  // Comment lines are for readers of the installed file; a "#!" line and they are left out of the command.
  const sent = text.replace(/^[ \t]*#(?!staunch).*\n/gm, '');
  const command = `exec sh -c 'eval "$(printf %b "$0")"' '${encodeScript(sent)}'`;
  if (command.length > MAX_COMMAND_BYTES) {
    throw new Error(
      `The read script takes ${command.length} bytes as a command; a server's kernel accepts ${MAX_COMMAND_BYTES}.`,
    );
  }
  return { text: text.startsWith('#!') ? text : `#!/bin/sh\n${text}`, command };
}

/** Puts the script together from the `*.sh` files of a folder, in the order of their names. */
export async function loadReadScript(
  folder: string = fileURLToPath(new URL('../../../target/read/', import.meta.url)),
): Promise<ReadScript> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sh')).sort();
  const parts = await Promise.all(names.map(name => readFile(`${folder}/${name}`, 'utf8')));
  return readScriptOf(parts.map(part => (part.endsWith('\n') ? part : `${part}\n`)).join(''));
}
