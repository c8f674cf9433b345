import type { Operator } from '../workflows/remediation-ports.ts';

/** How servers are changed: over SSH by the helper on them, or by a module that exports `openOperator()`. */
export type OperatorChoice = { readonly kind: 'ssh' } | { readonly kind: 'module'; readonly url: string };

export async function openChosenOperator(choice: OperatorChoice): Promise<Operator> {
  if (choice.kind === 'module') {
    const opened: { openOperator(): Promise<Operator> } = await import(choice.url);
    return opened.openOperator();
  }
  const { SshOperator } = await import('./ssh/ssh-operator.ts');
  return new SshOperator();
}
