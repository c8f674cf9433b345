import { createHmac } from 'node:crypto';

const IPV4 = /(?<![\d]|\d\.|[A-Za-z]\/)\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/g;
/** Candidates only; `isIpv6` decides. Times and MAC addresses have colons as well. */
const IPV6 = /(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,38}(?:\.\d{1,3}){0,3}(?![0-9A-Za-z_])/g;

/**
 * Puts a pseudonym in place of each address, the same for the same address and key, so that one client's
 * requests can still be told from another's. Loopback, `0.0.0.0` and the kept addresses stay.
 */
export function maskAddresses(key: string | undefined, keep: readonly string[]): (text: string) => string {
  const kept = new Set(keep.map(address => canonical(withoutPort(address))));
  const pseudonym = (address: string): string => {
    if (key === undefined) return '[ip]';
    return `ip-${createHmac('sha256', key).update(canonical(address)).digest('hex').slice(0, 6)}`;
  };
  const shown = (address: string): string =>
    isPublicKnowledge(address) || kept.has(canonical(address)) ? address : pseudonym(address);
  return text => {
    const without6 = text.includes(':') ? text.replace(IPV6, found => replaceIpv6(found, shown)) : text;
    return without6.replace(IPV4, found => (isIpv4(found) ? shown(found) : found));
  };
}

function replaceIpv6(found: string, shown: (address: string) => string): string {
  // "client 2001:db8::1: closed": the last colon belongs to the sentence.
  const tail = /[^:]:$/.test(found) ? ':' : '';
  const address = found.slice(0, found.length - tail.length);
  return isIpv6(address) ? shown(address) + tail : found;
}

function isIpv4(address: string): boolean {
  return address.split('.').every(part => Number(part) <= 255);
}

function isIpv6(address: string): boolean {
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (address.includes('.') && (mapped?.[2] === undefined || !isIpv4(mapped[2]))) return false;
  const plain = mapped === null ? address : `${mapped[1]}0:0`;
  const halves = plain.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  if (!groups.every(group => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  // "::" alone and `dead::` say nothing; C++ and Perl names are not made of hex digits and digits.
  return halves.length === 2 ? groups.length >= 1 && groups.length <= 7 : groups.length === 8;
}

/** One spelling for all spellings of an address; an IPv4 address inside IPv6 is that IPv4 address. */
function canonical(address: string): string {
  const lower = address.toLowerCase();
  const mapped = /^(?:0{0,4}:){2,6}ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!lower.includes(':')) return lower;
  const [head = '', tail] = lower.split('::');
  const groups = (half: string) =>
    half
      .split(':')
      .filter(group => group !== '')
      .map(group => group.replace(/^0+(?=.)/, ''));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...new Array<string>(missing).fill('0'), ...back].join(':');
}

function isPublicKnowledge(address: string): boolean {
  const plain = canonical(address);
  return (
    /^127\./.test(plain) || plain === '0.0.0.0' || plain === '0:0:0:0:0:0:0:1' || plain === '0:0:0:0:0:0:0:0'
  );
}

/** `10.0.0.5:8000` and `[2001:db8::5]:8000` as NGINX prints its peers. */
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(address) ? address.replace(/:\d+$/, '') : address;
}
