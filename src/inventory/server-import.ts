import { importAnsibleIni } from './ansible-ini.ts';
import { importAnsibleYaml } from './ansible-yaml.ts';
import { importOpenSshConfig } from './openssh-import.ts';
import type { ServerEntry } from './registry-file.ts';

/** Servers found in somebody else's file, ready for `staunch.yml`, and what was not taken over. */
export interface ImportedServers {
  readonly servers: Readonly<Record<string, ServerEntry>>;
  /** Group of the other file to the ids of its servers: perhaps a service each, which only a person knows. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** What was left out and why, and what should be looked at. */
  readonly notes: readonly string[];
}

export type ServerImport =
  | ({ readonly ok: true } & ImportedServers)
  | { readonly ok: false; readonly detail: string };

/** Formats that servers can be imported from. */
export const IMPORT_FORMATS = ['openssh', 'ansible-ini', 'ansible-yaml'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Reads servers from an OpenSSH client configuration or an Ansible inventory. */
export function importServers(text: string, format: ImportFormat): ServerImport {
  switch (format) {
    case 'openssh':
      return importOpenSshConfig(text);
    case 'ansible-ini':
      return importAnsibleIni(text);
    case 'ansible-yaml':
      return importAnsibleYaml(text);
  }
}

/** Which format a file has, judged by its name and its first telling line. */
export function importFormatOf(fileName: string, text: string): ImportFormat {
  if (/\.ya?ml$/i.test(fileName)) return 'ansible-yaml';
  if (/\.(?:ini|cfg)$/i.test(fileName)) return 'ansible-ini';
  for (const line of text.split('\n')) {
    if (/^\s*(?:#|;|$)/.test(line)) continue;
    if (/^\s*(?:Host|Match|Include)[\s=]/i.test(line)) return 'openssh';
    if (/^(?:---|[A-Za-z0-9_-]+:\s*$)/.test(line)) return 'ansible-yaml';
    if (/^\s*\[/.test(line)) return 'ansible-ini';
  }
  return /^\s*HostName\s/im.test(text) ? 'openssh' : 'ansible-ini';
}
