import type { Source } from '../workflows/ports.ts';
import type { SourceChoice } from './investigator-messages.ts';

/** Opens the servers that a thread was started for: real ones over SSH, or those of a module. */
export async function openChosenSource(choice: SourceChoice): Promise<Source> {
  if (choice.kind === 'module') {
    const opened: { openSource(): Promise<Source> } = await import(choice.url);
    return opened.openSource();
  }
  const { SshSource } = await import('./ssh/ssh-source.ts');
  const { loadReadScript } = await import('./ssh/read-script.ts');
  return new SshSource({ script: await loadReadScript() });
}
