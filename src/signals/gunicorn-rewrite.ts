import { parseGunicornArguments } from './gunicorn-options.ts';

/**
 * The words with each of the options set to its value, whatever they said before: the first use is replaced, further
 * ones are removed, and what was not there comes last, before a `--`. What is abbreviated, or shares its word with other
 * short options, stays, and the last one wins. Words given twice come out the same.
 */
export function withGunicornOptions(
  words: readonly string[],
  options: Readonly<Record<string, number>>,
): readonly string[] {
  const { uses } = parseGunicornArguments(words);
  const changed: (string | undefined)[] = [...words];
  const missing: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const own = uses.filter(use => use.name === name);
    const alone = own.filter(use => isPlain(words[use.at] ?? '', name));
    // One that stays and comes later would win over the one that is replaced.
    const staying = own.findLast(use => !alone.includes(use))?.at ?? -1;
    const keeper = alone.find(use => use.at > staying);
    for (const use of alone) {
      changed[use.at] = undefined;
      if (use.words === 2) changed[use.at + 1] = undefined;
    }
    if (keeper === undefined) missing.push(`--${name}`, String(value));
    else if (keeper.words === 2) {
      changed[keeper.at] = words[keeper.at];
      changed[keeper.at + 1] = String(value);
    } else changed[keeper.at] = `--${name}=${value}`;
  }
  const isValue = (at: number) => uses.some(use => use.words === 2 && use.at + 1 === at);
  const end = words.findIndex((word, at) => word === '--' && !isValue(at));
  const before = (end < 0 ? changed : changed.slice(0, end)).filter(word => word !== undefined);
  const after = (end < 0 ? [] : changed.slice(end)).filter(word => word !== undefined);
  return [...before, ...missing, ...after];
}

/** Spelt out, or `-w` for the number of workers. */
function isPlain(word: string, name: string): boolean {
  if (name === 'workers' && /^-w\d*$/.test(word)) return true;
  return word === `--${name}` || word.startsWith(`--${name}=`);
}

/** Words as one text that a POSIX shell, and Python's shlex, splits into the same words again. */
export function shellText(words: readonly string[]): string {
  return words
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`))
    .join(' ');
}
