import { signalName } from './signal-names.ts';

/** A crash as a kernel message tells it. `pid` is the thread's id. */
export interface KernelCrash {
  readonly pid: number;
  readonly comm: string;
  readonly signal: string;
}

/** What follows `comm[pid]` on x86. Source: Linux arch/x86/mm/fault.c, arch/x86/kernel/traps.c. */
const X86: readonly (readonly [text: string, signal: string])[] = [
  [': segfault at ', 'SIGSEGV'],
  [' general protection', 'SIGSEGV'],
  [' trap invalid opcode', 'SIGILL'],
  [' trap divide error', 'SIGFPE'],
  [' trap stack segment', 'SIGBUS'],
  [' trap int3', 'SIGTRAP'],
  [' trap bounds', 'SIGSEGV'],
  [' trap invalid TSS', 'SIGSEGV'],
  [' trap segment not present', 'SIGBUS'],
  [' trap alignment check', 'SIGBUS'],
  [' trap overflow', 'SIGSEGV'],
];

/**
 * `gunicorn: worke[25057]: segfault at 0 ip …`, `traps: python3[12] trap invalid opcode ip:…`, and on arm64
 * `python3[12]: unhandled level 2 translation fault (11) at 0x…`. Undefined for everything else.
 */
export function readKernelCrash(message: string): KernelCrash | undefined {
  const start = message.startsWith('traps: ') ? 7 : 0;
  for (const [text, signal] of X86) {
    const at = message.indexOf(`]${text}`, start);
    if (at !== -1) return crashAt(message, start, at, signal);
  }
  const arm = message.indexOf(']: unhandled ', start);
  const number = arm === -1 ? undefined : / \((\d{1,2})\) at 0x/.exec(message.slice(arm, arm + 200))?.[1];
  return number === undefined ? undefined : crashAt(message, start, arm, signalName(Number(number)));
}

function crashAt(message: string, start: number, end: number, signal: string): KernelCrash | undefined {
  const open = message.lastIndexOf('[', end);
  const pid = message.slice(open + 1, end);
  // The name is at most 15 bytes; more before the bracket is another kind of line.
  if (open <= start || open - start > 64 || !/^\d{1,10}$/.test(pid)) return undefined;
  return { pid: Number(pid), comm: message.slice(start, open), signal };
}
