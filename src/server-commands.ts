import { type Command, Option } from 'commander';
import { TIERS } from './policy/tier.ts';
import type { openTerminal } from './terminal.ts';

/** The commands about servers. `end` is told the exit code. */
export function addServerCommands(
  program: Command,
  terminal: () => ReturnType<typeof openTerminal>,
  end: (code: number) => void,
): void {
  const server = program.command('server').description('register, list and test servers');
  server
    .command('add <user@host>')
    .description('register a server: compares its host key, finds its units and logs')
    .option('--id <name>', 'name in the registry')
    .addOption(new Option('--tier <tier>', 'how important it is').choices(TIERS))
    .option('--jump <server>', 'registered server to go through')
    .option('--identity <file>', 'private key file; without it the ssh-agent is asked')
    .option('--fingerprint <SHA256:…>', "the host key's fingerprint, compared beforehand")
    .option('--service <name>', 'service to register')
    .option('--unit <unit>', 'its systemd unit')
    .option('--yes', 'take what is offered; never accepts a host key unseen')
    .action(async (target: string, options) => {
      const { serverAdd } = await import('../handlers/terminal/server-add.ts');
      const context = await terminal();
      end(await context.use(adding => serverAdd({ ...options, target }, adding)));
    });
  server
    .command('import <file>')
    .description('servers of an OpenSSH configuration or an Ansible inventory')
    .option('--write', 'add them to the registry; without it they are only shown')
    .addOption(
      new Option('--format <format>', 'judged by name and content when not said').choices([
        'openssh',
        'ansible-ini',
        'ansible-yaml',
      ]),
    )
    .action(async (file: string, options) => {
      const { serverImport } = await import('../handlers/terminal/server-import.ts');
      const context = await terminal();
      end(await context.use(importing => serverImport({ ...options, file }, importing)));
    });
  server
    .command('list')
    .description('the registered servers and services')
    .action(async () => {
      const { serverList } = await import('../handlers/terminal/server-list.ts');
      const context = await terminal();
      end(await context.use(listing => serverList(listing)));
    });
  server
    .command('test [server]')
    .description('what can be read on a server, what cannot, and how to grant it')
    .action(async (id: string | undefined) => {
      const { serverTest } = await import('../handlers/terminal/server-test.ts');
      const context = await terminal();
      end(await context.use(testing => serverTest(id === undefined ? {} : { id }, testing)));
    });
  server
    .command('enable-apply <server>')
    .description('what lets approved changes be applied on a server, and the proof that it lets nothing else')
    .option('--install', 'put it in place over your own login and sudo, after asking')
    .option('--as <user>', 'with --install: whose login')
    .option('--identity <file>', "with --install: that login's key file; without it the ssh-agent is asked")
    .option('--check-config', 'let the helper run "gunicorn --check-config", which imports the application')
    .option('--prove', 'only show that it works and that the key can do nothing else')
    .option('--yes', 'with --install: do not ask')
    .action(async (id: string, options) => {
      const { serverEnableApply } = await import('../handlers/terminal/server-enable-apply.ts');
      const context = await terminal();
      end(await context.use(enabling => serverEnableApply({ ...options, id }, enabling)));
    });
  server
    .command('apply-helper')
    .description('print the helper that makes approved changes on a server (docs/access.md)')
    .action(async () => {
      const context = await terminal();
      end(
        await context.use(async printing => {
          printing.write((await printing.applyHelper()).text);
          return 0;
        }),
      );
    });
  server
    .command('read-script')
    .description('print the script that a read key may be restricted to (docs/access.md)')
    .action(async () => {
      const context = await terminal();
      end(
        await context.use(async printing => {
          printing.write(await printing.readScript());
          return 0;
        }),
      );
    });
}
