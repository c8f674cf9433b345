import { gunicornWords, parseGunicornArguments, shellWords } from '../signals/gunicorn-options.ts';
import { commandWords } from './command-words.ts';
import type { ObservedUnit } from './observed-unit.ts';

/** The options that remedies set, by their long name. */
export type PlacedOption = 'max-requests' | 'max-requests-jitter' | 'workers';

/**
 * Where an option must be written to be in force: per option the first of command line, GUNICORN_CMD_ARGS and
 * configuration file that sets it counts, and only a change of the file takes effect by a reload.
 */
export type Place =
  | { readonly kind: 'config-file'; readonly path: string }
  /** `arguments`: all that GUNICORN_CMD_ARGS says now; a drop-in replaces the whole variable. */
  | { readonly kind: 'environment'; readonly arguments: readonly string[] }
  /** `words`: the whole command, as systemd stores it. */
  | {
      readonly kind: 'exec-start';
      readonly words: readonly string[];
      /** An EnvironmentFile beats every `Environment=`, a drop-in's too; the command line beats both. */
      readonly because: 'on-the-command-line' | 'environment-file-sets-it';
    };

export type PlaceRefusal =
  /** The running master's command line is not that of Gunicorn, or could not be read. */
  | { readonly reason: 'command-unknown' }
  /** Its environment was not read, so nobody knows whether GUNICORN_CMD_ARGS sets the option. */
  | { readonly reason: 'environment-unknown' }
  /** The next start would get other options than the running master has. */
  | { readonly reason: 'differs-from-unit'; readonly what: 'command' | 'environment' }
  /** The words of ExecStart cannot be told apart with certainty, or it runs Gunicorn through something else. */
  | { readonly reason: 'exec-start-unclear'; readonly text: string }
  /** The configuration is a Python module, or deliberately none. */
  | { readonly reason: 'config-not-a-file'; readonly config: string };

export type PlaceAnswer =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly refusal: PlaceRefusal };

const no = (refusal: PlaceRefusal): PlaceAnswer => ({ ok: false, refusal });

/** Finds the place that wins for all of the options together, so that they stand side by side. */
export function winningPlace(unit: ObservedUnit, options: readonly PlacedOption[]): PlaceAnswer {
  const words = runningWords(unit);
  if (words === undefined) return no({ reason: 'command-unknown' });
  const command = parseGunicornArguments(words);
  if (!command.complete) return no({ reason: 'command-unknown' });
  const sets = (values: ReadonlyMap<string, readonly string[]>) => options.some(option => values.has(option));
  if (sets(command.values)) return execStart(unit, 'on-the-command-line');
  const started = commandWords(unit);
  if (started !== undefined && sets(parseGunicornArguments(started).values))
    return no({ reason: 'differs-from-unit', what: 'command' });

  const running = runningArguments(unit);
  if (running === undefined) return no({ reason: 'environment-unknown' });
  const variable = parseGunicornArguments(running);
  if (sets(variable.values)) return environmentPlace(unit, running, options);

  // What the next start gets and the running master does not have yet would win then.
  const next = unit.environment?.get('GUNICORN_CMD_ARGS');
  if (next !== undefined && sets(parseGunicornArguments(shellWords(next)).values))
    return no({ reason: 'differs-from-unit', what: 'environment' });
  const config = (command.values.get('config') ?? variable.values.get('config'))?.at(-1);
  return configFile(unit, config);
}

function environmentPlace(
  unit: ObservedUnit,
  running: readonly string[],
  options: readonly PlacedOption[],
): PlaceAnswer {
  if (unit.environment === undefined) return no({ reason: 'environment-unknown' });
  const ofUnit = unit.environment.get('GUNICORN_CMD_ARGS');
  const given = ofUnit === undefined ? undefined : shellWords(ofUnit);
  if (given !== undefined && sameWords(given, running))
    return { ok: true, place: { kind: 'environment', arguments: given } };
  // It is not the unit's own variable that runs: a file gives it, or the unit was changed since its start.
  if (unit.environmentFiles.length > 0) return execStart(unit, 'environment-file-sets-it');
  const alreadyThere =
    given !== undefined && options.every(option => parseGunicornArguments(given).values.has(option));
  return alreadyThere
    ? { ok: true, place: { kind: 'environment', arguments: given } }
    : no({ reason: 'differs-from-unit', what: 'environment' });
}

function execStart(
  unit: ObservedUnit,
  because: Extract<Place, { readonly kind: 'exec-start' }>['because'],
): PlaceAnswer {
  const words = commandWords(unit);
  if (words === undefined)
    return no({ reason: 'exec-start-unclear', text: unit.command?.text ?? '(not readable)' });
  return { ok: true, place: { kind: 'exec-start', words, because } };
}

function configFile(unit: ObservedUnit, config: string | undefined): PlaceAnswer {
  const bare = config?.replace(/^file:/, '') ?? 'gunicorn.conf.py';
  if (bare.startsWith('python:') || bare === '/dev/null' || bare === '')
    return no({ reason: 'config-not-a-file', config: bare });
  const path = bare.startsWith('/') ? bare : `${unit.workingDirectory.replace(/\/$/, '')}/${bare}`;
  return { ok: true, place: { kind: 'config-file', path: normalised(path) } };
}

/** Gunicorn's arguments as they run; of the unit's ExecStart where the process has renamed itself. */
function runningWords(unit: ObservedUnit): readonly string[] | undefined {
  if (unit.running.words !== undefined) return unit.running.words;
  const words = commandWords(unit);
  return words && gunicornWords(words);
}

/** GUNICORN_CMD_ARGS of the running master; of the unit when no file can say otherwise. */
export function runningArguments(unit: ObservedUnit): readonly string[] | undefined {
  const { running, environment, environmentFiles } = unit;
  if (running.environment !== undefined)
    return shellWords(running.environment.get('GUNICORN_CMD_ARGS') ?? '');
  if (environment === undefined || environmentFiles.length > 0) return undefined;
  return shellWords(environment.get('GUNICORN_CMD_ARGS') ?? '');
}

function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, at) => word === other[at]);
}

/** Without `.`, `..` and double slashes. Links are the helper's to refuse. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
