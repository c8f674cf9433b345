import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';

/**
 * Runs one command and answers with its exit code. Ctrl-C cancels what is under way on the servers too; a
 * second one, by a person who will not wait, ends the process at once.
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
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // `staunch … | head` closes the pipe early: that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    const { code, runsUntilStopped } = await commandLine(args, cancel.signal);
    return cancel.signal.aborted && !runsUntilStopped ? INTERRUPTED : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (cancel.signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

const USAGE = 2;
const INTERRUPTED = 130;
const SAME_SIGNAL_MS = 500;
