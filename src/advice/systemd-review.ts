import type { HostFile } from '../collectors/case-file.ts';
import type { UnitState } from '../signals/host-state.ts';
import type { UnitEvent } from '../signals/signal.ts';
import { systemdDurationMs } from '../signals/unit-state.ts';
import { type ReviewSheet, remark } from './remark.ts';

/** Gunicorn's default. */
const GRACEFUL_SECONDS = 30;
/** After so few failed starts in the interval systemd gives up; its default is 5 in 10 seconds. */
const FEW_STARTS = 3;

/** What systemd will do when a worker dies, the master dies, or somebody restarts. */
export function reviewUnit(host: HostFile, sheet: ReviewSheet): void {
  const { unit } = host;
  if (unit === undefined || unit.loadState === 'not-found') {
    for (const check of ['oom-policy', 'restart', 'socket-activation', 'stop', 'reload'] as const)
      sheet.gap(check, 'unit-state');
    return;
  }
  const held = listensBySocket(unit);
  reviewOomPolicy(unit, held, sheet);
  reviewRestart(unit, host, sheet);
  sheet.check('socket-activation', [
    !held &&
      remark('no-socket', 'note', {}, [unit.lines.get('TriggeredBy') ?? unit.lines.get('FragmentPath')]),
  ]);
  reviewStop(unit, host, sheet);
  reviewReload(unit, sheet);
}

/** systemd holds the listening socket, so that it outlives a restart. */
function listensBySocket(unit: UnitState): boolean {
  return unit.triggeredBy?.some(name => name.endsWith('.socket')) ?? false;
}

function reviewOomPolicy(unit: UnitState, held: boolean, sheet: ReviewSheet): void {
  // Before systemd 243 there was no policy: the death of a worker stayed the affair of its master.
  if (unit.oomPolicy === undefined) return;
  sheet.check('oom-policy', [
    unit.oomPolicy !== 'continue' &&
      remark(
        'oom-stops-unit',
        'high',
        { policy: unit.oomPolicy, held, ...(unit.restart !== undefined && { restart: unit.restart }) },
        [unit.lines.get('OOMPolicy'), unit.lines.get('Restart')],
      ),
  ]);
}

function reviewRestart(unit: UnitState, host: HostFile, sheet: ReviewSheet): void {
  if (unit.restart === undefined) {
    sheet.gap('restart', 'unit-state');
    return;
  }
  const hit = host.signals.find(
    (s): s is UnitEvent => s.kind === 'unit' && s.event === 'start-limit-hit' && s.unit === unit.unit,
  );
  const intervalMs = systemdDurationMs(propertyOf(unit, 'StartLimitIntervalUSec'));
  const burst = unit.startLimitBurst;
  const limited = burst !== undefined && burst > 0 && intervalMs !== 0;
  sheet.check('restart', [
    (unit.restart === 'no' || unit.restart === 'on-success') &&
      remark('no-restart', 'high', { restart: unit.restart }, [unit.lines.get('Restart')]),
    burst !== undefined &&
      limited &&
      (hit !== undefined || burst <= FEW_STARTS) &&
      remark(
        'start-limit',
        hit === undefined ? 'medium' : 'high',
        { burst, hit: hit !== undefined, ...(intervalMs !== undefined && { intervalMs }) },
        [hit?.line, unit.lines.get('StartLimitBurst'), unit.lines.get('StartLimitIntervalUSec')],
      ),
  ]);
}

function reviewStop(unit: UnitState, host: HostFile, sheet: ReviewSheet): void {
  const graceful = host.gunicorn?.gracefulTimeoutSeconds;
  const isKnown = typeof graceful?.value === 'number';
  const gracefulSeconds = isKnown ? (graceful.value as number) : GRACEFUL_SECONDS;
  const stopMs = unit.timeoutStopMs;
  const timedOut = host.signals.find(
    (s): s is UnitEvent => s.kind === 'unit' && s.event === 'stop-timed-out' && s.unit === unit.unit,
  );
  const mode = propertyOf(unit, 'KillMode');
  const tooShort = stopMs !== undefined && stopMs <= gracefulSeconds * 1000;
  sheet.check('stop', [
    stopMs !== undefined &&
      (tooShort || timedOut !== undefined) &&
      remark(
        'stop-too-short',
        isKnown || timedOut !== undefined ? 'medium' : 'note',
        { stopMs, gracefulSeconds, assumed: !isKnown, seen: timedOut !== undefined },
        [timedOut?.line, unit.lines.get('TimeoutStopUSec'), graceful?.line],
      ),
    mode !== undefined &&
      mode !== 'mixed' &&
      remark('kill-mode', mode === 'control-group' ? 'note' : 'medium', { mode }, [
        unit.lines.get('KillMode'),
      ]),
  ]);
  if (!isKnown) sheet.gap('stop', 'gunicorn-settings');
}

function reviewReload(unit: UnitState, sheet: ReviewSheet): void {
  const reload = unit.lines.get('ExecReload');
  const type = unit.type;
  // ExecReload is printed only when it is set; a show that lists no other command was cut or is no show at all.
  const tells = reload !== undefined || unit.lines.has('ExecStart');
  if (!tells) {
    sheet.gap('reload', 'unit-state');
    return;
  }
  sheet.check('reload', [
    reload === undefined &&
      type !== 'notify-reload' &&
      remark('no-reload', 'medium', { how: 'absent' }, [unit.lines.get('Id')]),
    reload !== undefined &&
      !/\bHUP\b|-1\b/i.test(reload.text) &&
      remark('no-reload', 'note', { how: 'other' }, [reload]),
    type !== undefined &&
      !type.startsWith('notify') &&
      remark('not-notify', 'note', { type }, [unit.lines.get('Type')]),
    unit.needsDaemonReload === true &&
      remark('daemon-reload-needed', 'medium', {}, [unit.lines.get('NeedDaemonReload')]),
  ]);
}

/** A property that has no field of its own. */
function propertyOf(unit: UnitState, property: string): string | undefined {
  return unit.lines.get(property)?.text.slice(property.length + 1) || undefined;
}
