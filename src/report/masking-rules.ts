/** What stands in place of a secret. No rule finds anything in it. */
export const MASK = '[masked]';
export const MASKED_MAIL = '[e-mail]';

/** Where a token may begin: not inside a word, but right behind an encoded `=` or `"` (`%3D`, `%22`). */
const BEGIN = '(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))';

/**
 * Tokens that betray themselves by their first letters. Each repetition stops at a character the token
 * cannot hold, and a run that matched is consumed whole: the time is linear in the text.
 */
const TOKENS: readonly RegExp[] = [
  /(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}/g, // Amazon
  /xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}/g, // Slack
  /xapp-[A-Za-z0-9-]{8,}/g,
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9_/-]{8,}/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/)[A-Za-z0-9_/-]{8,}/g,
  new RegExp(`${BEGIN}sk-[A-Za-z0-9_-]{16,}`, 'g'), // OpenAI, Anthropic
  new RegExp(`${BEGIN}[rsp]k_(?:live|test)_[A-Za-z0-9]{8,}`, 'g'), // Stripe
  new RegExp(`${BEGIN}whsec_[A-Za-z0-9+/=]{8,}`, 'g'),
  new RegExp(`${BEGIN}gh[opsur]_[A-Za-z0-9]{20,}`, 'g'), // GitHub
  /github_pat_[A-Za-z0-9_]{20,}/g,
  new RegExp(`${BEGIN}gl(?:pat|ptt|dt|rt|soat)-[A-Za-z0-9_-]{16,}`, 'g'), // GitLab
  /AIza[A-Za-z0-9_-]{30,}/g, // Google
  new RegExp(`${BEGIN}ya29\\.[A-Za-z0-9_.-]{16,}`, 'g'),
  /GOCSPX-[A-Za-z0-9_-]{16,}/g,
  new RegExp(`${BEGIN}npm_[A-Za-z0-9]{30,}`, 'g'),
  new RegExp(`${BEGIN}pypi-[A-Za-z0-9_-]{16,}`, 'g'),
  new RegExp(`${BEGIN}SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,}`, 'g'), // SendGrid
  new RegExp(`${BEGIN}hf_[A-Za-z0-9]{20,}`, 'g'), // Hugging Face
  new RegExp(`${BEGIN}hv[sbr]\\.[A-Za-z0-9_-]{20,}`, 'g'), // Vault
  new RegExp(`${BEGIN}do[opr]_v1_[a-f0-9]{32,}`, 'g'), // DigitalOcean
  new RegExp(`${BEGIN}shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{20,}`, 'g'), // Shopify
  new RegExp(`${BEGIN}dckr_pat_[A-Za-z0-9_-]{16,}`, 'g'),
  /(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}/g, // Telegram
  /AGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
];

/** Any of them: almost no line has one. */
const ANY_TOKEN = new RegExp(TOKENS.map(({ source }) => source).join('|'));

/** A whole private key; one that was cut off is hidden to the end of the text. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g;
/** A line of a key that was logged line by line, away from its first line. */
const KEY_LINE = /^[A-Za-z0-9+/]{60,76}={0,2}$/gm;

/** Any run that begins like an encoded `{"`: a JWT when it has a second part. */
const JWT_RUN = /eyJ[A-Za-z0-9_.-]*/g;
const JWT = /^eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}/;

/** `Authorization` schemes with their credentials, wherever they stand. */
const SCHEME = /\b(Bearer|Basic|Negotiate|ApiKey)((?:\s|%20|\+){1,3})([A-Za-z0-9._~+/=-]{6,})/gi;
/** Words of prose ("basic authentication") have no digit, no capital inside, no padding. */
const LOOKS_RANDOM = /[0-9=_.~+/]|[a-z][A-Z]|^[A-Z]{6,}$/;

const MAIL =
  /(?<![A-Za-z0-9._%+-])([A-Za-z0-9._%+-]{1,64}?)(@|%40)((?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9-])/g;
/** `getty@tty1.service` is a unit. Source: systemd.unit(5), unit types. */
export const UNIT_TYPE = /\.(?:service|socket|timer|slice|scope|mount|automount|target|path|device|swap)$/;

/** Hides whatever is recognised as a secret or an e-mail address by its own looks. */
export function maskShapes(text: string): string {
  let masked = text.includes('-----BEGIN ') ? text.replace(PRIVATE_KEY, MASK) : text;
  masked = masked.replace(KEY_LINE, MASK);
  masked = masked.replace(JWT_RUN, run => (JWT.test(run) ? MASK : run));
  if (ANY_TOKEN.test(masked)) for (const token of TOKENS) masked = masked.replace(token, MASK);
  masked = masked.replace(SCHEME, (all, scheme: string, gap: string, value: string) =>
    LOOKS_RANDOM.test(value) ? `${scheme}${gap}${MASK}` : all,
  );
  if (!masked.includes('@') && !masked.includes('%40')) return masked;
  return masked.replace(MAIL, (all, _name, _at, domain: string) =>
    UNIT_TYPE.test(domain) ? all : MASKED_MAIL,
  );
}

const LONGEST_PATTERN = 200;
/** The most ways a pattern may try at one place: keeps a hostile line from costing more than its length. */
const MOST_TRIES = 10_000;

/** Why a pattern of the settings is refused; undefined when it may be used. */
export function extraPatternProblem(pattern: string): string | undefined {
  if (pattern === '' || pattern.length > LONGEST_PATTERN) {
    return `a masking pattern needs 1 to ${LONGEST_PATTERN} characters`;
  }
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    return `not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
  const bare = pattern.replace(/\\[^\n]/g, '_').replace(/\[[^\]]*\]/g, '_');
  if (/[*+]|\{\d+,\}/.test(bare)) return 'use bounded repetition such as {1,40} in place of *, + and {1,}';
  if (/\)(?:\?|\{)/.test(bare)) return 'a group may not be repeated';
  if (/\\[1-9]|\\k</.test(pattern) || bare.includes('(?'))
    return 'groups may not look around, refer back or have names';
  const counts = [...bare.matchAll(/\{(\d+)(?:,(\d+))?\}/g)].map(([, least, most]) => Number(most ?? least));
  const tries =
    counts.reduce((product, count) => product * Math.max(1, count), 1) * 2 ** (bare.split('?').length - 1);
  if (tries > MOST_TRIES) return `the repetitions multiply to ${tries}; at most ${MOST_TRIES} are allowed`;
  if (expression.test('')) return 'it matches the empty text, which would mask everything';
  const own = [MASK, MASKED_MAIL, '[ip]', 'ip-0123456789abcdef', '…'].find(word => expression.test(word));
  return own === undefined ? undefined : `it matches the mask itself (${own})`;
}
