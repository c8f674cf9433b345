import { HELPER_PATH } from '../../inventory/apply-files.ts';
import type { Server } from '../../inventory/registry.ts';
import { safeText } from '../../report/safe-text.ts';
import { outputOf } from './apply-install.ts';
import type { ChannelRefusal, Connection, RemoteCommand } from './connection.ts';
import { dialThrough } from './dial-through.ts';
import { SshOperator } from './ssh-operator.ts';

/** One thing that must be so, and whether it was seen to be. */
export interface ApplyProof {
  readonly name: string;
  readonly ok: boolean;
  /** For people, where it is not as it must be. */
  readonly detail: string;
}

const PROOF_MS = 60_000;

/**
 * Shows, with the apply key itself, that the helper answers for every unit and that the key reaches nothing else: another
 * command, a terminal, a tunnel, file transfer. Never throws.
 */
export async function proveApply(
  server: Server,
  units: readonly string[],
  cancel: AbortSignal,
): Promise<readonly ApplyProof[]> {
  const { apply } = server;
  if (apply === undefined) return [];
  const stop = AbortSignal.any([cancel, AbortSignal.timeout(PROOF_MS)]);
  const proofs: ApplyProof[] = [];
  const operator = new SshOperator();
  for (const unit of units) {
    const state = await operator.state(server, unit);
    const name = `the helper answers for ${unit}`;
    proofs.push({ name, ok: state.ok, detail: state.ok ? '' : state.detail });
    if (!state.ok && state.kind === 'not-reached') return proofs;
  }
  await operator.close();
  const { agent: _, ...reading } = server;
  const reached = await dialThrough({ ...reading, ...apply }, stop);
  if (!reached.ok) return [...proofs, { name: 'the apply key signs in', ok: false, detail: reached.detail }];
  try {
    return [...proofs, ...(await whatElse(reached.connection, stop))];
  } finally {
    reached.end();
  }
}

async function whatElse(connection: Connection, stop: AbortSignal): Promise<ApplyProof[]> {
  const id = await saidBy(await connection.start('/usr/bin/id', stop), stop);
  const shell = await saidBy(await connection.start('/bin/sh', stop), stop, 'id\n');
  const terminal = await connection.start(HELPER_PATH, stop, { terminal: true });
  if (!('ok' in terminal)) terminal.close();
  const tunnel = await connection.tunnel('127.0.0.1', 22, stop);
  if (!('ok' in tunnel)) tunnel.destroy();
  // The first packet of an SFTP client; a server would answer with its version.
  const transfer = await saidBy(await connection.subsystem('sftp', stop), stop, '\0\0\0\x05\x01\0\0\0\x03');
  return [
    proof('another command is not run, the helper is', !/uid=/.test(id) && fromHelper(id), id),
    proof('a shell is not run, the helper is', !/uid=/.test(shell) && fromHelper(shell), shell),
    proof(
      'a terminal is refused',
      'ok' in terminal,
      'a terminal was given: is "restrict" in the key\'s line?',
    ),
    proof('a tunnel is refused', 'ok' in tunnel, 'a tunnel was opened: is "restrict" in the key\'s line?'),
    proof('file transfer is refused', transfer === '' || fromHelper(transfer), transfer),
  ];
}

function proof(name: string, ok: boolean, detail: string): ApplyProof {
  return { name, ok, detail: ok ? '' : safeText(detail, 300) };
}

/** The helper says in its own words that this was no request. */
function fromHelper(said: string): boolean {
  return said.includes('"refusal": "bad-request"');
}

async function saidBy(
  command: RemoteCommand | ChannelRefusal,
  stop: AbortSignal,
  input = '',
): Promise<string> {
  if ('ok' in command) return '';
  const { out } = await outputOf(command, input, stop);
  return out;
}
