import { answerLines, known, lineMaker, wholeNumber } from './answer-lines.ts';
import { offsetMinutes } from './host-clock.ts';
import type { HostClock, UnitState } from './host-state.ts';
import { isoMoment } from './moments.ts';
import type { SourceLine } from './signal.ts';

/** What turns a unit's local and monotonic stamps into instants. */
interface UnitStateClock {
  readonly clock?: HostClock;
  /** When the server booted, epoch ms: dates stamps whose zone abbreviation tells nothing. */
  readonly bootEpochMs?: number;
}

/**
 * Reads `systemctl show UNIT`. A unit that systemd does not know is shown too: `loadState` is `not-found`.
 * Undefined when the text holds no property at all (systemctl missing, not allowed, no systemd).
 */
export function readUnitState(
  text: string,
  server: string,
  unit: string,
  clocks: UnitStateClock = {},
): UnitState | undefined {
  const rows = rowsOfUnit(text, unit);
  const line = lineMaker(server, 'unit-state');
  const lines = new Map<string, SourceLine>();
  const values = new Map<string, string>();
  const environmentFiles: string[] = [];
  for (const row of rows) {
    const equals = row.indexOf('=');
    const name = row.slice(0, Math.max(0, equals));
    if (!/^[A-Z]\w{0,80}$/.test(name)) continue;
    const value = row.slice(equals + 1);
    if (name === 'EnvironmentFiles' && value !== '') environmentFiles.push(value);
    if (lines.has(name)) continue;
    lines.set(name, line(row));
    values.set(name, value);
  }
  if (lines.size === 0) return undefined;

  const word = (name: string) => values.get(name) || undefined;
  const count = (name: string) => wholeNumber(values.get(name));
  const list = (name: string) => {
    const words = values
      .get(name)
      ?.split(/\s+/)
      .filter(word => word !== '');
    return words && words.length > 0 ? words : undefined;
  };
  const instant = (name: string) => stampMs(values.get(name), values.get(`${name}Monotonic`), clocks);
  return known({
    unit,
    lines,
    loadState: word('LoadState'),
    activeState: word('ActiveState'),
    subState: word('SubState'),
    result: word('Result'),
    type: word('Type'),
    mainPid: count('MainPID') || undefined,
    restarts: count('NRestarts'),
    restart: word('Restart'),
    oomPolicy: word('OOMPolicy'),
    controlGroup: values.get('ControlGroup'),
    // MemoryLimit= is the same limit on cgroup v1 units; `infinity` and 2^64-1 are no whole numbers here.
    memoryMaxBytes: count('MemoryMax') ?? count('MemoryLimit'),
    memoryHighBytes: count('MemoryHigh'),
    memoryCurrentBytes: count('MemoryCurrent'),
    timeoutStopMs: systemdDurationMs(values.get('TimeoutStopUSec')),
    startLimitBurst: count('StartLimitBurst'),
    activeSinceMs: instant('ActiveEnterTimestamp'),
    mainStartedMs: instant('ExecMainStartTimestamp'),
    execStart: argvOf(values.get('ExecStart')),
    user: word('User'),
    workingDirectory: word('WorkingDirectory'),
    environment: word('Environment'),
    environmentFiles: environmentFiles.length > 0 ? environmentFiles : undefined,
    fragmentPath: word('FragmentPath'),
    dropInPaths: list('DropInPaths'),
    triggeredBy: list('TriggeredBy'),
    needsDaemonReload: flag(values.get('NeedDaemonReload')),
  }) as UnitState;
}

/** `systemctl show A B` separates units by an empty line; one of several is told by its Id or Names. */
function rowsOfUnit(text: string, unit: string): readonly string[] {
  const blocks: string[][] = [[]];
  for (const row of answerLines(text)) {
    if (row === '') blocks.push([]);
    else blocks.at(-1)?.push(row);
  }
  const full = /\.[a-z]{4,9}$/.test(unit) ? unit : `${unit}.service`;
  const isAbout = (rows: readonly string[]) =>
    rows.some(
      row => row === `Id=${full}` || (row.startsWith('Names=') && row.slice(6).split(' ').includes(full)),
    );
  return blocks.find(isAbout) ?? blocks.find(rows => rows.some(row => row.includes('='))) ?? [];
}

function flag(value: string | undefined): boolean | undefined {
  return value === 'yes' ? true : value === 'no' ? false : undefined;
}

/** The command line inside `{ path=… ; argv[]=… ; ignore_errors=no ; … }`; systemd joins it with spaces. */
function argvOf(value: string | undefined): string | undefined {
  const start = value?.indexOf('argv[]=') ?? -1;
  if (value === undefined || start < 0) return undefined;
  const rest = value.slice(start + 'argv[]='.length);
  const end = rest.search(/ ; (?:ignore_errors|flags)=/);
  return (end < 0 ? rest : rest.slice(0, end)).trim() || undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 2_629_800_000,
  y: 31_557_600_000,
};

/** systemd's time spans (`1min 30s`, `500ms`), ms; undefined for `infinity` and for what is no span. */
export function systemdDurationMs(value: string | undefined): number | undefined {
  if (value === undefined || value.length > 80 || value.trim() === '') return undefined;
  if (value === '0') return 0;
  let total = 0;
  for (const word of value.trim().split(/\s+/)) {
    const match = /^(\d{1,15}(?:\.\d{1,6})?)(us|µs|ms|s|min|h|d|w|month|y)$/.exec(word);
    const unitMs = UNIT_MS[match?.[2] ?? ''];
    if (match === null || unitMs === undefined) return undefined;
    total += Number(match[1]) * unitMs;
  }
  return Math.round(total);
}

/**
 * `Sun 2026-11-22 10:11:24 UTC` or, with --timestamp=unix, `@1795342284`. Abbreviations other than UTC and
 * GMT are ambiguous (IST, CST): then the monotonic stamp (µs since boot) counts, then the host's own zone.
 */
function stampMs(
  stamp: string | undefined,
  monotonic: string | undefined,
  { clock, bootEpochMs }: UnitStateClock,
): number | undefined {
  if (!stamp || stamp === 'n/a') return undefined;
  const unix = /^@(\d{1,12})(?:\.(\d{1,6}))?$/.exec(stamp);
  if (unix) return Number(unix[1]) * 1000 + Math.floor(Number(`0.${unix[2] ?? '0'}`) * 1000);
  const match = /^\S{1,20} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) (\S{1,10})$/.exec(stamp);
  const [, printed, zone] = match ?? [];
  if (printed === undefined || zone === undefined) return undefined;
  const minutes = zone === 'UTC' || zone === 'GMT' ? 0 : offsetMinutes(zone);
  if (minutes !== undefined)
    return instantAt(printed, { errorMs: 0, utcOffsetMinutes: minutes, assumed: false });
  const sinceBootUs = wholeNumber(monotonic);
  if (bootEpochMs !== undefined && sinceBootUs) return Math.round(bootEpochMs + sinceBootUs / 1000);
  return clock === undefined || clock.assumed ? undefined : instantAt(printed, clock);
}

/** Undefined in the hour that a DST change repeats: half a truth here could turn a counter into a false witness. */
function instantAt(printed: string, clock: HostClock): number | undefined {
  const moment = isoMoment(printed, 0, clock);
  return moment?.toleranceMs === 0 ? moment.epochMs : undefined;
}
