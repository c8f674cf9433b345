import type { Command } from 'commander';
import type { TerminalWorld } from './terminal.ts';

/**
 * `staunch plan` and `staunch changes status | stop | allow`. There is no `apply`: approving lives in chat, where others
 * see it. @param run runs a command with the terminal behind it
 */
export function addChangeCommands(
  program: Command,
  run: (command: (context: TerminalWorld) => Promise<number>) => Promise<void>,
): void {
  program
    .command('plan [service]')
    .description('the change that would help, as a diff; it changes nothing, approving is for the chat')
    .option('--remedy <name>', 'recycling, oom-policy, memory-limits, worker-count or recycle-worker')
    .option('--set <name=number...>', 'numbers of your own, such as maxRequests=1800 maxRequestsJitter=400')
    .option('--json', 'print JSON (docs/json.md)')
    .action(
      async (target: string | undefined, options: { remedy?: string; set?: string[]; json?: boolean }) => {
        const { plan } = await import('../handlers/terminal/plan.ts');
        const { planContext } = await import('./planning-terminal.ts');
        await run(async world =>
          plan({ ...options, ...(target !== undefined && { target }) }, await planContext(world)),
        );
      },
    );
  const changes = program
    .command('changes')
    .description('whether changes are stopped, and the switch that stops them all');
  changes
    .command('status')
    .description('what is stopped, what waits for approval, what is being applied')
    .action(async () => {
      const { changesStatus } = await import('../handlers/terminal/changes.ts');
      const { changesContext } = await import('./planning-terminal.ts');
      await run(world => changesStatus(changesContext(world)));
    });
  for (const [what, description] of [
    ['stop', 'nothing is approved and no server is begun any more'],
    ['allow', 'takes that back'],
  ] as const)
    changes
      .command(`${what} <reason...>`)
      .description(description)
      .action(async (reason: string[]) => {
        const { changesSwitch } = await import('../handlers/terminal/changes.ts');
        const { changesContext } = await import('./planning-terminal.ts');
        await run(world => changesSwitch(what, reason.join(' '), changesContext(world)));
      });
}
