import type { Duplex, Readable } from 'node:stream';

/** A running command of a server: what it writes comes as data, what is written goes to its stdin. */
export interface RemoteCommand {
  readonly io: Duplex;
  readonly stderr: Readable;
  /** Resolves once when the channel is gone, for whatever reason. */
  readonly closed: Promise<void>;
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
  isOpen(): boolean;
  readonly closed: Promise<void>;
  /** What ended it, when anything is known. */
  lastError(): string | undefined;
  /** Starts a command. When `cancel` fires before it has started, its channel is closed as soon as it opens. */
  start(command: string, cancel: AbortSignal): Promise<RemoteCommand | ChannelRefusal>;
  /** A TCP stream from that server to another one. */
  tunnel(host: string, port: number, cancel: AbortSignal): Promise<Duplex | ChannelRefusal>;
  /** Says good-bye and closes; a peer that does not answer is cut off. */
  end(): void;
}
