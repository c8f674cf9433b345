import { parseGunicornArguments } from '../signals/gunicorn-options.ts';
import { fileSettings } from './config-block.ts';
import type { ObservedUnit } from './observed-unit.ts';
import type { Verification } from './plan.ts';
import { type PlacedOption, runningArguments, winningPlace } from './winning-place.ts';

const OPTIONS: Readonly<Record<string, PlacedOption>> = {
  max_requests: 'max-requests',
  max_requests_jitter: 'max-requests-jitter',
  workers: 'workers',
};

/** One expected setting that is not in force: what is there instead, or undefined when it cannot be told. */
export interface SettingNotInForce {
  readonly name: string;
  readonly expected: string | number;
  readonly found?: string | number;
}

/**
 * Which of the expected settings are not in force, by the layer that wins now. What the running master was told by its
 * command line and environment is in force; what the file says is, once the workers are younger than it.
 */
export function notInForce(
  unit: ObservedUnit,
  expected: Verification['expected'],
): readonly SettingNotInForce[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const found = settingOf(unit, name);
    return found === wanted ? [] : [{ name, expected: wanted, ...(found !== undefined && { found }) }];
  });
}

function settingOf(unit: ObservedUnit, name: string): string | number | undefined {
  switch (name) {
    case 'OOMPolicy':
      return unit.oomPolicy;
    case 'MemoryMax':
      return unit.memoryMaxBytes;
    case 'MemoryHigh':
      return unit.memoryHighBytes;
  }
  const option = OPTIONS[name];
  return option && gunicornSetting(unit, name, option);
}

function gunicornSetting(
  unit: ObservedUnit,
  name: string,
  option: PlacedOption,
): string | number | undefined {
  const given = (words: readonly string[]) => {
    const last = parseGunicornArguments(words).values.get(option)?.at(-1);
    return last === undefined || !/^\d{1,9}$/.test(last) ? last : Number(last);
  };
  const onCommandLine = unit.running.words && given(unit.running.words);
  if (onCommandLine !== undefined) return onCommandLine;
  const inEnvironment = given(runningArguments(unit) ?? []);
  if (inEnvironment !== undefined) return inEnvironment;
  const answer = winningPlace(unit, [option]);
  if (!answer.ok || answer.place.kind !== 'config-file') return undefined;
  const content = unit.files.get(answer.place.path)?.content;
  return content === undefined ? undefined : fileSettings(content).get(name);
}
