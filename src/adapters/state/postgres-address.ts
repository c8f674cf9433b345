import { StateProblem } from './state-problem.ts';

/** Whether a place names a PostgreSQL database; else it is a folder. */
export function isPostgresAddress(place: string): boolean {
  return /^postgres(ql)?:\/\//i.test(place);
}

/** Whether an address can be taken apart as one. */
export function isReadableAddress(address: string): boolean {
  return isPostgresAddress(address) && parsed(address) !== null;
}

/** What a place is called in texts: an address without its user, password and parameters. */
export function calledAddress(address: string): string {
  const { host, port, database } = partsOf(urlOf(address));
  return `PostgreSQL ${database} at ${host}${port === '' ? '' : `:${port}`}`;
}

/**
 * The address as the driver is to take it. Any wish for TLS but `no-verify` means that the server's certificate
 * is checked: libpq's weaker readings of `require` would only hide who listens in.
 */
export function driverAddress(address: string): string {
  const url = urlOf(address);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && /^(prefer|require|verify-ca)$/.test(mode)) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return url.href;
}

/** What is secret in an address, as written and as meant, for logs to hide. */
export function addressSecrets(address: string): readonly string[] {
  const { password, searchParams } = urlOf(address);
  const secrets = [password, decoded(password), searchParams.get('password') ?? ''];
  return [...new Set(secrets)].filter(secret => secret !== '');
}

/** What is not percent-encoded as it should be stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function partsOf(url: URL) {
  const { searchParams } = url;
  return {
    // A socket's folder stands in the parameters, or percent-encoded where the host would be.
    host: decoded(searchParams.get('host') ?? url.hostname) || 'localhost',
    port: searchParams.get('port') ?? url.port,
    database: decoded(url.pathname.slice(1)) || decoded(url.username) || 'postgres',
  };
}

function urlOf(address: string): URL {
  const url = parsed(address);
  if (url !== null) return url;
  throw new StateProblem(
    'unreachable',
    'The address of the database cannot be read. Write postgres://USER:PASSWORD@HOST:5432/DATABASE, with ' +
      'every special character of the password percent-encoded (@ is %40, / is %2F).',
  );
}

/** A socket's address has no host, which the standard for such URLs allows only without a user. */
function parsed(address: string): URL | null {
  return URL.parse(address.replace(/^(postgres(?:ql)?:\/\/[^/@]*@)(?=\/)/i, '$1localhost'));
}
