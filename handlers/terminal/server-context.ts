import type { Registry } from '../../src/inventory/registry.ts';
import { type Problem, problemText } from '../../src/inventory/registry-problem.ts';
import type { RegistryStore } from '../../src/inventory/registry-store.ts';
import type { TerminalContext } from './context.ts';

/** What the commands about servers are given besides the terminal. */
export interface ServerContext extends TerminalContext {
  readonly registry: RegistryStore;
}

/** Writes what is wrong with the registry file, one problem a line. */
export function tellProblems(
  context: Pick<TerminalContext, 'writeError'>,
  problems: readonly Problem[],
): void {
  for (const problem of problems) context.writeError(`${problemText(problem)}\n`);
}

/** The registry, or undefined after telling what is wrong with the file. */
export async function registryOrTell(
  context: Pick<ServerContext, 'registry' | 'writeError'>,
): Promise<Registry | undefined> {
  const stored = await context.registry.read();
  if (stored.ok) return stored.registry;
  tellProblems(context, stored.problems);
  return undefined;
}
