import { shellWords } from '../signals/gunicorn-options.ts';

/**
 * Values as `systemctl show` prints them. It prints for people: words of a command are joined by blanks, lists are
 * quoted as for a shell. What could mean two things is answered with undefined, never with a guess.
 */

/** A command of a unit. `text` has its words joined by single blanks, specifiers already resolved, `$` not. */
export interface ShownCommand {
  readonly path: string;
  readonly text: string;
}

/**
 * The only command of `ExecStart`. Undefined when there are several, when it has a prefix (`-`, `@`, `:`, `+`, `!`), and
 * when `ExecStartEx` is missing, which alone shows the last three.
 */
export function shownCommand(
  start: string | undefined,
  withFlags: string | undefined,
): ShownCommand | undefined {
  const match =
    /^\{ path=(\/\S{1,4000}) ; argv\[\]=(.{1,60000}?) ; ignore_errors=no ; start_time=[^{}]{1,400}\}$/s.exec(
      start?.trim() ?? '',
    );
  const [, path, text] = match ?? [];
  if (path === undefined || text === undefined || / ; (?:ignore_errors|argv\[\])=/.test(text))
    return undefined;
  if (text !== path && !text.startsWith(`${path} `)) return undefined;
  const flags = / ; flags=([a-z\s-]{0,100}?) ; start_time=/.exec(withFlags ?? '')?.[1]?.trim();
  return flags === '' ? { path, text } : undefined;
}

/** Variables of `Environment`, by name; undefined when a word is not an assignment or uses quoting of its own. */
export function shownEnvironment(value: string): ReadonlyMap<string, string> | undefined {
  // `$'…'` is how control characters are printed; no option of Gunicorn needs one.
  if (/(?:^|\s)\$'/.test(value)) return undefined;
  const variables = new Map<string, string>();
  for (const assignment of shellWords(value)) {
    const equals = assignment.indexOf('=');
    if (equals < 1) return undefined;
    variables.set(assignment.slice(0, equals), assignment.slice(equals + 1));
  }
  return variables;
}

/** Paths of `EnvironmentFiles`, of one or several lines. */
export function shownEnvironmentFiles(value: string): readonly string[] {
  return [...value.matchAll(/(\/[^\n]{0,4000}?) \(ignore_errors=(?:yes|no)\)/g)].map(match => match[1] ?? '');
}

/** Paths of a list such as `DropInPaths`. */
export function shownPaths(value: string): readonly string[] {
  return value.split(/\s+/).filter(path => path !== '');
}

/** Bytes of a limit; undefined for `infinity`, `[not set]` and 2^64 - 1. */
export function shownBytes(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,16}$/.test(value)) return undefined;
  const bytes = Number(value);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
