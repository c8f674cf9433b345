import type { Access, ServiceAccess } from '../policy/access.ts';
import type { ChangeRules } from '../policy/change-rules.ts';
import type { QuietHours } from '../policy/quiet-hours.ts';
import type { Tier } from '../policy/tier.ts';

/** A server that Staunch may read over SSH. */
export interface Server {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly tier: Tier;
  /** The server to go through. It is verified under its own name. */
  readonly jump?: Server;
  /** Where the decision about the host key comes from: there is always one. */
  readonly hostKey: HostKeySource;
  /** Private key file; without one the ssh-agent is asked. */
  readonly identityFile?: string;
  /** Socket of the ssh-agent; `undefined` = SSH_AUTH_SOCK when there is no identityFile. */
  readonly agent?: string;
  /** How changes reach it, where they may at all. Another user than the one that reads, with a key of its own. */
  readonly apply?: { readonly user: string; readonly identityFile: string };
}

export type HostKeySource =
  | { readonly kind: 'fingerprint'; readonly sha256: string } // "SHA256:…" as ssh-keygen -l prints it
  | { readonly kind: 'key'; readonly line: string } // "ssh-ed25519 AAAA…"
  | { readonly kind: 'known-hosts'; readonly paths: readonly string[] };

/** A Gunicorn application: one systemd unit on one or several servers, behind NGINX on these or others. */
export interface Service extends ServiceAccess {
  readonly id: string;
  readonly unit: string;
  readonly servers: readonly Server[];
  readonly nginx: {
    /** Where NGINX runs; the app servers themselves when not said. */
    readonly servers: readonly Server[];
    /** Paths; discovered from `nginx -T` when not said. */
    readonly errorLogs?: readonly string[];
    readonly accessLogs?: readonly string[];
  };
  /** Upstream address as NGINX prints it (`10.0.0.5:8000`) to the server behind it, where names do not tell. */
  readonly upstreams: ReadonlyMap<string, string>;
  readonly warnings: WarningRules;
  /** What it takes before it is changed. */
  readonly changes: ChangeRules;
}

/** How people are warned of growing workers of a service: what it says itself, else what holds for all. */
export interface WarningRules {
  /** Whether its workers are sampled at all. */
  readonly watch: boolean;
  /** Hours in which a warning waits, unless it is critical. */
  readonly quietHours: readonly QuietHours[];
  /** How often growth warnings may ping one channel within 24 hours; an edit is no ping. */
  readonly pingsPerDay: number;
  /** Id of the user group that is mentioned when a warning is told or gets worse; nobody without it. */
  readonly ping?: string;
}

/** Where `staunch.yml` says nothing of warnings. */
export const USUAL_WARNINGS: WarningRules = { watch: true, quietHours: [], pingsPerDay: 6 };

export interface Registry {
  readonly servers: ReadonlyMap<string, Server>;
  readonly services: ReadonlyMap<string, Service>;
  readonly groups: ReadonlyMap<string, readonly Service[]>;
  /** Who may do what in chat. */
  readonly access: Access;
  /** Id of the channel in which the head of the audit is posted; absent for the log alone. */
  readonly auditChannel?: string;
}
