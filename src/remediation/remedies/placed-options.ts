import { parseGunicornArguments } from '../../signals/gunicorn-options.ts';
import { shellText, withGunicornOptions } from '../../signals/gunicorn-rewrite.ts';
import { commandWords } from '../command-words.ts';
import { type BlockSetting, type BlockValues, fileSettings, withBlockSettings } from '../config-block.ts';
import { withDirectives } from '../drop-in.ts';
import type { ObservedFile, ObservedUnit } from '../observed-unit.ts';
import type { Activation } from '../plan.ts';
import { isRefusal, isTooLarge, type PlannedFile, targetDropIn, targetFile } from '../planned-file.ts';
import type { ByHand, DraftAnswer, RemedyDraft } from '../remedy.ts';
import { systemdWord } from '../systemd-words.ts';
import { type Place, type PlacedOption, runningArguments, winningPlace } from '../winning-place.ts';

const NAMES: Readonly<Record<PlacedOption, BlockSetting>> = {
  'max-requests': 'max_requests',
  'max-requests-jitter': 'max_requests_jitter',
  workers: 'workers',
};

export type PlacedValues = Readonly<Partial<Record<PlacedOption, number>>>;

/** What differs between remedies that set Gunicorn's options. */
export type PlacedMeaning = Pick<RemedyDraft, 'settings' | 'workers'>;

/** Writes Gunicorn's options where they win: in the file by a reload, else in a drop-in by a restart. */
export function placeOptions(unit: ObservedUnit, values: PlacedValues, meaning: PlacedMeaning): DraftAnswer {
  const options = Object.keys(values) as PlacedOption[];
  const answer = winningPlace(unit, options);
  if (!answer.ok) {
    const byHand =
      answer.refusal.reason === 'config-not-a-file'
        ? patchOf(unit, answer.refusal.config, values, 'reload')
        : undefined;
    return { ...answer, ...(byHand && { byHand }) };
  }
  const { place } = answer;
  if (place.kind === 'config-file') return inConfigFile(unit, place, values, meaning);
  return inDropIn(unit, place, values, meaning);
}

function inConfigFile(
  unit: ObservedUnit,
  place: Extract<Place, { readonly kind: 'config-file' }>,
  values: PlacedValues,
  meaning: PlacedMeaning,
): DraftAnswer {
  const byHand = patchOf(unit, place.path, values, 'reload');
  if (unit.from === 'case-file') return { ok: false, refusal: { reason: 'no-helper' }, byHand };
  const file = targetFile(unit, place.path);
  if (isRefusal(file)) return { ok: false, refusal: file, byHand };
  const written = withBlockSettings(file.content ?? new Uint8Array(), blockValues(values));
  if (!written.ok) return { ok: false, refusal: written.refusal, byHand };
  const inFile = file.content === undefined ? undefined : fileSettings(file.content);
  const asWished = Object.entries(blockValues(values)).every(([name, value]) => inFile?.get(name) === value);
  return draftOf(unit, [{ path: file.path, content: written.content }], place, {
    ...meaning,
    values,
    activation: { kind: 'reload' },
    inForce: asWished,
  });
}

function inDropIn(
  unit: ObservedUnit,
  place: Exclude<Place, { readonly kind: 'config-file' }>,
  values: PlacedValues,
  meaning: PlacedMeaning,
): DraftAnswer {
  const file = targetDropIn(unit);
  if (isRefusal(file)) return { ok: false, refusal: file };
  const content = directiveFor(file, place, values);
  if (!content.ok) return content;
  return draftOf(unit, [{ path: file.path, content: content.content }], place, {
    ...meaning,
    values,
    activation: { kind: 'restart' },
    inForce: runsWith(unit, place, values) && nextStartHas(place, values),
  });
}

/** Nothing that a line of a unit file could not say plainly, and the helper would refuse. */
const UNWRITABLE = /[\x00-\x1f\x7f]/;

function directiveFor(
  file: ObservedFile,
  place: Exclude<Place, { readonly kind: 'config-file' }>,
  values: PlacedValues,
) {
  const given = place.kind === 'environment' ? place.arguments : place.words;
  const bad = given.find(word => UNWRITABLE.test(word));
  if (bad !== undefined)
    return { ok: false as const, refusal: { reason: 'word-unwritable' as const, word: bad } };
  if (place.kind === 'environment') {
    const words = withGunicornOptions(place.arguments, values as Record<string, number>);
    const assignment = `GUNICORN_CMD_ARGS=${shellText(words)}`;
    return withDirectives(file.path, file.content, { Environment: systemdWord(assignment) });
  }
  const [program = '', ...rest] = withGunicornOptions(place.words, values as Record<string, number>);
  return withDirectives(file.path, file.content, {
    ExecStart: [program, ...rest].map(systemdWord).join(' '),
  });
}

function draftOf(
  unit: ObservedUnit,
  files: readonly PlannedFile[],
  place: Place,
  about: PlacedMeaning & {
    readonly values: PlacedValues;
    readonly activation: Activation;
    readonly inForce: boolean;
  },
): DraftAnswer {
  const tooLarge = files.find(file => isTooLarge(file.content));
  if (tooLarge !== undefined) return { ok: false, refusal: { reason: 'file-not-read', path: tooLarge.path } };
  const { values, activation, inForce, settings, workers = unit.workers.length } = about;
  return {
    ok: true,
    draft: {
      files,
      activation,
      settings,
      expected: blockValues(values) as Record<string, number>,
      workers,
      place,
      inForce,
    },
  };
}

/** The running master's own words and variables have the values. */
function runsWith(unit: ObservedUnit, place: Place, values: PlacedValues): boolean {
  const words =
    place.kind === 'exec-start' ? (unit.running.words ?? commandWords(unit)) : runningArguments(unit);
  return words !== undefined && has(words, values);
}

function nextStartHas(place: Place, values: PlacedValues): boolean {
  if (place.kind === 'environment') return has(place.arguments, values);
  return place.kind === 'exec-start' && has(place.words, values);
}

function has(words: readonly string[], values: PlacedValues): boolean {
  const given = parseGunicornArguments(words).values;
  return Object.entries(values).every(([option, value]) => given.get(option)?.at(-1) === String(value));
}

function blockValues(values: PlacedValues): BlockValues {
  return Object.fromEntries(
    Object.entries(values).map(([option, value]) => [NAMES[option as PlacedOption], value]),
  );
}

/** For a file that is not Staunch's to write: the lines for its owner. */
function patchOf(unit: ObservedUnit, path: string, values: PlacedValues, verb: 'reload' | 'restart'): ByHand {
  return {
    path,
    lines: Object.entries(blockValues(values)).map(([name, value]) => `${name} = ${value}`),
    commands: [`sudo systemctl ${verb} ${unit.unit}`],
  };
}
