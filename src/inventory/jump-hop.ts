/** One hop of a ProxyJump: `[ssh://][user@]host[:port]`. Source: ssh_config(5), ProxyJump. */
export interface JumpHop {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const HOP = /^(?:ssh:\/\/)?(?:(?<user>[^@\s]+)@)?(?<host>\[[^\]\s]+\]|[^:\s@]+)(?::(?<port>\d{1,5}))?\/?$/;

/** Reads one hop, or an SSH destination as typed: `user@host:port`, `[::1]:22`. Undefined when it is neither. */
export function readHop(text: string): JumpHop | undefined {
  // A bare IPv6 address has more than one colon and no port.
  if (/^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text)) return { host: text };
  const parts = HOP.exec(text.trim())?.groups;
  if (!parts?.host) return undefined;
  const port = parts.port === undefined ? undefined : Number(parts.port);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return {
    host: parts.host.replace(/^\[|\]$/g, ''),
    ...(parts.user !== undefined && { user: parts.user }),
    ...(port !== undefined && { port }),
  };
}
