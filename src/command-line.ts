import { Command, Option } from 'commander';
import { loadDotEnv } from './adapters/dot-env.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addChangeCommands } from './change-commands.ts';
import { addIncidentCommands } from './incident-commands.ts';
import { addPlaybookCommands } from './playbook-commands.ts';
import { addServerCommands } from './server-commands.ts';
import { openTerminal } from './terminal.ts';

const SINCE = new Option('--since <length>', 'window up to now: 30m, 2h, 3d (default 2h)');
const FROM = new Option(
  '--from <time>',
  'begin of the window: "2026-11-22 02:05", "yesterday 02:05", with a zone or in yours',
);
const TO = new Option('--to <time>', 'end of the window (default now)');

export interface Ended {
  readonly code: number;
  /** The command goes on until a signal stops it: being stopped is how it ends well. */
  readonly runsUntilStopped: boolean;
}

/**
 * Parses the arguments and runs the command. Handlers and adapters are loaded by the command that needs
 * them: a diagnosis of a bundle must not wait for SSH to load.
 */
export async function commandLine(args: readonly string[], cancel: AbortSignal): Promise<Ended> {
  let code = 0;
  let runsUntilStopped = false;
  // `start` takes the rest of it: tokens and proxies are nothing that the other commands use.
  try {
    loadDotEnv(process.env, /^STAUNCH_/);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return { code: 2, runsUntilStopped };
  }
  const program = new Command('staunch')
    .description(
      'Finds out why users see 502s: evidence from your servers, tied to worker deaths, every claim to a log line.',
    )
    .option('-c, --config <file>', 'the server registry', process.env.STAUNCH_CONFIG ?? 'staunch.yml')
    .showHelpAfterError('(staunch help lists the commands)')
    .exitOverride();
  const terminal = () => openTerminal(program.opts<{ config: string }>().config, cancel);

  program
    .command('diagnose [target]')
    .description('diagnose a service, server or group; or a folder of recorded evidence')
    .addOption(SINCE)
    .addOption(FROM)
    .addOption(TO)
    .option('--json', 'print the diagnosis as JSON (docs/json.md)')
    .option('--bundle <folder>', 'recorded evidence instead of servers (docs/bundles.md)')
    .option('--unit <unit>', 'the unit to look at in a bundle that tells of several')
    .option('--playbook <id>', 'the playbook to follow (staunch playbook list)')
    .option('--chart <file>', 'also write the chart: .png or .svg')
    .option('--evidence <id>', 'show the raw line of one piece of evidence, such as E4')
    .option('--ascii', 'no characters beyond ASCII')
    .action(async (target: string | undefined, options) => {
      const { diagnoseCommand } = await import('../handlers/terminal/diagnose.ts');
      const context = await terminal();
      code = await context.use(diagnosing =>
        diagnoseCommand({ ...options, ...(target !== undefined && { target }) }, diagnosing),
      );
    });

  program
    .command('advise [target]')
    .description('recycling settings computed from measured growth, and a review of the set-up')
    .addOption(SINCE)
    .addOption(FROM)
    .addOption(TO)
    .option('--boot-seconds <seconds>', 'how long a worker takes from its start to its first answer')
    .option('--json', 'print the advice as JSON (docs/json.md)')
    .action(async (target: string | undefined, options) => {
      const { advise } = await import('../handlers/terminal/advise.ts');
      const context = await terminal();
      code = await context.use(advising =>
        advise({ ...options, ...(target !== undefined && { target }) }, advising),
      );
    });

  program
    .command('collect [target]')
    .description('write the evidence of a service as a masked bundle')
    .addOption(SINCE)
    .addOption(FROM)
    .addOption(TO)
    .requiredOption('--into <folder>', 'a new folder')
    .action(async (target: string | undefined, options) => {
      const { collect } = await import('../handlers/terminal/collect.ts');
      const context = await terminal();
      code = await context.use(collecting =>
        collect({ ...options, ...(target !== undefined && { target }) }, collecting),
      );
    });

  program
    .command('show <ids...>')
    .description('open evidence of the last diagnosis: staunch show E4')
    .action(async (ids: string[]) => {
      const { show } = await import('../handlers/terminal/show.ts');
      const context = await terminal();
      code = await context.use(showing => show(ids, showing));
    });

  program
    .command('growth [target]')
    .description('how the workers of a service grow, by what the watch has kept; or a recording, replayed')
    .option(
      '--replay <file>',
      'recorded worker memory as CSV (minute,pid,starttime,rss_kb[,uss_kb][,served]): what would have been told, and when',
    )
    .option('--limit-mb <number>', 'with --replay: the limit of one worker, MB')
    .option('--json', 'print JSON (docs/json.md)')
    .action(
      async (target: string | undefined, options: { replay?: string; limitMb?: string; json?: boolean }) => {
        const { growthCommand } = await import('../handlers/terminal/growth.ts');
        const context = await terminal();
        code = await context.use(looking =>
          growthCommand({ ...options, ...(target !== undefined && { target }) }, looking),
        );
      },
    );

  program
    .command('start')
    .description('the Slack app; without tokens practice mode, a Slack of its own on this machine')
    .option('--practice', 'practice mode, refused when there are tokens')
    .action(async (options: { practice?: boolean }) => {
      const { start } = await import('../handlers/terminal/start.ts');
      const { startContext } = await import('./starting.ts');
      const given = program.getOptionValueSource('config') === 'cli';
      const { config } = program.opts<{ config: string }>();
      runsUntilStopped = true;
      code = await start(options, startContext({ cancel, ...(given && { config }) }));
    });

  program
    .command('manifest')
    .description('print manifest.yml as JSON, for the Slack CLI')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const { manifestJson } = await import('./adapters/manifest-file.ts');
      process.stdout.write(`${await manifestJson()}\n`);
    });

  const state = program
    .command('state')
    .description('what Staunch keeps: back it up, restore it, check it, move it');
  state
    .command('backup <file>')
    .description('write a checked copy of the state into a new file; Staunch may be running')
    .action(async (file: string) => {
      const { stateBackup } = await import('../handlers/terminal/state.ts');
      const context = await terminal();
      code = await context.use(keeping => stateBackup({ file }, keeping));
    });
  state
    .command('restore <file>')
    .description('put a backup in the place of the state, which is kept; Staunch must be stopped')
    .action(async (file: string) => {
      const { stateRestore } = await import('../handlers/terminal/state.ts');
      const context = await terminal();
      code = await context.use(keeping => stateRestore({ file }, keeping));
    });

  state
    .command('export <file>')
    .description('write all of the state into one portable file; Staunch may be running')
    .action(async (file: string) => {
      const { stateExport } = await import('../handlers/terminal/state.ts');
      const context = await terminal();
      code = await context.use(moving => stateExport({ file }, moving));
    });
  state
    .command('import <file>')
    .description('fill an empty state from an export: a new folder, or a database (STAUNCH_DATABASE_URL)')
    .action(async (file: string) => {
      const { stateImport } = await import('../handlers/terminal/state.ts');
      const context = await terminal();
      code = await context.use(moving => stateImport({ file }, moving));
    });
  state
    .command('check')
    .description('whether the state is whole and up to date, and what is in it; Staunch may be running')
    .action(async () => {
      const { stateCheck } = await import('../handlers/terminal/state.ts');
      const context = await terminal();
      code = await context.use(checking => stateCheck(checking));
    });

  addAuditCommands(program, async command => {
    const context = await terminal();
    code = await context.use(command);
  });

  addIncidentCommands(program, async command => {
    const context = await terminal();
    code = await context.use(command);
  });

  addServerCommands(program, terminal, ended => {
    code = ended;
  });

  addPlaybookCommands(program, terminal, ended => {
    code = ended;
  });
  addChangeCommands(program, async command => {
    const context = await terminal();
    code = await context.use(command);
  });

  program
    .command('doctor')
    .description('check this machine, the registry and every server; with --slack the Slack side')
    .option('--slack', 'check tokens, scopes, connection, clock, the IDs in staunch.yml, and every message')
    .option('--workspace <id>', 'with --slack: the workspace (T…) that the tokens must be of')
    .action(async (options: { slack?: boolean; workspace?: string }) => {
      if (options.slack) {
        code = await slackDoctor(options, program, cancel);
        return;
      }
      const { doctor } = await import('../handlers/terminal/doctor.ts');
      const context = await terminal();
      code = await context.use(examining => doctor(examining));
    });

  await program.parseAsync([...args], { from: 'user' });
  return { code, runsUntilStopped };
}

async function slackDoctor(
  options: { readonly workspace?: string },
  program: Command,
  cancel: AbortSignal,
): Promise<number> {
  const { doctorSlack } = await import('../handlers/terminal/doctor-slack.ts');
  const { slackDoctorContext } = await import('./slack-doctor.ts');
  loadDotEnv(process.env);
  const given = program.getOptionValueSource('config') === 'cli';
  const context = await slackDoctorContext({
    environment: process.env,
    ...(given && { config: program.opts<{ config: string }>().config }),
    cancel,
    write: text => void process.stdout.write(text),
    writeError: text => void process.stderr.write(text),
  });
  return doctorSlack(options, context);
}
