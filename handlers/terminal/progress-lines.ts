import type { Progress } from '../../src/workflows/investigation.ts';
import type { TerminalContext } from './context.ts';

/** How the servers get on, on standard error: redrawn in place on a terminal, one line per server elsewhere. */
export function progressOf(context: TerminalContext): { show(progress: Progress): void; end(): void } {
  const states = new Map<string, string>();
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) context.writeError(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  return {
    show(progress) {
      const words = wordsOf(progress);
      const final = progress.state === 'done' || progress.state === 'failed';
      if (!context.isTty) {
        if (final) context.writeError(`${progress.server}: ${words}\n`);
        return;
      }
      states.set(progress.server, words);
      erase();
      const rows = Math.min(states.size, 12);
      const lines = [...states]
        .slice(-rows)
        .map(([server, state]) => `  ${server}: ${state}`.slice(0, context.columns - 1));
      context.writeError(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end: erase,
  };
}

function wordsOf(progress: Progress): string {
  switch (progress.state) {
    case 'connecting':
      return 'connecting …';
    case 'asking':
      return 'reading …';
    case 'done':
      return `read, ${Math.max(1, Math.round(progress.bytes / 1024))} KB in ${(progress.tookMs / 1000).toFixed(1)} s`;
    case 'failed':
      return `not read: ${progress.detail}`;
  }
}
