import { shellWords } from '../signals/gunicorn-options.ts';
import { commandWords } from './command-words.ts';
import type { ObservedUnit } from './observed-unit.ts';
import { type PreflightMaterial, type Tick, tick } from './preflight-tick.ts';
import { runningArguments } from './winning-place.ts';

/** A temporary copy, the backup and the record must fit besides the file. */
const LEAST_FREE_BYTES = 16 * 1_048_576;
/** A restart, its taking back, and one to spare. */
const STARTS_NEEDED = 3;

/** Whether the unit and the files are in a state in which a change does what it says and nothing else. */
export function unitTicks(material: PreflightMaterial): readonly Tick[] {
  const { unit, plan } = material;
  const { kind } = plan.activation;
  const readsUnitAnew = kind === 'restart' || kind === 'daemon-reload';
  return [
    running(unit),
    ...(plan.changes.length > 0 ? [owned(material), ...diskSpace(material)] : []),
    ...(readsUnitAnew ? [drift(unit), ...ephemeral(unit)] : []),
    ...(kind === 'restart' ? [nextStart(unit), restartCost(unit), startLimit(unit)] : []),
    ...(kind === 'reload' ? [reloadCommand(unit), ...notLoaded(material)] : []),
  ];
}

function running({ activeState, master }: ObservedUnit): Tick {
  return activeState === 'active' && master !== undefined
    ? tick('running', 'ok', `The unit is active, its main process is ${master.pid}.`)
    : tick(
        'running',
        'block',
        `The unit is ${activeState ?? 'in a state that could not be read'}: nothing is changed while it does not run.`,
      );
}

/** Also answers for files that nobody owns, because that was looked at too. */
function owned({ unit, plan }: PreflightMaterial): Tick {
  const words = plan.changes.flatMap(({ path }) => {
    const file = unit.files.get(path);
    if (file?.generated !== undefined)
      return [
        `${path} says "${file.generated}" at its head: the next run of that tool takes the change away. Put the patch into its repository first; what is in force is looked at again every day.`,
      ];
    if (file?.package !== undefined)
      return [
        `${path} belongs to the package ${file.package}: its next version may ask about the change or undo it. Keep the patch with your deployment too; what is in force is looked at again every day.`,
      ];
    return [];
  });
  return words.length > 0
    ? tick('owned-by-others', 'warn', words.join(' '))
    : tick('owned-by-others', 'ok', 'No package and no configuration management is seen to own the file.');
}

function diskSpace({ unit, plan }: PreflightMaterial): readonly Tick[] {
  const frees = plan.changes.flatMap(({ path }) => unit.files.get(path)?.freeBytes ?? []);
  if (frees.length === 0) return [];
  const least = Math.min(...frees);
  return [
    least >= LEAST_FREE_BYTES
      ? tick('disk-space', 'ok', 'There is room on the disk for the new file and its backup.')
      : tick(
          'disk-space',
          'block',
          `Only ${Math.floor(least / 1_048_576)} MB are free where the file is: 16 MB are needed. Make room first.`,
        ),
  ];
}

function drift(unit: ObservedUnit): Tick {
  if (unit.needsDaemonReload === false)
    return tick('unit-drift', 'ok', 'systemd has the unit as its files say.');
  return unit.needsDaemonReload === true
    ? tick(
        'unit-drift',
        'block',
        'The unit was changed on disk and not loaded since (NeedDaemonReload=yes): this change would bring that one along. Run "systemctl daemon-reload" after looking at it, and plan again.',
      )
    : tick(
        'unit-drift',
        'warn',
        'Whether systemd has the unit as its files say could not be read: other edits might come along.',
      );
}

function ephemeral(unit: ObservedUnit): readonly Tick[] {
  if (!unit.ephemeral) return [];
  const where = unit.fragmentPath ?? 'nowhere';
  return [
    tick(
      'ephemeral-unit',
      'block',
      `The unit is made anew at boot or by a program (${where}): a drop-in for it may not last. Change what makes it.`,
    ),
  ];
}

/** What a restart would bring besides. */
function nextStart(unit: ObservedUnit): Tick {
  const words = commandWords(unit)?.map(word => word.replaceAll('$$', ''));
  const { commandLine } = unit.running;
  const sameCommand =
    words === undefined || commandLine === undefined || words.some(word => word.includes('$'))
      ? undefined
      : commandLine
          .map(word => word.replaceAll('$', ''))
          .join(' ')
          .endsWith(words.join(' '));
  const next = unit.environment && shellWords(unit.environment.get('GUNICORN_CMD_ARGS') ?? '').join(' ');
  const now = runningArguments(unit)?.join(' ');
  const sameArguments =
    unit.environmentFiles.length > 0 || next === undefined || now === undefined ? undefined : next === now;
  if (sameCommand === false || sameArguments === false)
    return tick(
      'next-start-differs',
      'warn',
      'The unit was changed since the last start: a restart brings that change too. Look at "systemctl cat" before you approve.',
    );
  return sameCommand === true && sameArguments === true
    ? tick('next-start-differs', 'ok', 'The next start runs what runs now, but for this change.')
    : tick(
        'next-start-differs',
        'warn',
        'Whether the next start would run what runs now cannot be told: variables or an EnvironmentFile have a say in it.',
      );
}

function restartCost(unit: ObservedUnit): Tick {
  return unit.socketActivated
    ? tick(
        'restart-cost',
        'ok',
        'The restart loses no request: systemd holds the socket, requests wait until the app has started.',
      )
    : tick(
        'restart-cost',
        'warn',
        'The restart costs 502s for as long as the app takes to start (23 of 135 requests in a trial with 2 to 3 seconds), because no socket unit holds the listening socket. Choose a quiet minute.',
      );
}

function startLimit({ startLimitBurst: burst, startLimitIntervalMs: intervalMs }: ObservedUnit): Tick {
  if (burst === undefined || burst === 0 || intervalMs === 0)
    return tick('start-limit', 'ok', 'systemd does not limit how often the unit may start.');
  return burst >= STARTS_NEEDED
    ? tick('start-limit', 'ok', `systemd allows ${burst} starts in a row: enough to take the change back.`)
    : tick(
        'start-limit',
        'block',
        `systemd gives up after ${burst} ${burst === 1 ? 'start' : 'starts'}${intervalMs === undefined ? '' : ` in ${Math.round(intervalMs / 1000)} s`}: there would be none left to take the change back. Raise StartLimitBurst to ${STARTS_NEEDED} or more first.`,
      );
}

function reloadCommand({ canReload }: ObservedUnit): Tick {
  return canReload
    ? tick('reload-command', 'ok', 'The unit can be reloaded.')
    : tick(
        'reload-command',
        'warn',
        'The unit has no ExecReload: SIGHUP is sent to its main process directly, which does the same.',
      );
}

function notLoaded({ advice }: PreflightMaterial): readonly Tick[] {
  const found = advice?.review.remarks.find(remark => remark.id === 'settings-not-loaded');
  if (found !== undefined)
    return [
      tick(
        'settings-not-loaded',
        'warn',
        'The configuration file is newer than the last start or reload: what somebody changed there comes into force with this reload too.',
      ),
    ];
  const checked = advice?.review.gaps.every(gap => gap.check !== 'settings-in-force') ?? false;
  return checked
    ? [tick('settings-not-loaded', 'ok', 'What the configuration file says is in force already.')]
    : [];
}
