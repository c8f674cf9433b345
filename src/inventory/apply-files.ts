/** Where the helper is installed, and what it is told to be allowed. The helper itself names the same places. */
export const HELPER_PATH = '/usr/libexec/staunch-helper';
export const TARGETS_PATH = '/etc/staunch/targets.json';
export const BOOT_UNIT = 'staunch-helper-overdue.service';

/** A unit that may be changed, with the files that may be. */
export interface ApplyTarget {
  readonly unit: string;
  /** Gunicorn's configuration file, where the unit has one that may be written. */
  readonly configFile?: string;
  /** Whether Gunicorn's own check may be run: it imports the application, as the service's user. */
  readonly checkConfig: boolean;
}

/** All that must be in place on a server before changes can be applied there, as texts. */
export interface ApplyFiles {
  readonly user: string;
  readonly targets: { readonly schema: 1; readonly units: Readonly<Record<string, object>> };
  /** For `/etc/sudoers.d/`; the empty string at its end means "without arguments". */
  readonly sudoers: string;
  readonly authorizedKeys: string;
  readonly bootUnit: string;
  /** What a person has to fill in before the key's line works. */
  readonly toFillIn: readonly string[];
}

/** Staunch's only drop-in of a unit. */
export function dropInOf(unit: string): string {
  return `/etc/systemd/system/${unit}.d/90-staunch.conf`;
}

/**
 * Builds the texts. `publicKey` is the public half of the apply key, `clientAddress` where Staunch connects from; what is
 * not known stays a word that matches nothing, so that a line pasted as it is lets nobody in.
 */
export function applyFilesOf(
  user: string,
  targets: readonly ApplyTarget[],
  publicKey: string | undefined,
  clientAddress: string | undefined,
): ApplyFiles {
  const [type, body] = publicKey?.trim().split(/\s+/) ?? [];
  const known = /^(?:ssh|ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+$/.test(`${type} ${body}`);
  const address =
    clientAddress !== undefined && /^[0-9A-Fa-f.:]+$/.test(clientAddress) ? clientAddress : undefined;
  const key = known ? `${type} ${body}` : 'ssh-ed25519 YOUR-APPLY-PUBLIC-KEY';
  return {
    user,
    targets: {
      schema: 1,
      units: Object.fromEntries(
        targets.map(({ unit, configFile, checkConfig }) => [
          unit,
          { files: configFile === undefined ? [] : [configFile], dropIn: dropInOf(unit), checkConfig },
        ]),
      ),
    },
    sudoers:
      '# Staunch: the one command that the apply key can reach, without arguments.\n' +
      `Defaults:${user} !requiretty\n` +
      `${user} ALL=(root) NOPASSWD: ${HELPER_PATH} ""\n`,
    authorizedKeys: `restrict,from="${address ?? 'ADDRESS-OF-STAUNCH'}",command="/usr/bin/sudo -n ${HELPER_PATH}" ${key} staunch-apply`,
    bootUnit: BOOT_UNIT_TEXT,
    toFillIn: [
      ...(address === undefined
        ? ['ADDRESS-OF-STAUNCH: the address (or CIDR range) Staunch connects from']
        : []),
      ...(known ? [] : ['YOUR-APPLY-PUBLIC-KEY: from the .pub file of the apply key']),
    ],
  };
}

/** `StandardInputData` is base64 of `{"schema": 1, "verb": "overdue"}`. */
const BOOT_UNIT_TEXT = `[Unit]
Description=Takes back changes of Staunch that nobody confirmed before the restart
ConditionPathExists=${HELPER_PATH}
After=local-fs.target

[Service]
Type=oneshot
# {"schema": 1, "verb": "overdue"}
StandardInput=data
StandardInputData=eyJzY2hlbWEiOiAxLCAidmVyYiI6ICJvdmVyZHVlIn0=
ExecStart=${HELPER_PATH}

[Install]
WantedBy=multi-user.target
`;
