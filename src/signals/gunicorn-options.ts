/** The options that a diagnosis asks about, by their long name without dashes. */
export type GunicornOption =
  | 'workers'
  | 'worker-class'
  | 'threads'
  | 'timeout'
  | 'graceful-timeout'
  | 'max-requests'
  | 'max-requests-jitter'
  | 'backlog'
  | 'preload'
  | 'reuse-port'
  | 'keep-alive'
  | 'bind'
  | 'log-level'
  | 'config'
  | 'chdir';

// Every long option of Gunicorn 20.1 to 26.1 (gunicorn/config.py): an abbreviation counts only if exactly one
// of all of them begins with it.
const WITH_VALUE =
  `access-logfile access-logformat asgi-disconnect-grace-period asgi-lifespan asgi-loop backlog
  bind ca-certs cert-reqs certfile chdir ciphers config control-socket control-socket-mode dirty-app
  dirty-graceful-timeout dirty-threads dirty-timeout dirty-workers dogstatsd-tags env error-logfile
  forwarded-allow-ips forwarder-headers graceful-timeout group header-map http-parser http-protocols
  http2-initial-window-size http2-max-concurrent-streams http2-max-frame-size http2-max-header-list-size
  keep-alive keyfile limit-request-field_size limit-request-fields limit-request-line log-config log-config-json
  log-file log-level log-syslog-facility log-syslog-prefix log-syslog-to logger-class max-requests
  max-requests-jitter name paste paste-global paster pid protocol proxy-allow-from pythonpath reload-engine
  reload-extra-file root-path ssl-version statsd-host statsd-prefix threads timeout umask user
  uwsgi-allow-from worker-class worker-connections worker-tmp-dir workers`.split(/\s+/);
const FLAGS = `capture-output casefold-http-method check-config daemon disable-redirect-access-to-syslog
  do-handshake-on-connect enable-backlog-metric enable-stdio-inheritance help http2-cleartext initgroups
  log-syslog no-control-socket no-sendfile permit-obsolete-folding permit-unconventional-http-method
  permit-unconventional-http-version preload print-config proxy-protocol reload reuse-port spew
  strip-header-spaces suppress-ragged-eofs version`.split(/\s+/);
const SHORT: Readonly<Record<string, string>> = {
  c: 'config',
  b: 'bind',
  w: 'workers',
  k: 'worker-class',
  t: 'timeout',
  e: 'env',
  p: 'pid',
  u: 'user',
  g: 'group',
  m: 'umask',
  n: 'name',
  D: 'daemon',
  R: 'enable-stdio-inheritance',
  h: 'help',
  v: 'version',
};

const ALL = [...WITH_VALUE, ...FLAGS];
const TAKES_VALUE = new Set(WITH_VALUE);
const IS_FLAG = new Set(FLAGS);
/** More words than any command line a person writes. */
const MAX_WORDS = 2_000;

/** What a command line (or GUNICORN_CMD_ARGS) sets. */
interface GunicornArguments {
  /** Each option's values in order; the last wins, except for `bind`, which collects. Flags have `''`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** False when a word was a variable that may stand for further options (`ExecStart=gunicorn $ARGS app`). */
  readonly complete: boolean;
  /** Where each option stands, in order. */
  readonly uses: readonly OptionUse[];
  /** Words that are neither options nor their values: the application. */
  readonly positionals: readonly string[];
  /** Options that no Gunicorn knows, or that an abbreviation leaves open. */
  readonly unknown: readonly string[];
}

interface OptionUse {
  readonly name: string;
  /** Index of its first word. */
  readonly at: number;
  /** How many words it takes up: with its value, when that is a word of its own. */
  readonly words: 1 | 2;
  /** Shares its word with other short options (`-Dw4`). */
  readonly joined: boolean;
}

/**
 * Reads Gunicorn's arguments by Python argparse's rules: `--opt value`, `--opt=value`, unambiguous
 * abbreviations, `-w 4`, `-w4`, `-w=4`, joined short flags, `--` ends the options.
 */
export function parseGunicornArguments(words: readonly string[]): GunicornArguments {
  const values = new Map<string, readonly string[]>();
  const uses: OptionUse[] = [];
  const positionals: string[] = [];
  const unknown: string[] = [];
  let complete = words.length <= MAX_WORDS;
  const queue = words.slice(0, MAX_WORDS);
  let at = 0;
  let begin = 0;
  const takeNext = () => queue[++at] ?? '';
  const add = (name: string, value: string, joined: boolean) => {
    values.set(name, [...(values.get(name) ?? []).slice(-99), value]);
    uses.push({ name, at: begin, words: at > begin ? 2 : 1, joined });
  };
  for (; at < queue.length; at++) {
    begin = at;
    const word = queue[at] ?? '';
    if (word === '--') {
      positionals.push(...queue.slice(at + 1));
      break;
    }
    if (/^\$(?:\{\w+\}|\w+)$/.test(word)) complete = false;
    if (!word.startsWith('-') || word === '-') positionals.push(word);
    else if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = fullName(word.slice(2, equals < 0 ? undefined : equals));
      if (name === undefined) unknown.push(word);
      else if (IS_FLAG.has(name)) add(name, '', false);
      else add(name, equals < 0 ? takeNext() : word.slice(equals + 1), false);
    } else if (!readShort(word.slice(1), add, takeNext)) unknown.push(word);
  }
  return { values, complete, uses, positionals, unknown };
}

function readShort(
  letters: string,
  add: (name: string, value: string, joined: boolean) => void,
  takeNext: () => string,
): boolean {
  for (let at = 0; at < letters.length; at++) {
    const name = SHORT[letters[at] ?? ''];
    if (name === undefined) return false;
    if (TAKES_VALUE.has(name)) {
      const rest = letters.slice(at + 1);
      add(name, rest === '' ? takeNext() : rest.startsWith('=') ? rest.slice(1) : rest, at > 0);
      return true;
    }
    add(name, '', letters.length > 1);
  }
  return true;
}

function fullName(given: string): string | undefined {
  if (TAKES_VALUE.has(given) || IS_FLAG.has(given)) return given;
  if (given === '') return undefined;
  const meant = ALL.filter(name => name.startsWith(given));
  return meant.length === 1 ? meant[0] : undefined;
}

/**
 * The words after the program name of a command line that runs Gunicorn: `gunicorn …`, `python gunicorn …`,
 * `python -m gunicorn …`, also inside a wrapper such as `sh -c exec gunicorn …`. Undefined when it does not,
 * or when the process has renamed itself (the setproctitle package: `gunicorn: master [app]`).
 */
export function gunicornWords(commandLine: readonly string[]): readonly string[] | undefined {
  const title = /^gunicorn: (?:master|worker|maste)/.test(commandLine.slice(0, 2).join(' '));
  if (title || commandLine[0] === 'gunicorn:') return undefined;
  for (const [index, word] of commandLine.slice(0, MAX_WORDS).entries()) {
    const module = commandLine[index - 1] === '-m' && /^gunicorn(?:\.app\.wsgiapp|\.__main__)?$/.test(word);
    if (module || /(?:^|\/)gunicorn3?$/.test(word)) return commandLine.slice(index + 1);
  }
  return undefined;
}

/**
 * Splits text into words as a POSIX shell (and Python's shlex) does: blanks outside of quotes, backslash
 * escapes, quotes may stand inside a word. An unclosed quote ends with the text. No expansion of any kind.
 */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (quote !== '' && char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === '\\' && quote !== "'" && (quote === '' || /["\\$`]/.test(text[at + 1] ?? '')))
      word += text[++at] ?? '';
    else word += char;
  }
  if (word !== undefined) words.push(word);
  return words;
}
