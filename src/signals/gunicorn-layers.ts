import { answerLines, lineMaker, wholeNumber } from './answer-lines.ts';
import { type ConfigValue, readConfigFile } from './gunicorn-config-file.ts';
import {
  type GunicornOption,
  gunicornWords,
  parseGunicornArguments,
  shellWords,
} from './gunicorn-options.ts';
import type { GunicornSetting, UnitState } from './host-state.ts';
import type { SourceLine } from './signal.ts';

/** One place that sets options, as far as it could be read. */
export interface SettingsLayer {
  readonly from: GunicornSetting<unknown>['from'];
  readonly values: ReadonlyMap<GunicornOption, { readonly value: ConfigValue; readonly line?: SourceLine }>;
  /** Whether an option that is not in `values` is known not to be set here. */
  readonly complete: boolean;
}

/** What the `gunicorn-environment` answer tells of the running master. */
export interface MasterEnvironment {
  readonly words?: readonly string[];
  readonly wordsLine?: SourceLine;
  readonly cwd?: string;
  /** Variables with their lines; undefined when the environment could not be read. */
  readonly variables?: ReadonlyMap<string, { readonly value: string; readonly line: SourceLine }>;
  readonly configPath?: string;
  readonly configChangedAtMs?: number;
  /** Undefined when there is no file or it could not be read. */
  readonly configText?: string;
}

/** Names in a configuration file that differ from the option's own name, underscores aside. */
const FILE_NAMES: readonly [string, GunicornOption][] = [
  ['workers', 'workers'],
  ['worker_class', 'worker-class'],
  ['threads', 'threads'],
  ['timeout', 'timeout'],
  ['graceful_timeout', 'graceful-timeout'],
  ['max_requests', 'max-requests'],
  ['max_requests_jitter', 'max-requests-jitter'],
  ['backlog', 'backlog'],
  ['preload_app', 'preload'],
  ['reuse_port', 'reuse-port'],
  ['keepalive', 'keep-alive'],
  ['bind', 'bind'],
  ['loglevel', 'log-level'],
];

const INTEGERS = new Set<string>(
  'workers threads timeout graceful-timeout max-requests max-requests-jitter backlog keep-alive'.split(' '),
);

const FLAGS = new Set<string>(['preload', 'reuse-port']);

/** Reads the answer: tab-separated facts, then `--- config` and the configuration file to the end. */
export function readMasterEnvironment(text: string, server: string): MasterEnvironment {
  const line = lineMaker(server, 'gunicorn-settings');
  const marker = /^--- config\r?(?:\n|$)/m.exec(text);
  const variables = new Map<string, { value: string; line: SourceLine }>();
  const seen: { -readonly [K in keyof MasterEnvironment]: MasterEnvironment[K] } = {};
  let sawMaster = false;
  let denied = false;
  for (const row of answerLines(marker === null ? text : text.slice(0, marker.index))) {
    const [word, ...rest] = row.split('\t');
    if (word === 'cmdline') {
      sawMaster = true;
      const words = gunicornWords(rest);
      if (words !== undefined) Object.assign(seen, { words, wordsLine: line(row) });
    } else if (word === 'cwd' && rest[0]) seen.cwd = rest[0];
    else if (word === 'environ-denied') denied = true;
    else if (word === 'environ') {
      const assignment = rest.join('\t');
      const equals = assignment.indexOf('=');
      if (equals > 0)
        variables.set(assignment.slice(0, equals), { value: assignment.slice(equals + 1), line: line(row) });
    } else if (word === 'config-file' && rest[0]) {
      seen.configPath = rest[0];
      const seconds = wholeNumber(rest[1]?.replace(/\.\d{0,12}$/, ''));
      if (seconds !== undefined) seen.configChangedAtMs = seconds * 1000;
    }
  }
  if (sawMaster && !denied) seen.variables = variables;
  if (marker !== null) seen.configText = text.slice(marker.index + marker[0].length);
  return seen;
}

/** Options of a command line or of GUNICORN_CMD_ARGS. `$NAME` in a unit's ExecStart is known at start only. */
export function argumentsLayer(
  from: 'command-line' | 'environment',
  words: readonly string[] | undefined,
  line: SourceLine | undefined,
): SettingsLayer {
  const values = new Map<GunicornOption, { value: ConfigValue; line?: SourceLine }>();
  if (words === undefined) return { from, values, complete: false };
  const parsed = parseGunicornArguments(words);
  for (const [name, given] of parsed.values) {
    const option = name as GunicornOption;
    const last = given.at(-1) ?? '';
    const isVariable = (text: string) => /\$(?:\{\w+\}|\w)/.test(text);
    let value: ConfigValue = last;
    if (FLAGS.has(name)) value = true;
    else if (name === 'bind') value = given.some(isVariable) ? 'computed' : given;
    else if (isVariable(last)) value = 'computed';
    else if (INTEGERS.has(name)) value = integerOf(last);
    values.set(option, line === undefined ? { value } : { value, line });
  }
  return { from, values, complete: parsed.complete };
}

/** Assignments of a configuration file that are settings of ours. */
export function configFileLayer(text: string | undefined, absent: boolean, server: string): SettingsLayer {
  const values = new Map<GunicornOption, { value: ConfigValue; line: SourceLine }>();
  const from = 'config-file';
  if (text === undefined) return { from, values, complete: absent };
  const line = lineMaker(server, 'gunicorn-settings');
  const { assignments, complete } = readConfigFile(text);
  for (const [name, option] of FILE_NAMES) {
    const assignment = assignments.get(name);
    if (assignment === undefined) continue;
    values.set(option, { value: settingOf(option, assignment.value), line: line(assignment.lineText) });
  }
  return { from, values, complete };
}

/** Gunicorn converts what a file gives it: "4" is a number of workers, "a:1,b:2" two listeners. */
function settingOf(option: GunicornOption, value: ConfigValue): ConfigValue {
  if (value === 'computed') return value;
  if (INTEGERS.has(option)) return typeof value === 'number' ? value : integerOf(String(value));
  if (FLAGS.has(option)) {
    if (typeof value === 'boolean') return value;
    const word = String(value).toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : 'computed';
  }
  if (option === 'bind') {
    if (typeof value !== 'string') return Array.isArray(value) ? value : 'computed';
    return value
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== '');
  }
  return typeof value === 'string' ? value : 'computed';
}

function integerOf(text: string): number | 'computed' {
  return wholeNumber(text.trim()) ?? 'computed';
}

/** ExecStart, Environment and EnvironmentFile of `systemctl cat`, for when `systemctl show` is not there. */
interface UnitFileSettings {
  readonly execStart?: { readonly value: string; readonly line: SourceLine };
  readonly environment: readonly { readonly value: string; readonly line: SourceLine }[];
  readonly hasEnvironmentFile: boolean;
}

/** Later lines add to earlier ones; an empty one takes back what came before (systemd.unit(5)). */
export function readUnitFileSettings(text: string, server: string): UnitFileSettings {
  const line = lineMaker(server, 'unit-files');
  let execStart: UnitFileSettings['execStart'];
  const environment: { value: string; line: SourceLine }[] = [];
  let hasEnvironmentFile = false;
  let section = '';
  let pending: { first: string; parts: string[] } | undefined;
  for (const row of answerLines(text)) {
    if (/^\s*[#;]/.test(row)) continue;
    pending ??= { first: row, parts: [] };
    pending.parts.push(row.endsWith('\\') ? row.slice(0, -1) : row);
    if (row.endsWith('\\')) continue;
    const { first, parts } = pending;
    const whole = parts.join(' ').trim();
    pending = undefined;
    if (whole.startsWith('[')) section = whole;
    const equals = whole.indexOf('=');
    if (section !== '[Service]' || equals < 0) continue;
    const name = whole.slice(0, equals).trimEnd();
    const value = whole.slice(equals + 1).trim();
    const entry = { value, line: line(first) };
    if (name === 'ExecStart') execStart = value === '' ? undefined : entry;
    else if (name === 'Environment' && value === '') environment.length = 0;
    else if (name === 'Environment') environment.push(entry);
    else if (name === 'EnvironmentFile') hasEnvironmentFile = value !== '';
  }
  return execStart === undefined
    ? { environment, hasEnvironmentFile }
    : { execStart, environment, hasEnvironmentFile };
}

/** The variables that the unit gives its processes; undefined when a file that was not read may add some. */
export function unitVariables(
  unitState: UnitState | undefined,
  unitFiles: UnitFileSettings | undefined,
): MasterEnvironment['variables'] {
  const shown = unitState?.lines.get('Environment');
  const entries =
    unitState === undefined
      ? unitFiles?.environment
      : unitState.environment === undefined || shown === undefined
        ? []
        : [{ value: unitState.environment, line: shown }];
  const fromFile =
    unitState === undefined ? unitFiles?.hasEnvironmentFile : unitState.environmentFiles !== undefined;
  if (entries === undefined || fromFile) return undefined;
  const variables = new Map<string, { value: string; line: SourceLine }>();
  for (const { value, line } of entries) {
    for (const word of shellWords(value)) {
      const equals = word.indexOf('=');
      if (equals > 0) variables.set(word.slice(0, equals), { value: word.slice(equals + 1), line });
    }
  }
  return variables;
}
