import { answerLines, known, lineMaker, wholeNumber } from './answer-lines.ts';
import type { HostClock, WorkerProcess } from './host-state.ts';
import { ctimeMoment } from './moments.ts';
import type { SourceLine } from './signal.ts';

/** USER_HZ: what /proc prints CPU and start times in, 100 on every Linux that Debian, Ubuntu or RHEL ship. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
/** TASK_COMM_LEN without its closing zero. */
const COMM_LENGTH = 15;

/**
 * Reads the `worker-table` answer or a bundle's `proc.txt`: per process `### PID`, the command line, the
 * lines of `/proc/PID/status`, optionally smaps_rollup and oom_score, and `/proc/PID/stat` (bare or after
 * `stat `; see proc(5)). Start times need the boot instant. A process that ended while it was read has no
 * parent in the text and is left out.
 */
export function readWorkerTable(
  text: string,
  server: string,
  bootEpochMs?: number,
): readonly WorkerProcess[] {
  const line = lineMaker(server, 'worker-table');
  const processes: WorkerProcess[] = [];
  let block: ProcessBlock | undefined;
  const finish = () => {
    const process = block && processOf(block, line, bootEpochMs);
    if (process !== undefined) processes.push(process);
  };
  for (const row of answerLines(text)) {
    const pid = wholeNumber(/^### (\d{1,10})$/.exec(row)?.[1]);
    if (pid !== undefined) {
      finish();
      block = { pid, header: row, status: new Map() };
    } else if (block !== undefined) {
      addRow(block, row);
    }
  }
  finish();
  return processes;
}

interface ProcessBlock {
  readonly pid: number;
  readonly header: string;
  readonly status: Map<string, string>;
  commandLine?: string;
  stat?: string;
}

function addRow(block: ProcessBlock, row: string): void {
  const field = /^([A-Z]\w{1,40}):\t(.{0,200})/.exec(row);
  if (field?.[1] !== undefined && field[2] !== undefined) {
    if (!block.status.has(field[1])) block.status.set(field[1], field[2].trim());
    block.commandLine ??= '';
    return;
  }
  if (block.commandLine === undefined) {
    block.commandLine = row.trim();
    return;
  }
  // Only a line that repeats the block's pid is its stat line: a command line may look like one.
  if (row.startsWith(`stat ${block.pid} (`) || row.startsWith(`${block.pid} (`)) block.stat = row;
}

function processOf(
  { pid, header, status, commandLine, stat }: ProcessBlock,
  line: (text: string) => SourceLine,
  bootEpochMs: number | undefined,
): WorkerProcess | undefined {
  // The name may hold spaces and brackets: it ends at the last bracket of the line.
  const open = stat?.indexOf('(') ?? -1;
  const close = stat?.lastIndexOf(')') ?? -1;
  const fields = stat === undefined || close < open ? [] : stat.slice(close + 2).split(' ', 60);
  // proc(5) numbers the fields from 1 and the first one after the name is number 3.
  const field = (number: number) => wholeNumber(fields[number - 3]);
  const parentPid = wholeNumber(status.get('PPid')) ?? field(4);
  const comm = stat !== undefined && close > open ? stat.slice(open + 1, close) : status.get('Name');
  if (parentPid === undefined || comm === undefined || pid === 0) return undefined;
  const rssKib = wholeNumber(/^(\d{1,13}) kB$/.exec(status.get('VmRSS') ?? '')?.[1]);
  const rssPages = field(24);
  const userTicks = field(14);
  const systemTicks = field(15);
  const startTicks = field(22);
  return known({
    pid,
    parentPid,
    comm,
    rssBytes:
      rssKib !== undefined ? rssKib * 1024 : rssPages !== undefined ? rssPages * PAGE_BYTES : undefined,
    startedAtMs:
      bootEpochMs === undefined || startTicks === undefined
        ? undefined
        : Math.round(bootEpochMs + (startTicks * 1000) / TICKS_PER_SECOND),
    cpuMs:
      userTicks === undefined || systemTicks === undefined
        ? undefined
        : ((userTicks + systemTicks) * 1000) / TICKS_PER_SECOND,
    threads: wholeNumber(status.get('Threads')) ?? field(20),
    commandLine: commandLine || undefined,
    line: line(stat ?? header),
  }) as WorkerProcess;
}

/**
 * Reads a bundle's `ps.txt`, for hosts without a process table of the unit. Columns go by the header (PID,
 * PPID, STARTED = `lstart`, RSS in KiB, COMMAND or CMD). It lists the whole host: choose by parent.
 * `lstart` has no zone: it is dated only when the server's clock is given. The name is made from the command.
 */
export function readProcessList(text: string, server: string, clock?: HostClock): readonly WorkerProcess[] {
  const line = lineMaker(server, 'worker-table');
  const processes: WorkerProcess[] = [];
  let columns: readonly string[] = [];
  for (const row of answerLines(text)) {
    if (/^\s{0,20}(?:\S{1,20}\s{1,40}){0,4}PID\s/.test(row)) {
      columns = row.trim().split(/\s+/, 40);
      continue;
    }
    const cells = columns.length === 0 ? undefined : cellsOf(row, columns);
    const pid = wholeNumber(cells?.get('PID'));
    const parentPid = wholeNumber(cells?.get('PPID'));
    if (cells === undefined || !pid || parentPid === undefined) continue;
    const commandLine = cells.get('COMMAND') ?? cells.get('CMD') ?? '';
    const rssKib = wholeNumber(cells.get('RSS'));
    const started = cells.get('STARTED');
    const dated = started !== undefined && clock !== undefined && !clock.assumed;
    processes.push(
      known({
        pid,
        parentPid,
        comm: commName(commandLine),
        rssBytes: rssKib === undefined ? undefined : rssKib * 1024,
        startedAtMs: dated ? ctimeMoment(started, 0, clock)?.epochMs : undefined,
        commandLine: commandLine || undefined,
        line: line(row),
      }) as WorkerProcess,
    );
  }
  return processes;
}

/** `lstart` prints five words under one heading; the last column takes the rest of the row. */
function cellsOf(row: string, columns: readonly string[]): ReadonlyMap<string, string> | undefined {
  const cells = new Map<string, string>();
  let at = 0;
  for (const [index, column] of columns.entries()) {
    while (row[at] === ' ') at++;
    if (at >= row.length) return undefined;
    if (index === columns.length - 1) {
      cells.set(column, row.slice(at).trimEnd());
      break;
    }
    const start = at;
    for (let words = column === 'STARTED' ? 5 : 1; words > 0; words--) {
      while (row[at] === ' ') at++;
      while (at < row.length && row[at] !== ' ') at++;
    }
    cells.set(column, row.slice(start, at));
  }
  return cells;
}

/** A script started through its #! line is named after the script, not after the interpreter. */
function commName(commandLine: string): string {
  const [first = '', second = ''] = commandLine.split(' ', 2);
  const name = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const script = /^python[\d.]*$/.test(name(first)) && second !== '' && !second.startsWith('-');
  return name(script ? second : first).slice(0, COMM_LENGTH);
}
