import SshConfig, { type Line, LineType } from 'ssh-config';
import type { ImportNotes } from './import-notes.ts';

/** Settings of one `Host` block, of the part before the first block, or of a `Match all`. */
interface Block {
  readonly patterns: readonly string[];
  readonly settings: readonly { readonly name: string; readonly words: readonly string[] }[];
}

/** An OpenSSH client configuration, as far as it can be judged without running anything. */
export interface OpenSshSettings {
  /** Names a person can type: the patterns of `Host` lines without wildcards, in file order. */
  readonly aliases: readonly string[];
  /** The first value of each setting that applies to a host, by lower-case name. Source: ssh_config(5). */
  settingsOf(host: string): ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the text of an ssh_config. Only its syntax tree is used: working out `Match exec` would run commands
 * of the file, which an import must never do.
 */
export function readOpenSshSettings(
  text: string,
  notes: ImportNotes,
): OpenSshSettings | { readonly unreadable: string } {
  let lines: readonly Line[];
  try {
    lines = SshConfig.parse(text);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
  const aliases = new Set<string>();
  const blocks: Block[] = [];
  for (const line of lines) {
    if (line.type !== LineType.DIRECTIVE) continue;
    const name = line.param.toLowerCase();
    const words = wordsOf(line.value);
    if (name !== 'host' && name !== 'match') {
      blocks.push({ patterns: ['*'], settings: settingsOf([line], 'the top of the file', notes) });
      continue;
    }
    const title = `${line.param} ${words.join(' ')}`;
    const inner = 'config' in line ? (line.config as readonly Line[]) : [];
    if (name === 'match') {
      if (words.join(' ').toLowerCase() === 'all') {
        blocks.push({ patterns: ['*'], settings: settingsOf(inner, title, notes) });
      } else if (words.some(word => word.toLowerCase() === 'exec')) {
        notes.about(title, `left out, because its settings depend on a command and an import runs none`);
      } else {
        notes.about(
          title,
          `left out, because Match conditions are not worked out; give its settings by hand`,
        );
      }
      continue;
    }
    blocks.push({ patterns: words, settings: settingsOf(inner, title, notes) });
    const concrete = words.filter(word => !/[*?!]/.test(word));
    for (const alias of concrete) aliases.add(alias);
    if (concrete.length === 0) {
      notes.about(
        title,
        `a pattern, not a server: left out; its settings were given to the servers it matches`,
      );
    }
  }
  return { aliases: [...aliases], settingsOf: host => effective(blocks, host) };
}

function effective(blocks: readonly Block[], host: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const block of blocks) {
    if (!matches(block.patterns, host)) continue;
    for (const { name, words } of block.settings) {
      // Whichever of the two comes first decides: ssh_config(5), ProxyJump.
      const closed = found.has(name) || (name === 'proxycommand' && found.has('proxyjump'));
      if (!closed && !(name === 'proxyjump' && found.has('proxycommand'))) found.set(name, words);
    }
  }
  return found;
}

function matches(patterns: readonly string[], host: string): boolean {
  if (patterns.some(pattern => pattern.startsWith('!') && matchesPattern(pattern.slice(1), host)))
    return false;
  return patterns.some(pattern => !pattern.startsWith('!') && matchesPattern(pattern, host));
}

/** `*` and `?` as in ssh_config(5), PATTERNS. Walks the text once per star, so that no pattern is slow. */
function matchesPattern(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const host = text.toLowerCase();
  let [at, mark, star] = [0, 0, -1];
  let place = 0;
  while (at < host.length) {
    if (wanted[place] === '*') {
      star = place++;
      mark = at;
    } else if (place < wanted.length && (wanted[place] === '?' || wanted[place] === host[at])) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wanted.slice(place));
}

function settingsOf(lines: readonly Line[], where: string, notes: ImportNotes): Block['settings'] {
  return lines.flatMap(line => {
    if (line.type !== LineType.DIRECTIVE) return [];
    const name = line.param.toLowerCase();
    const words = wordsOf(line.value);
    if (name === 'include') {
      notes.about(`Include ${words.join(' ')} (${where})`, `not followed; import that file by itself`);
      return [];
    }
    return [{ name, words }];
  });
}

function wordsOf(value: string | readonly { readonly val: string }[]): string[] {
  return typeof value === 'string' ? [value] : value.map(word => word.val);
}
