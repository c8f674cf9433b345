import { AnsibleInventory, importedFrom } from './ansible-inventory.ts';
import { hostsInRange } from './ansible-range.ts';
import type { ServerImport } from './imported-servers.ts';
import { readHop } from './jump-hop.ts';

const SECTION = /^\[(?<group>[^\]:]+)(?::(?<kind>hosts|children|vars))?\]\s*(?:#.*)?$/;

/** Servers of an Ansible inventory in INI form. */
export function importAnsibleIni(text: string): ServerImport {
  const inventory = new AnsibleInventory();
  let [group, kind] = ['ungrouped', 'hosts'];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || /^[#;]/.test(line)) continue;
    const leaveOut = (why: string) =>
      inventory.notes.about(`line ${index + 1}`, `left out, because ${why}: ${line.slice(0, 80)}`);
    const section = SECTION.exec(line)?.groups;
    if (section) {
      [group, kind] = [section.group!.trim(), section.kind ?? 'hosts'];
      inventory.group(group);
    } else if (/^\[.*:.*\]$/.test(line) && hostsInRange(line) === undefined) {
      leaveOut('this kind of section is not known');
      kind = 'unknown';
    } else if (kind === 'children') {
      inventory.group(group).children.add(wordsOf(line)[0]!);
    } else if (kind === 'vars') {
      const [name, value] = assignmentOf(line);
      if (value === undefined) leaveOut('it is not of the form name=value');
      else inventory.group(group).vars.set(name, unquoted(value));
    } else if (kind === 'hosts') {
      const [pattern, ...assignments] = wordsOf(line);
      const names = hostsInRange(pattern!);
      if (!names) leaveOut('its range makes no sense or too many hosts');
      for (const written of names ?? []) {
        // `host:2222` names a host and its port, as in Ansible.
        const hop = readHop(written);
        const name = hop?.port === undefined ? written : hop.host;
        inventory.group(group).hosts.add(name);
        if (hop?.port !== undefined) inventory.host(name).set('ansible_port', String(hop.port));
        for (const assignment of assignments) {
          const [key, value] = assignmentOf(assignment);
          if (value !== undefined) inventory.host(name).set(key, value);
        }
        inventory.host(name);
      }
    }
  }
  if (inventory.hosts.size === 0)
    return { ok: false, detail: 'no hosts were found in this Ansible inventory' };
  return { ok: true, ...importedFrom(inventory) };
}

function assignmentOf(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 1 ? [text, undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** Splits a host line as a shell would: quotes hold words together, ` #` begins a comment. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const letter of line) {
    if (quote !== '') {
      if (letter === quote) quote = '';
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === '#' && word === undefined) {
      break;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
