import type { Command } from 'commander';
import type { AuditContext } from '../handlers/terminal/audit.ts';

type Audits = typeof import('../handlers/terminal/audit.ts');

/** `staunch audit verify | show | export`. @param run runs a command with the terminal behind it */
export function addAuditCommands(
  program: Command,
  run: (command: (context: AuditContext) => Promise<number>) => Promise<void>,
): void {
  const audits = (): Promise<Audits> => import('../handlers/terminal/audit.ts');
  const audit = program
    .command('audit')
    .description('who decided what about changes, in a chain that shows what was changed in it');
  audit
    .command('verify')
    .description('whether every entry is as it was written; Staunch may be running')
    .option('--head <N:HASH...>', 'heads that were kept elsewhere: from the audit channel or the log')
    .action(async (options: { head?: string[] }) => {
      const { auditVerify } = await audits();
      await run(context => auditVerify(options.head ? { heads: options.head } : {}, context));
    });
  audit
    .command('show')
    .description('the newest decisions, the newest last')
    .option('--last <number>', 'how many (default 20)')
    .action(async (options: { last?: string }) => {
      const { auditShow } = await audits();
      await run(context => auditShow(options.last === undefined ? {} : { limit: options.last }, context));
    });
  audit
    .command('export')
    .description('every entry as a line of JSON on standard output (docs/audit.md)')
    .option('--from <number>', 'the first entry (default 1)')
    .action(async (options: { from?: string }) => {
      const { auditExport } = await audits();
      await run(context => auditExport(options, context));
    });
}
