import type { Command } from 'commander';
import type { openTerminal } from './terminal.ts';

const PLACE = 'a folder or file of yours; everything there is when not said';

/** `staunch playbook list | check | test`. `ended` is told the exit code. */
export function addPlaybookCommands(
  program: Command,
  terminal: () => ReturnType<typeof openTerminal>,
  ended: (code: number) => void,
): void {
  const playbook = program.command('playbook').description('kinds of incidents as data (docs/playbooks.md)');
  playbook
    .command('list')
    .description('the playbooks there are: shipped ones and yours')
    .action(async () => {
      const { playbookList } = await import('../handlers/terminal/playbook.ts');
      const context = await terminal();
      ended(await context.use(listing => playbookList(listing)));
    });
  playbook
    .command('check [place]')
    .description(`what is wrong with playbooks, by file and line; place is ${PLACE}`)
    .action(async (place: string | undefined) => {
      const { playbookCheck } = await import('../handlers/terminal/playbook.ts');
      const context = await terminal();
      ended(await context.use(checking => playbookCheck(place === undefined ? {} : { place }, checking)));
    });
  playbook
    .command('test [place]')
    .description(`diagnoses the fixtures of playbooks and compares; place is ${PLACE}`)
    .action(async (place: string | undefined) => {
      const { playbookTest } = await import('../handlers/terminal/playbook.ts');
      const context = await terminal();
      ended(await context.use(testing => playbookTest(place === undefined ? {} : { place }, testing)));
    });
}
