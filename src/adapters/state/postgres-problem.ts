import { StateProblem, type StateProblemKind } from './state-problem.ts';

type Wording = readonly [StateProblemKind, (place: string, detail: string) => string];

const UNREACHABLE: Wording = [
  'unreachable',
  (place, detail) =>
    `${place} does not answer (${detail}). Check that the server runs, and that this machine may reach it ` +
    `("psql" with the address of STAUNCH_DATABASE_URL tries the same). Staunch goes on by itself once it answers.`,
];
const REFUSED_LOGIN: Wording = [
  'unreachable',
  (place, detail) =>
    `${place} refused the login (${detail}). Check user and password in STAUNCH_DATABASE_URL, and the server's ` +
    `pg_hba.conf.`,
];
const NO_DATABASE: Wording = [
  'absent',
  (place, detail) =>
    `${place} is not there (${detail}). Create it ("createdb"), or name another one in STAUNCH_DATABASE_URL.`,
];
const UNTRUSTED: Wording = [
  'unreachable',
  (place, detail) =>
    `${place} could not prove who it is (${detail}). Add sslrootcert=FILE with its authority's certificate to ` +
    `STAUNCH_DATABASE_URL; sslmode=no-verify gives up the check, sslmode=disable gives up encryption.`,
];
const READ_ONLY: Wording = [
  'read-only',
  (place, detail) =>
    `${place} takes no changes (${detail}). Check that the address names the primary, not a standby, and that ` +
    `its user may create tables there.`,
];
const BUSY: Wording = [
  'busy',
  (place, detail) =>
    `${place} is too busy, or something held it up (${detail}); this change was not saved. "select * from ` +
    `pg_stat_activity" shows who works there.`,
];
const DISK_FULL: Wording = [
  'disk-full',
  (place, detail) => `${place} has no room left (${detail}); this change was not saved. Free space there.`,
];
const DISK_ERROR: Wording = [
  'disk-error',
  (place, detail) => `${place} could not read or write its files (${detail}). Look at the server's log.`,
];
const DAMAGED: Wording = [
  'damaged',
  (place, detail) =>
    `${place} is damaged (${detail}). Look at the server's log, and restore its last backup.`,
];

/** Classes and codes of SQLSTATE. Source: postgresql.org/docs/current/errcodes-appendix.html. */
const OF_SQLSTATE: readonly (readonly [RegExp, Wording])[] = [
  [/^08|^57P0[123]$|^55000$/, UNREACHABLE],
  [/^28/, REFUSED_LOGIN],
  [/^3D000$/, NO_DATABASE],
  [/^25006$|^42501$/, READ_ONLY],
  [/^53100$/, DISK_FULL],
  [/^53|^57014$|^55P03$|^40P01$|^40001$|^25P0[34]$/, BUSY],
  [/^58030$/, DISK_ERROR],
  [/^XX00[12]$/, DAMAGED],
];
const OF_NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOENT|EACCES)$/;
const OF_TLS = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/;
/** What the driver says in words only. */
const OF_DRIVER: readonly (readonly [RegExp, Wording])[] = [
  [/^The server does not support SSL/, UNTRUSTED],
  [
    /^Connection terminated|^timeout (expired|exceeded)|^Client has encountered a connection error/,
    UNREACHABLE,
  ],
  [/^Query read timeout/, BUSY],
];

/** Words for an error of PostgreSQL, its driver or the network; what is a mistake in our code comes back as it was. */
export function postgresInWords(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof StateProblem) return error;
  const code = 'code' in error ? String(error.code) : '';
  const wording = ofCode(code) ?? OF_DRIVER.find(([said]) => said.test(error.message))?.[1];
  if (wording === undefined) return error;
  const [kind, text] = wording;
  return new StateProblem(kind, text(place, error.message || code), error);
}

function ofCode(code: string): Wording | undefined {
  if (OF_NETWORK.test(code)) return UNREACHABLE;
  if (OF_TLS.test(code)) return UNTRUSTED;
  return OF_SQLSTATE.find(([codes]) => /^[0-9A-Z]{5}$/.test(code) && codes.test(code))?.[1];
}
