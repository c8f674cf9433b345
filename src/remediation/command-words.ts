import { gunicornWords, parseGunicornArguments } from '../signals/gunicorn-options.ts';
import type { ObservedUnit } from './observed-unit.ts';
import { withoutVariables } from './systemd-words.ts';

/**
 * The words of ExecStart as systemd stores them, program first. `systemctl show` joins them with blanks, so the running
 * master's own command line tells where one ends; without it, or with variables in it, only a line that can be read in
 * one way counts: Gunicorn started directly, options it knows, one application. Undefined for everything else.
 */
export function commandWords(unit: ObservedUnit): readonly string[] | undefined {
  const { command } = unit;
  if (command === undefined || !/^\/[\w@%+=:,./-]*$/.test(command.path)) return undefined;
  // `$$` is a plain `$` for the program; any other `$` is a variable, which the running process shows as its value.
  if (!command.text.replaceAll('$$', '').includes('$')) {
    const literal = command.text.replaceAll('$$', '$');
    const running = unit.running.commandLine;
    // The kernel puts the interpreter of the script before the words that systemd started.
    const start = running?.findIndex((_, at) => running.slice(at).join(' ') === literal) ?? -1;
    if (running !== undefined && start >= 0) return guarded(running.slice(start).map(withoutVariables));
  }
  const words = command.text.split(' ');
  if (words.includes('')) return undefined;
  const options = gunicornWords(words);
  if (options === undefined) return undefined;
  const { positionals, unknown } = parseGunicornArguments(options);
  const applications = positionals.filter(word => !/^\$(?:\{\w+\}|\w+)$/.test(word));
  return unknown.length === 0 && applications.length === 1 ? guarded(words) : undefined;
}

/** Only Gunicorn started directly: options after a wrapper's command would be the wrapper's. */
function guarded(words: readonly string[]): readonly string[] | undefined {
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (/^gunicorn3?$/.test(name)) return words;
  if (!/^python[\d.]*$/.test(name)) return undefined;
  const script = rest.findIndex(word => !word.startsWith('-'));
  const isModule = rest[script - 1] === '-m' && /^gunicorn(?:\.|$)/.test(rest[script] ?? '');
  return isModule || /\/gunicorn3?$/.test(rest[script] ?? '') ? words : undefined;
}
