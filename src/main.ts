import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';

/**
 * Runs one command and answers with its exit code. Ctrl-C cancels what is under way on the servers too; a
 * second one ends the process at once.
 */
export async function main(args: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exit(INTERRUPTED);
    interrupted = true;
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
    const code = await commandLine(args, cancel.signal);
    return interrupted ? INTERRUPTED : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (interrupted) return INTERRUPTED;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

const USAGE = 2;
const INTERRUPTED = 130;
