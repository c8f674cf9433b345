import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { ChannelRefusal, Connection, RemoteCommand } from './connection.ts';
import type { HostKey } from './connection-failure.ts';

/** How long a peer may take to close after our good-bye. */
const GOODBYE_MS = 1000;

/** What can be done over a connection that is logged in. */
export function openConnection(name: string, hostKey: HostKey, client: Client, stream: Duplex): Connection {
  let open = true;
  let lastError: string | undefined;
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  client.on('error', error => {
    lastError = error.message;
  });
  client.on('end', () => {
    open = false;
  });
  client.on('close', () => {
    open = false;
    onClosed();
  });
  const command = async (
    cancel: AbortSignal,
    open: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
  ) => {
    const channel = await openChannel(cancel, open);
    return 'ok' in channel ? channel : remoteCommand(channel);
  };
  return {
    name,
    hostKey,
    closed,
    isOpen: () => open,
    lastError: () => lastError,
    start: (text, cancel, options) =>
      command(cancel, done => client.exec(text, options?.terminal === true ? { pty: true } : {}, done)),
    subsystem: (subsystem, cancel) => command(cancel, done => client.subsys(subsystem, done)),
    tunnel: (host, port, cancel) =>
      openChannel(cancel, done => client.forwardOut('127.0.0.1', 0, host, port, done)),
    end: () => {
      client.end();
      setTimeout(() => stream.destroy(), GOODBYE_MS).unref();
    },
  };
}

function openChannel(
  cancel: AbortSignal,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
): Promise<ClientChannel | ChannelRefusal> {
  return new Promise(resolve => {
    const stopped = () => resolve({ ok: false, detail: 'stopped before the channel was open' });
    if (cancel.aborted) return stopped();
    cancel.addEventListener('abort', stopped, { once: true });
    const refuse = (error: unknown) => {
      cancel.removeEventListener('abort', stopped);
      resolve({ ok: false, detail: error instanceof Error ? error.message : String(error) });
    };
    try {
      open((error, channel) => {
        if (error) return refuse(error);
        channel.on('error', () => {}); // a write after the end; `close` tells the rest
        if (cancel.aborted) return channel.close();
        cancel.removeEventListener('abort', stopped);
        resolve(channel);
      });
    } catch (error) {
      refuse(error); // the library throws when the connection is already closing
    }
  });
}

function remoteCommand(channel: ClientChannel): RemoteCommand {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  let exitCode: number | undefined;
  // A signal, and a connection that is lost, give no number.
  channel.once('exit', (code: unknown) => {
    if (typeof code === 'number') exitCode = code;
  });
  channel.once('close', () => resolve());
  return {
    io: channel,
    stderr: channel.stderr,
    closed,
    exitCode: () => exitCode,
    close: () => channel.close(),
  };
}
