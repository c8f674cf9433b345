import type { Duplex, Readable } from 'node:stream';
import type { HostKey } from './connection-failure.ts';

/** A running command of a server: what it writes comes as data, what is written goes to its stdin. */
export interface RemoteCommand {
  readonly io: Duplex;
  readonly stderr: Readable;
  /** Resolves once when the channel is gone, for whatever reason. */
  readonly closed: Promise<void>;
  /** Known once `closed`, and only when the command ended by itself and the connection lived to tell. */
  exitCode(): number | undefined;
  /** Ends the command's stdin and the channel at once. */
  close(): void;
}

/** A server that does not give (another) channel, e.g. because of sshd's MaxSessions. */
export interface ChannelRefusal {
  readonly ok: false;
  readonly detail: string;
}

/** A connection that is logged in. All commands share it. */
export interface Connection {
  /** `user@host:port` for messages. */
  readonly name: string;
  /** The key that the server showed and that its policy accepted. */
  readonly hostKey: HostKey;
  isOpen(): boolean;
  readonly closed: Promise<void>;
  /** What ended it, when anything is known. */
  lastError(): string | undefined;
  /** Starts a command. When `cancel` fires before it has started, its channel is closed as soon as it opens. */
  start(
    command: string,
    cancel: AbortSignal,
    options?: { readonly terminal?: boolean },
  ): Promise<RemoteCommand | ChannelRefusal>;
  /** Starts a subsystem of sshd, such as `sftp`. */
  subsystem(name: string, cancel: AbortSignal): Promise<RemoteCommand | ChannelRefusal>;
  /** A TCP stream from that server to another one. */
  tunnel(host: string, port: number, cancel: AbortSignal): Promise<Duplex | ChannelRefusal>;
  /** Says good-bye and closes; a peer that does not answer is cut off. */
  end(): void;
}
