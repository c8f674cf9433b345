import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SignatureForm } from '../intake/alert-mapping.ts';
import type { AlertReceiverSettings } from './alert-settings.ts';

/** A clock that goes wrong by more than this must be set, not tolerated. */
const MOST_SKEW_MS = 300_000;

/** True for the token or the password of the settings, compared in a time that tells nothing about them. */
export function hasCredentials(
  headers: IncomingHttpHeaders,
  { token, basic }: Pick<AlertReceiverSettings, 'token' | 'basic'>,
): boolean {
  const [, scheme = '', value = ''] = /^(\w{1,10}) +(\S{1,4096})$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer' && token !== undefined) return isSame(value, token);
  if (scheme.toLowerCase() !== 'basic' || basic === undefined) return false;
  return isSame(Buffer.from(value, 'base64').toString('utf8'), `${basic.user}:${basic.password}`);
}

export type SignatureCheck =
  | {
      readonly ok: true;
      /** Names this very delivery, so that a copy is known as one. */
      readonly key: string;
    }
  | { readonly ok: false; readonly reason: 'not-signed' | 'wrong-signature' | 'too-old-or-from-the-future' };

/** Checks the HMAC-SHA256 of a delivery, over the body as it came. */
export function checkSignature(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  form: SignatureForm,
  secret: string,
  nowMs: number,
): SignatureCheck {
  const header = headers[form.header];
  const given = typeof header === 'string' ? header.slice(0, 4_096).split(',', 10) : [];
  const signatures = given
    .map(each => each.trim())
    .filter(each => each.startsWith(form.prefix))
    .map(each => each.slice(form.prefix.length).toLowerCase())
    .filter(hex => /^[0-9a-f]{64}$/.test(hex));
  if (signatures.length === 0) return { ok: false, reason: 'not-signed' };
  const mac = createHmac('sha256', secret);
  if (form.over === 'timestamp.body') {
    const stamp = headers[form.timestampHeader];
    if (typeof stamp !== 'string' || !/^\d{9,11}$/.test(stamp)) return { ok: false, reason: 'not-signed' };
    if (Math.abs(nowMs - Number(stamp) * 1_000) > MOST_SKEW_MS)
      return { ok: false, reason: 'too-old-or-from-the-future' };
    mac.update(`${stamp}.`);
  }
  const right = mac.update(body).digest('hex');
  if (!signatures.some(signature => isSame(signature, right)))
    return { ok: false, reason: 'wrong-signature' };
  return { ok: true, key: `alert-signature/${createHash('sha256').update(right).digest('hex')}` };
}

/** Texts of different lengths take the same time too: their hashes are compared. */
function isSame(given: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(right));
}
