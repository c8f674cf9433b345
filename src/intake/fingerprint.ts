import { createHash } from 'node:crypto';

const PLAIN = /^[A-Za-z0-9_.:-]{1,40}$/;

/** What a sender calls an alert, as it is kept: short and plain, so that it needs no masking and no cutting. */
export function fingerprintOf(told: string): string {
  return PLAIN.test(told) ? told : createHash('sha256').update(told).digest('hex').slice(0, 32);
}
