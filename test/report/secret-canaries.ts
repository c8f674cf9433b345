/** A made-up secret in a line of the kind in which real ones are found. */
export interface Canary {
  readonly where: string;
  readonly line: string;
  readonly secret: string;
}

let planted = 0;
/** Letters and digits that no other canary has; put together here so that no scanner takes them for real. */
const fresh = (length: number, alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'): string => {
  planted += 1;
  return Array.from(
    { length },
    (_, index) => alphabet[(planted * 7 + index * (planted + 3)) % alphabet.length],
  ).join('');
};
const UPPER = 'ABCDEFGHIJKLMNPQRSTUVWXYZ23456789';
const MIXED = 'aBcDeFgHiJkLmNpQrStUvWxYz23456789';
const HEX = '0123456789abcdef';
const jwt = () => `eyJ${fresh(20, MIXED)}.eyJ${fresh(40, MIXED)}.${fresh(43, MIXED)}`;

function plant(where: string, secret: string, line: (secret: string) => string): Canary {
  return { where, secret, line: line(secret) };
}

const errorLine = (request: string, rest = '') =>
  `2026/11/22 10:11:37 [error] 824#824: *273 upstream prematurely closed connection while reading response header from upstream, client: 10.213.0.1, server: _, request: "${request}", upstream: "http://unix:/run/gunicorn/app.sock:/x", host: "10.213.0.31"${rest}`;
const accessLine = (request: string, rest = '') =>
  `10.213.0.1 - - [22/Nov/2026:10:11:37 +0000] "${request}" 502 157 "-" "lab-load"${rest}`;
const journalLine = (message: string) =>
  JSON.stringify({ _PID: '827', MESSAGE: message, _SYSTEMD_UNIT: 'gunicorn.service', PRIORITY: '6' });

/** Places in logs, tracebacks, environments and configuration where secrets turn up. */
export const CANARIES: readonly Canary[] = [
  plant('JWT in the query string of an error line', jwt(), s => errorLine(`GET /cb?id_token=${s} HTTP/1.1`)),
  plant('JWT in the path of an access line', jwt(), s => accessLine(`GET /confirm/${s} HTTP/1.1`)),
  plant('JWT behind an encoded sign', jwt(), s => accessLine(`GET /x?next=%2Fy%3Djwt%3D${s} HTTP/1.1`)),
  plant('JWT alone in a sentence', jwt(), s => `could not verify ${s}: expired`),
  plant('JWT in a fragment', jwt(), s =>
    accessLine('GET / HTTP/1.1', ` "https://shop.example/#access=${s}"`),
  ),
  plant('password in a query string', fresh(12), s =>
    accessLine(`GET /login?user=ann&password=${s} HTTP/1.1`),
  ),
  plant('unnamed long value in a query string', fresh(30), s => accessLine(`GET /reset?${s} HTTP/1.1`)),
  plant('value of any name in a query string', fresh(14), s => accessLine(`GET /find?q=${s} HTTP/1.1`)),
  plant('token in the referer', fresh(16), s =>
    accessLine('GET / HTTP/1.1', ` "https://shop.example/a?t=${s}"`),
  ),
  plant('query string of the upstream', fresh(16), s =>
    errorLine('GET / HTTP/1.1', `, upstream: "http://unix:/run/app.sock:/a?code=${s}"`),
  ),
  plant('e-mail address in a path', `${fresh(8)}@shop.example`, s => accessLine(`GET /users/${s} HTTP/1.1`)),
  plant('encoded e-mail address', `${fresh(8)}%40shop.example`, s => accessLine(`GET /users/${s} HTTP/1.1`)),
  plant('client address, IPv4', '198.51.100.23', s => errorLine('GET / HTTP/1.1').replace('10.213.0.1', s)),
  plant('client address, IPv6', '2001:db8:85a3::8a2e:370:7334', s =>
    errorLine('GET / HTTP/1.1').replace('10.213.0.1', s),
  ),
  plant('cookie in a log format', fresh(20), s =>
    accessLine('GET / HTTP/1.1', ` cookie="theme=dark; sessionid=${s}; lang=en"`),
  ),
  plant('Cookie header in a dump', fresh(20), s => `Cookie: theme=dark; sid=${s}; lang=en`),
  plant('last cookie of a header', fresh(20), s => `set-cookie: a=1; Path=/; x=${s}`),
  plant('session cookie by its usual name', fresh(20), s => `got PHPSESSID=${s}; path=/`),
  plant('bearer token in a header', fresh(24, MIXED), s => `Authorization: Bearer ${s}`),
  plant('bearer token in a sentence', fresh(24, MIXED), s => `retrying with Bearer ${s} after 401`),
  plant('basic credentials', `${fresh(14, MIXED)}==`, s => `authorization: Basic ${s}`),
  plant(
    'header in a Python dict',
    fresh(24, MIXED),
    s => `headers={'Host': 'x', 'Authorization': 'Bearer ${s}', 'Accept': '*/*'}`,
  ),
  plant(
    'header in a list of tuples',
    fresh(24, MIXED),
    s => `[(b'host', b'x'), (b'authorization', b'Token ${s}')]`,
  ),
  plant('x-api-key header', fresh(24), s => `> x-api-key: ${s}`),
  plant(
    'user and password in a DSN',
    fresh(12),
    s => `sqlalchemy.exc.OperationalError: postgresql://shop:${s}@db-1:5432/shop`,
  ),
  plant('user name in a DSN', fresh(9), s => `mysql://${s}:x@db-1/shop`),
  plant('DSN with @ in the password', `${fresh(6)}@${fresh(6)}`, s => `redis://:${s}@cache-1:6379/0`),
  plant('DSN with / in the password', `${fresh(6)}/${fresh(6)}`, s => `amqp://shop:${s}@queue-1:5672/vhost`),
  plant('key of a Sentry DSN', fresh(32, HEX), s => `SENTRY_DSN=https://${s}@o1.ingest.example/42`),
  plant(
    'libpq keywords',
    fresh(12),
    s => `connection to "host=db-1 user=shop password=${s} dbname=shop" failed`,
  ),
  plant('quoted libpq keyword', `${fresh(6)} ${fresh(6)}`, s => `host=db-1 password='${s}' dbname=shop`),
  plant('environment of a process', fresh(16), s => `environ\tDB_PASSWORD=${s}`),
  plant(
    'environment of a unit',
    fresh(16),
    s => `Environment=DEBUG=0 DJANGO_SECRET_KEY=${s} WEB_CONCURRENCY=4`,
  ),
  plant('quoted environment of a unit', `${fresh(8)} ${fresh(8)}`, s => `Environment="DB_PASS=${s}" DEBUG=0`),
  plant(
    'environment value with signs',
    `${fresh(5)},${fresh(5)};${fresh(5)}`,
    s => `API_TOKEN=${s} PORT=8000`,
  ),
  plant(
    'os.environ in a traceback',
    fresh(16),
    s => `environ({'HOME': '/srv', 'AWS_SECRET_ACCESS_KEY': '${s}', 'LANG': 'C'})`,
  ),
  plant(
    'keyword argument in a traceback',
    fresh(12),
    s => `    connect(host="db-1", password="${s}", port=5432)`,
  ),
  plant('settings object in a repr', fresh(12), s => `Settings(debug=False, api_key='${s}', workers=4)`),
  plant('camel case in JSON', fresh(16), s => `{"clientId":"shop","clientSecret":"${s}"}`),
  plant('JSON inside a journal record', fresh(16), s =>
    journalLine(`login {"user":"ann","password":"${s}"} refused`),
  ),
  plant('escaped quote inside a password', `${fresh(6)}\\"${fresh(6)}`, s => `{"password": "${s}", "a": 1}`),
  plant('YAML', fresh(16), s => `  secret_key: ${s}`),
  plant('XML', fresh(16), s => `<user>ann</user><password>${s}</password>`),
  plant('form body', fresh(12), s => `body: username=ann&passwd=${s}&remember=1`),
  plant('encoded form body', fresh(12), s => `data=user%3Dann%26password%3D${s}`),
  plant(
    'command-line flag with a blank',
    fresh(12),
    s => `ExecStart=/usr/bin/worker --api-token ${s} --verbose`,
  ),
  plant('command-line flag with =', fresh(12), s => `/usr/bin/worker --password=${s} --verbose`),
  plant('Amazon key id', `AKIA${fresh(16, UPPER)}`, s => `InvalidAccessKeyId: ${s} does not exist`),
  plant('Amazon key id behind an encoded sign', `ASIA${fresh(16, UPPER)}`, s =>
    accessLine(`GET /f?X-Amz-Credential%3D${s}%2Fx HTTP/1.1`),
  ),
  plant(
    'Slack bot token',
    `xoxb-${fresh(10, '0123456789')}-${fresh(24)}`,
    s => `slack_sdk: invalid_auth for ${s}`,
  ),
  plant('Slack app token', `xapp-1-A0${fresh(8, UPPER)}-${fresh(20, HEX)}`, s => `app token ${s}`),
  plant(
    'Slack webhook',
    `T0${fresh(8, UPPER)}/B0${fresh(8, UPPER)}/${fresh(24, MIXED)}`,
    s => `POST https://hooks.slack.com/services/${s} 404`,
  ),
  plant('OpenAI key', `sk-proj-${fresh(40, MIXED)}`, s => `Incorrect API key provided: ${s}.`),
  plant('Stripe key', `sk_live_${fresh(24, MIXED)}`, s => `stripe.error.AuthenticationError: ${s}`),
  plant('Stripe webhook secret', `whsec_${fresh(32, MIXED)}`, s => `signed with ${s}`),
  plant('GitHub token', `ghp_${fresh(36, MIXED)}`, s => `git clone failed for ${s}`),
  plant('GitHub fine-grained token', `github_pat_${fresh(40, MIXED)}`, s => `using ${s}`),
  plant('GitLab token', `glpat-${fresh(20, MIXED)}`, s => `pip index ${s}`),
  plant('Google API key', `AIza${fresh(35, MIXED)}`, s => `maps: key ${s} is restricted`),
  plant('Google OAuth token', `ya29.${fresh(60, MIXED)}`, s => `credentials ${s} expired`),
  plant('npm token', `npm_${fresh(36, MIXED)}`, s => `//registry.example/:_authToken=${s}`),
  plant('SendGrid key', `SG.${fresh(22, MIXED)}.${fresh(43, MIXED)}`, s => `mail: 401 with ${s}`),
  plant('Vault token', `hvs.${fresh(24, MIXED)}`, s => `vault: permission denied (${s})`),
  plant(
    'Telegram bot token',
    `${fresh(9, '123456789')}:AA${fresh(33, MIXED)}`,
    s => `POST https://api.telegram.example/bot/${s}/send`,
  ),
  plant(
    'private key in one text',
    fresh(60, MIXED),
    s => `-----BEGIN RSA PRIVATE KEY-----\n${s}\n${s}\n-----END RSA PRIVATE KEY-----`,
  ),
  plant('private key with encoded line ends', fresh(60, MIXED), s =>
    journalLine(`key=-----BEGIN PRIVATE KEY-----\n${s}\n-----END PRIVATE KEY-----`),
  ),
  plant('private key that was cut off', fresh(40, MIXED), s => `-----BEGIN OPENSSH PRIVATE KEY-----\n${s}`),
  plant('line of a private key, alone', fresh(64, MIXED), s => s),
];
