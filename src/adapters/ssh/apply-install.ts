import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ApplyFiles, BOOT_UNIT, HELPER_PATH, TARGETS_PATH } from '../../inventory/apply-files.ts';
import type { Server } from '../../inventory/registry.ts';
import { safeText } from '../../report/safe-text.ts';
import type { Connection, RemoteCommand } from './connection.ts';
import { dialThrough } from './dial-through.ts';
import { loadHelperFile } from './helper-file.ts';

const INSTALLER = fileURLToPath(new URL('../../../target/install/enable-apply.py', import.meta.url));
const INSTALL_MS = 120_000;
const MAX_SAID = 256 << 10;

const Installed = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    steps: z.array(z.object({ text: z.string(), changed: z.boolean() })),
    sudo: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  }),
  z.object({ ok: z.literal(false), detail: z.string() }),
]);

/** What was put in place, with what sudo says of it; or why nothing was. */
export type InstallOutcome = z.infer<typeof Installed>;

/** Everything a command said, once it has ended; `code` is missing when the connection broke. */
export async function outputOf(
  command: RemoteCommand,
  input: string,
  stop: AbortSignal,
): Promise<{ readonly code: number | undefined; readonly out: string; readonly err: string }> {
  const said = { out: '', err: '' };
  const take = (name: 'out' | 'err') => (piece: Buffer) => {
    if (said[name].length < MAX_SAID) said[name] += piece.toString('utf8');
  };
  command.io.on('data', take('out'));
  command.stderr.on('data', take('err'));
  const end = () => command.close();
  stop.addEventListener('abort', end, { once: true });
  command.io.end(input);
  const late = Promise.withResolvers<void>();
  stop.addEventListener('abort', () => late.resolve(), { once: true });
  await Promise.race([command.closed, late.promise]);
  stop.removeEventListener('abort', end);
  return { code: command.exitCode(), ...said };
}

/**
 * Puts the helper and what it needs in place, as an administrator who may use sudo without a password. The program that
 * runs as root is constant; what differs is data inside of it.
 */
export async function installApply(
  server: Server,
  files: (clientAddress: string | undefined) => ApplyFiles,
  cancel: AbortSignal,
): Promise<InstallOutcome> {
  const stop = AbortSignal.any([cancel, AbortSignal.timeout(INSTALL_MS)]);
  const reached = await dialThrough(server, stop);
  if (!reached.ok) return { ok: false, detail: reached.detail };
  try {
    const address = await clientAddress(reached.connection, stop);
    return await runInstaller(reached.connection, server, files(address), stop);
  } finally {
    reached.end();
  }
}

/** The address this machine is seen with: what `from=` must say. */
async function clientAddress(connection: Connection, stop: AbortSignal): Promise<string | undefined> {
  const command = await connection.start('echo "$SSH_CONNECTION"', stop);
  if ('ok' in command) return undefined;
  const { out } = await outputOf(command, '', stop);
  return /^([0-9A-Fa-f.:]+) \d+ /.exec(out)?.[1];
}

async function runInstaller(
  connection: Connection,
  server: Server,
  files: ApplyFiles,
  stop: AbortSignal,
): Promise<InstallOutcome> {
  const helper = await loadHelperFile();
  const given = {
    user: files.user,
    home: `/var/lib/${files.user}`,
    helper: HELPER_PATH,
    bootUnit: BOOT_UNIT,
    targetsPath: TARGETS_PATH,
    targets: files.targets,
    keyLine: files.authorizedKeys,
    files: [
      { path: HELPER_PATH, text: helper.text, mode: 0o755 },
      { path: `/etc/systemd/system/${BOOT_UNIT}`, text: files.bootUnit, mode: 0o644 },
      { path: '/etc/sudoers.d/staunch-helper', text: files.sudoers, mode: 0o440 },
    ],
  };
  const data = Buffer.from(JSON.stringify(given)).toString('base64');
  const program = `${await readFile(INSTALLER, 'utf8')}\n\nmain("${data}")\n`;
  const sudo = server.user === 'root' ? '' : '/usr/bin/sudo -n ';
  const command = await connection.start(`${sudo}/usr/bin/python3 -I -`, stop);
  if ('ok' in command) return { ok: false, detail: command.detail };
  const { out, err } = await outputOf(command, program, stop);
  try {
    return Installed.parse(JSON.parse(out));
  } catch {
    const said = safeText((err.trim() || out.trim()).split('\n').at(-1) ?? '', 300);
    return {
      ok: false,
      detail: `${server.user}@${server.host} could not install it: ${said || 'no answer'}. It needs sudo without a password for python3.`,
    };
  }
}
