import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';

/**
 * Runs one command and answers with its exit code. Ctrl-C cancels what is under way on the servers too; a
 * second one, by a person who will not wait, ends the process at once. A terminal that is closed is a Ctrl-C too.
 */
export async function main(args: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  let interruptedAtMs: number | undefined;
  const interrupt = () => {
    const nowMs = performance.now();
    // One Ctrl-C comes twice when npm or the launcher passes on what the terminal sent to us as well.
    if (interruptedAtMs !== undefined && nowMs - interruptedAtMs > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    interruptedAtMs ??= nowMs;
    cancel.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', ...(ignoresHangup() ? [] : ['SIGHUP'])];
  for (const signal of signals) process.on(signal, interrupt);
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `staunch … | head` closes the pipe early: that is no error of ours.
      if (error.code === 'EPIPE') process.exit(0);
      // The terminal was closed: SIGHUP tells the same.
      if (error.code !== 'EIO') throw error;
    });
  try {
    const { code, runsUntilStopped } = await commandLine(args, cancel.signal);
    // Slack's SDK may be about to connect once more; all that matters has ended by now.
    if (runsUntilStopped) setTimeout(() => process.exit(code), LINGER_MS).unref();
    return cancel.signal.aborted && !runsUntilStopped ? INTERRUPTED : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (cancel.signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** Started by nohup, which a handler would undo. Source: proc(5), SigIgn of /proc/PID/status; SIGHUP is bit 0. */
function ignoresHangup(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

const USAGE = 2;
const INTERRUPTED = 130;
const SAME_SIGNAL_MS = 500;
const LINGER_MS = 1_000;
