import { z } from 'zod';
import { SERVICE_ACCESS_FIELDS, SlackSection, TeamEntry } from './access-file.ts';
import { ChangesSection, ServiceChangesSection } from './changes-file.ts';
import { NAME_FORM, NAME_PATTERN } from './name-form.ts';
import { WarningsSection } from './warnings-file.ts';

/**
 * The shape of `staunch.yml`, as people write it. Each `error` says the accepted form only: the reader puts
 * place, path and value before it. The editor schema (`staunch.schema.json`) is generated from here.
 */

const LIST_OF_SERVERS = 'expected a list of server names, e.g. [web-1, web-2]';

const Name = z.string(NAME_FORM).regex(NAME_PATTERN, NAME_FORM);

const hostForm = 'expected a host name or an IP address, without user and port';
const Host = z
  .string(hostForm)
  .regex(
    /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9._-]+)?)$/,
    hostForm,
  )
  .describe('Host name or IP address that SSH connects to.');

const portForm = 'expected a whole number from 1 to 65535';
const Port = z
  .int(portForm)
  .min(1, portForm)
  .max(65_535, portForm)
  .describe('Port of sshd; 22 when not said.');

const userForm = 'expected the login name of the user that reads, e.g. staunch';
const User = z
  .string(userForm)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,63}$/, userForm)
  .describe('Login name of the user that reads; "staunch" when not said. It needs no root and no sudo.');

const applyUserForm = 'expected the login name of the user that applies changes, e.g. staunch-apply';
const ApplyUser = z
  .string(applyUserForm)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,63}$/, applyUserForm)
  .describe(
    'Login name of the user that may run the helper and nothing else; "staunch-apply" when not said. Another one than the user that reads.',
  );

const Tier = z
  .enum(['production', 'staging', 'development'], 'expected production, staging or development')
  .describe('How important the server is; production when not said.');

const pathForm = 'expected a path: absolute, from ~, or relative to this file';
const LocalPath = z.string(pathForm).regex(/^[^\0\r\n]+$/, pathForm);

const ApplyIdentityFile = LocalPath.describe(
  'Private key of the user that applies changes. Without one Staunch shows changes and applies none.',
);

const hostKeyForm =
  'expected "SHA256:" and 43 characters as ssh-keygen -l prints them, or a public key such as "ssh-ed25519 AAAA…"';
const HostKey = z
  .string(hostKeyForm)
  .regex(
    /^(?:SHA256:[A-Za-z0-9+/]{43}=?|(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,}={0,3}(?: [^\r\n]*)?)$/,
    hostKeyForm,
  )
  .describe(
    'The host key to accept: its SHA256 fingerprint, or the public key itself. No other key is accepted.',
  );

const knownHostsForm = 'expected the path of a known_hosts file, or a list of such paths';
const KnownHosts = z
  .union([LocalPath, z.array(LocalPath).min(1)], knownHostsForm)
  .describe('known_hosts file or files that decide about the host key; ~/.ssh/known_hosts when not said.');

const agentForm = "expected $SSH_AUTH_SOCK or the path of the agent's socket";
const Agent = z
  .string(agentForm)
  .regex(/^(?:\$SSH_AUTH_SOCK|[^$\0\r\n][^\0\r\n]*)$/, agentForm)
  .describe('Socket of the ssh-agent that signs in; $SSH_AUTH_SOCK stands for the one of your session.');

/** One server as written under `servers`. */
export const ServerEntry = z.strictObject(
  {
    host: Host,
    port: Port.optional(),
    user: User.optional(),
    tier: Tier.optional(),
    jump: Name.optional().describe(
      'Name of the server to go through. It is verified under its own host key.',
    ),
    hostKey: HostKey.optional(),
    knownHosts: KnownHosts.optional(),
    identityFile: LocalPath.optional().describe(
      'Private key to sign in with; without one the ssh-agent is asked.',
    ),
    agent: Agent.optional(),
    applyUser: ApplyUser.optional(),
    applyIdentityFile: ApplyIdentityFile.optional(),
  },
  'expected the settings of a server, e.g. { host: 10.0.0.5 }',
);
export type ServerEntry = z.infer<typeof ServerEntry>;

const logForm = 'expected an absolute path on the server, e.g. /var/log/nginx/error.log';
const LogPaths = z
  .array(z.string(logForm).regex(/^\/[^\0\r\n]*$/, logForm), 'expected a list of absolute paths')
  .min(1, 'expected at least one path; leave the field out to have the logs found');

const Nginx = z.strictObject(
  {
    servers: z
      .array(Name, LIST_OF_SERVERS)
      .min(1, LIST_OF_SERVERS)
      .optional()
      .describe('Where NGINX runs; the app servers when not said.'),
    errorLogs: LogPaths.optional().describe('Error logs; found in the NGINX configuration when not said.'),
    accessLogs: LogPaths.optional().describe('Access logs; found in the NGINX configuration when not said.'),
  },
  'expected { servers: […], errorLogs: […], accessLogs: […] }, each of them optional',
);

const unitForm =
  'expected a systemd service unit with its ending, e.g. gunicorn.service or gunicorn@shop.service';
const addressForm =
  'expected an upstream address as NGINX prints it, e.g. 10.0.0.5:8000 or unix:/run/app.sock';

/** One service as written under `services`. */
export const ServiceEntry = z.strictObject(
  {
    unit: z
      .string(unitForm)
      .regex(/^[A-Za-z0-9:_.\\-]{1,200}(?:@[A-Za-z0-9:_.\\-]{1,40})?\.service$/, unitForm)
      .describe('The systemd unit that runs Gunicorn.'),
    servers: z.array(Name, LIST_OF_SERVERS).min(1, LIST_OF_SERVERS).describe('The servers the unit runs on.'),
    nginx: Nginx.optional().describe('Where NGINX and its logs are, when not on the app servers.'),
    upstreams: z
      .record(
        z.string().regex(/^(?:[^\s/]+:\d{1,5}|unix:\/[^\s]+)$/, addressForm),
        Name,
        'expected a map of upstream address to server name',
      )
      .optional()
      .describe('Upstream address as NGINX prints it, to the server behind it.'),
    ...SERVICE_ACCESS_FIELDS,
    warnings: WarningsSection.nullish().describe(
      'What is different for this service; each field replaces the one of the section warnings.',
    ),
    changes: ServiceChangesSection.nullish().describe(
      'What is different for this service; each field replaces the one of the section changes.',
    ),
  },
  'expected the settings of a service, e.g. { unit: gunicorn.service, servers: [web-1] }',
);
export type ServiceEntry = z.infer<typeof ServiceEntry>;

const Defaults = z.strictObject(
  {
    user: User.optional(),
    port: Port.optional(),
    tier: Tier.optional(),
    identityFile: LocalPath.optional(),
    agent: Agent.optional(),
    knownHosts: KnownHosts.optional(),
    applyUser: ApplyUser.optional(),
    applyIdentityFile: ApplyIdentityFile.optional(),
  },
  'expected settings that hold for every server, e.g. { user: staunch }',
);

const SERVICE_LIST = 'expected a list of service names, e.g. [checkout, cart]';

/** The whole file: which servers there are, what runs on them, and what belongs together. */
export const RegistryFile = z.strictObject(
  {
    servers: z
      .record(
        Name,
        ServerEntry,
        'expected a map of server name to its settings, e.g. web-1: { host: 10.0.0.5 }',
      )
      .describe('The servers Staunch may read, by name.'),
    services: z
      .record(Name, ServiceEntry, 'expected a map of service name to its settings')
      .nullish()
      .describe('The Gunicorn applications, by name.'),
    groups: z
      .record(
        Name,
        z.array(Name, SERVICE_LIST).min(1, SERVICE_LIST),
        'expected a map of group name to a list of services',
      )
      .nullish()
      .describe('Services that are looked at together.'),
    teams: z
      .record(Name, TeamEntry, 'expected a map of team name to its settings')
      .nullish()
      .describe('Teams, by name: who may do what about the services that name the team.'),
    slack: SlackSection.nullish().describe('Who may ask in Slack, and where.'),
    warnings: WarningsSection.nullish().describe('How people are warned of growing workers.'),
    changes: ChangesSection.nullish().describe('What it takes before a service is changed.'),
    defaults: Defaults.nullish().describe('Settings for every server that does not say otherwise.'),
  },
  'expected the fields servers, services, groups, teams, slack, warnings, changes and defaults',
);
export type RegistryFile = z.infer<typeof RegistryFile>;
