import type { LogWindow } from './log-windows.ts';

interface Row {
  readonly line: string;
  readonly at: number;
}

/** What an OOM kill, a crash or a refused connection is read from; the rest of a kernel's log stays away. */
const KERNEL_LINES =
  /oom-kill:|[Kk]illed process|Kill process|[Oo]ut of memory|Tasks? in .*kill|Memory limit reached|memory: usage|invoked oom-killer|memory\.oom\.group|oom_reaper|OOM victim|Free swap {2}=|segfault at|general protection|trap invalid opcode|traps: |page allocation failure|SYN flooding|nginx/;
/** Access-log lines of an app that logs to its stdout. */
const APP_ACCESS = / HTTP\/[\d.]+\\" [1-5]\d\d/;

/** The `unit-journal` answer: the window's records in the order of writing, and the last one before it. */
export function unitJournalAnswer(text: string, window: LogWindow): string {
  const rows = rowsBack(text, window).reverse();
  const told = rows.filter(({ line }) => line.includes('"_PID":"1"') || !APP_ACCESS.test(line));
  const left = rows.length - told.length;
  return linesOf([...(left > 0 ? [`#staunch left-out ${left}`] : []), ...told.map(row => row.line)]);
}

/**
 * The `kernel-log` answer: records that matter, newest first, and the last one before the window as proof that
 * the log reaches that far. Undefined where the journal holds no kernel line at all.
 */
export function kernelLogAnswer(text: string, window: LogWindow): string | undefined {
  const rows = rowsBack(text, window);
  const last = rows.at(-1);
  const told = rows.filter(row => row === last || KERNEL_LINES.test(row.line));
  return told.length === 0 ? undefined : linesOf(['#staunch reader journal', ...told.map(row => row.line)]);
}

const linesOf = (lines: readonly string[]) => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** Newest first, down to the first record before the window or the oldest there is. */
function rowsBack(text: string, { from, to }: LogWindow): Row[] {
  const rows = text.split('\n').flatMap((line): Row[] => {
    const us = /"__REALTIME_TIMESTAMP" ?: ?"(\d{16})"/.exec(line)?.[1];
    return us === undefined ? [] : [{ line, at: Number(us) / 1_000_000 }];
  });
  const isForwards = (rows[0]?.at ?? 0) <= (rows.at(-1)?.at ?? 0);
  const back = (isForwards ? rows.reverse() : rows).filter(row => row.at <= to + 1);
  const before = back.findIndex(row => row.at < from);
  return before < 0 ? back : back.slice(0, before + 1);
}
