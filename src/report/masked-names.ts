import { MASK, UNIT_TYPE } from './masking-rules.ts';

/**
 * A name and the sign that gives it a value, in the notations of logs: `NAME=v`, `name: v`, `"name": "v"`,
 * `\"name\": \"v\"`, `('name', 'v')`, `name%3Dv`, `<name>v`, `--name v`. The first look-behind lets a name begin only
 * once per word, so that long runs of letters cost no more than their length; the last one lets a blank give a value
 * only to a flag, so that words of prose are not looked at one by one.
 */
const NAME =
  /(?<![A-Za-z0-9_.-])-{0,2}([A-Za-z0-9_][\w.-]{0,120})(\\?["']?[ \t]{0,4}(?:={1,3}>?|:(?!\/\/)|%3[dD])[ \t]{0,4}|\\?["'],[ \t]{0,4}(?=[bru]{0,2}\\?["'])|>|(?<=(?<![A-Za-z0-9_.-])--[A-Za-z0-9_][\w.-]{0,120})[ \t]{1,3})/g;

/** Names that hold a secret wherever they stand in the word: `DB_PASSWORD`, `x-csrftoken`, `clientSecret`. */
const SECRET_PART =
  /passw|passphrase|passwd|secret|token|credential|cookie|csrf|xsrf|authorization|(?:api|access|private|signing|encryption|auth|account|license|master|shared|storage|service|ssh|consumer|deploy|webhook|session|sas|hmac|crypto|app)key/;
/** Names that hold a secret only as a word of their own: `DB_PASS`, but not `passenger`. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  'pass pwd auth jwt bearer otp totp sid session sessionid sessid phpsessid jsessionid signature hmac salt nonce sas'.split(
    ' ',
  ),
);
/** `token_count`, `SECRET_FILE`, `session_timeout`: they speak about a secret and hold none. */
const ABOUT =
  /^(?:count|counts|limit|limits|length|len|size|type|ttl|age|expires|expiry|timeout|file|files|path|dir|name|names|url|uri|endpoint|algorithm|alg|tokens|usage)$/;
/** A working directory, not a password. */
const DIRECTORIES: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);
/** Headers whose value is the rest of the line, blanks and all. */
const HEADERS = /^(?:proxy-)?authorization$|^(?:set-)?cookie2?$|^x-(?:auth|api|csrf|amz-security).*$/i;

/** Numbers such as `sig=11` and `session=3` are the kernel's and the audit log's, and no secret. */
const SHORT_NUMBER = /^\d{1,3}$/;

/** `sure` when the value is hidden whatever it is, `unless-number` when a short number stays. */
type Secrecy = 'sure' | 'unless-number' | undefined;

/** The same few names come in line after line. What servers send must not fill the memory. */
const MOST_NAMES = 2_000;
const judged = new Map<string, Secrecy>();

function secrecyOf(name: string, sign: string): Secrecy {
  const key = sign === ': ' ? `${name}: ` : name;
  let secrecy = judged.get(key);
  if (secrecy === undefined && !judged.has(key)) {
    secrecy = judge(name, sign);
    if (judged.size >= MOST_NAMES) judged.clear();
    judged.set(key, secrecy);
  }
  return secrecy;
}

function judge(name: string, sign: string): Secrecy {
  if (DIRECTORIES.has(name) || UNIT_TYPE.test(name)) return undefined;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_.-]+/)
    .filter(word => word !== '');
  if (words.length > 1 && ABOUT.test(words.at(-1) ?? '')) return undefined;
  if (SECRET_PART.test(words.join(''))) return 'sure';
  // "sshd-session: root@notty" is a program that speaks; `X-Session: …` is a header.
  if (sign === ': ' && /-/.test(name) && !/^x-/i.test(name)) return undefined;
  return name === 'sig' || words.some(word => SECRET_WORDS.has(word)) ? 'unless-number' : undefined;
}

/** Hides the value of every name that sounds like a secret, in assignments, headers, JSON, reprs and flags. */
export function maskNamedSecrets(text: string): string {
  let shown = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match !== null; match = NAME.exec(text)) {
    const [all, name = '', sign = ''] = match;
    // Values may hold names again (`MESSAGE=password=x`), so the search goes on right behind the sign.
    NAME.lastIndex = match.index + all.length;
    const secrecy = givesValue(text, match.index, sign) ? secrecyOf(name, sign) : undefined;
    if (secrecy === undefined) {
      if (/^\s|^>/.test(sign)) NAME.lastIndex = match.index + all.length - sign.length;
      continue;
    }
    const start = match.index + all.length;
    const value = valueAt(text, start, match.index, name, sign);
    const stays = secrecy === 'unless-number' && SHORT_NUMBER.test(text.slice(value.start, value.end));
    if (value.end > value.start && !stays) {
      shown += `${text.slice(done, value.start)}${MASK}`;
      done = value.end;
    }
    NAME.lastIndex = Math.max(value.end, start);
  }
  return shown + text.slice(done);
}

/** `>` gives a value only to an XML element, a comma only in `('name', 'value')`. */
function givesValue(text: string, nameStart: number, sign: string): boolean {
  if (sign.includes(','))
    return /\([bru]{0,2}\\?["']$/.test(text.slice(Math.max(0, nameStart - 5), nameStart));
  if (sign === '>') return text[nameStart - 1] === '<';
  return true;
}

/**
 * A value without quotes. Brackets and commas end it only where a sentence or a list goes on behind them,
 * and never inside a mask.
 */
const BARE_VALUE = /(?:\[(?:masked|e-mail|ip)\]|(?![,;)\]}](?:\s|$|["'\\]))(?!\\[nrt"'])[^\s&"'<>])*/y;

interface Span {
  readonly start: number;
  readonly end: number;
}

function valueAt(text: string, start: number, nameStart: number, name: string, sign: string): Span {
  if (sign === '>') return { start, end: endBefore(text, start, /[<\n]/g) };
  const opening = /^[bru]{0,2}(\\?["'])/.exec(text.slice(start, start + 4));
  if (opening?.[1] !== undefined) {
    const inside = start + opening[0].length;
    return { start: inside, end: closingQuote(text, inside, opening[1]) };
  }
  // A quote before the name itself (`"PASSWORD=a b"`) ends the value; blanks belong to it.
  const before = text[nameStart - 1];
  if (before === '"' || before === "'") {
    const escaped = text[nameStart - 2] === '\\' ? '\\' : '';
    if (!/["']/.test(sign)) return { start, end: closingQuote(text, start, escaped + before) };
  }
  if (HEADERS.test(name)) return { start, end: endBefore(text, start, /[\n\r"']|\\[nr"']/g) };
  BARE_VALUE.lastIndex = start;
  return { start, end: start + (BARE_VALUE.exec(text)?.[0].length ?? 0) };
}

function endBefore(text: string, start: number, stop: RegExp): number {
  stop.lastIndex = start;
  return stop.exec(text)?.index ?? text.length;
}

/** The closing quote, or the end of the line: a quote that was cut off hides the rest. */
function closingQuote(text: string, start: number, quote: string): number {
  const plain = quote.length === 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\n') return at;
    if (text.startsWith(quote, at)) return at;
    // An escaped character inside a plain quote; inside an escaped quote the backslash is the quote's.
    if (plain && text[at] === '\\') at++;
  }
  return text.length;
}
