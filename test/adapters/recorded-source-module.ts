import type { Source } from '../../src/workflows/ports.ts';
import { RecordedSource } from '../workflows/recorded-source.ts';

/** A source for the investigator's thread; `import.meta.url` says how: `?incident=NAME&trouble=crash|death|stall|never`. */
const { searchParams } = new URL(import.meta.url);

export async function openSource(): Promise<Source> {
  const trouble = searchParams.get('trouble');
  if (trouble === 'unopened') throw new Error('this source does not open');
  const recorded = new RecordedSource(searchParams.get('incident') ?? 'oom-continue-bookworm-vm');
  return {
    async ask(server, questions, cancel) {
      if (trouble === 'crash') setImmediate(() => process.exit(3));
      if (trouble === 'death') process.exit(3);
      if (trouble === 'stall' && !cancel.aborted)
        await new Promise(resolve => cancel.addEventListener('abort', resolve));
      if (trouble === 'never') for (;;);
      return recorded.ask(server, questions);
    },
    close: async () => {},
  };
}
