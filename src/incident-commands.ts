import type { Command } from 'commander';
import type { IncidentContext } from '../handlers/terminal/incident.ts';

/** `staunch incident list | export`. @param run runs a command with the terminal behind it */
export function addIncidentCommands(
  program: Command,
  run: (command: (context: IncidentContext) => Promise<number>) => Promise<void>,
): void {
  const incidents = () => import('../handlers/terminal/incident.ts');
  const incident = program
    .command('incident')
    .description('incidents of a running or stopped Staunch: which there are, and the whole story of one');
  incident
    .command('list')
    .description('the newest incidents, the newest last')
    .option('--last <number>', 'how many (default 30)')
    .action(async (options: { last?: string }) => {
      const { incidentList } = await incidents();
      await run(context => incidentList(options.last === undefined ? {} : { limit: options.last }, context));
    });
  incident
    .command('export <number>')
    .description('the post-mortem of an incident as Markdown on standard output')
    .action(async (number: string) => {
      const { incidentExport } = await incidents();
      await run(context => incidentExport({ number }, context));
    });
}
