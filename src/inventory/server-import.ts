import { importAnsibleIni } from './ansible-ini.ts';
import { importAnsibleYaml } from './ansible-yaml.ts';
import type { ServerImport } from './imported-servers.ts';
import { importOpenSshConfig } from './openssh-import.ts';

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
