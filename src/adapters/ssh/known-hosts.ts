import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A line of a known_hosts file (format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface KnownHostsLine {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly hosts: string;
  readonly keyType: string;
  readonly keyBlob: Buffer;
  readonly lineNumber: number;
}

/** What known_hosts files say of one server. Line numbers count from 1. */
export interface KnownHostKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly keyType: string;
  readonly keyBlob: Buffer;
  /** Index of the text among those given. */
  readonly file: number;
  readonly lineNumber: number;
}

export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked' | 'only-certificate-authority';

/** The key type that a public key blob names itself (RFC 4253, 6.6); empty for bytes that are no key. */
export function keyTypeOf(keyBlob: Uint8Array): string {
  const blob = Buffer.from(keyBlob);
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length > 64 || blob.length < 4 + length ? '' : blob.toString('latin1', 4, 4 + length);
}

/** A key's fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export function fingerprintOf(keyBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(keyBlob).digest('base64').replace(/=+$/, '')}`;
}

/** Reads `TYPE BASE64`, as it stands in known_hosts and in `*.pub` files. */
export function parseKeyText(text: string): { keyType: string; keyBlob: Buffer } | undefined {
  const [keyType, base64] = text.trim().split(/[ \t]+/);
  if (keyType === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    return undefined;
  const keyBlob = Buffer.from(base64, 'base64');
  return keyTypeOf(keyBlob) === keyType ? { keyType, keyBlob } : undefined;
}

/** The name under which a server stands in known_hosts: `host`, or `[host]:port` for another port than 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function parseLine(text: string, lineNumber: number): KnownHostsLine | undefined {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return undefined;
  const words = /^(?:@(\S+)[ \t]+)?(\S+)[ \t]+(\S.*)$/.exec(line);
  if (words === null) return undefined;
  const [, markerWord, hosts = '', keyText = ''] = words;
  const marker = markerWord ?? 'none';
  if (marker !== 'none' && marker !== 'revoked' && marker !== 'cert-authority') return undefined;
  const key = parseKeyText(keyText);
  return key === undefined ? undefined : { marker, hosts, ...key, lineNumber };
}

/** Shell-like `*` and `?`; walks without backtracking over more than the last star, so it is never slow. */
function globMatches(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let starAt = -1;
  let retryAt = 0;
  while (n < name.length) {
    const char = pattern[p];
    if (char === '*') {
      starAt = p++;
      retryAt = n;
    } else if (char !== undefined && (char === '?' || char === name[n])) {
      p++;
      n++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      n = ++retryAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** `|1|salt|hash`: the name's HMAC-SHA1 under the salt, both base64. */
function hashedMatches(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split('|');
  if (salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

function hostsMatch(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return hashedMatches(hosts, name);
  let matched = false;
  for (const entry of hosts.toLowerCase().split(',')) {
    const negated = entry.startsWith('!');
    if (!globMatches(negated ? entry.slice(1) : entry, name)) continue;
    // One negated match takes the whole line away, wherever it stands in the list.
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** Every line of the given known_hosts texts that speaks of this server. */
export function knownKeysOf(knownHostsTexts: readonly string[], host: string, port: number): KnownHostKey[] {
  const name = knownHostsName(host, port);
  return knownHostsTexts.flatMap((text, file) =>
    text.split('\n').flatMap((lineText, index) => {
      const line = parseLine(lineText, index + 1);
      if (line === undefined || !hostsMatch(line.hosts, name)) return [];
      const { marker, keyType, keyBlob, lineNumber } = line;
      return [{ marker, keyType, keyBlob, file, lineNumber }];
    }),
  );
}

/** The verdict over a key, from the lines that speak of its server. A revoked key is refused before all else. */
export function verdictOfKeys(known: readonly KnownHostKey[], keyBlob: Uint8Array): HostKeyVerdict {
  const same = known.filter(line => line.keyBlob.equals(keyBlob));
  if (same.some(line => line.marker === 'revoked')) return 'revoked';
  if (same.some(line => line.marker === 'none')) return 'known';
  if (known.some(line => line.marker === 'none')) return 'changed';
  return known.some(line => line.marker === 'cert-authority') ? 'only-certificate-authority' : 'unknown';
}

/** Decides by known_hosts texts alone whether a server's key may be trusted; only `known` may. */
export function verdictOf(
  knownHostsTexts: readonly string[],
  host: string,
  port: number,
  keyBlob: Uint8Array,
): HostKeyVerdict {
  return verdictOfKeys(knownKeysOf(knownHostsTexts, host, port), keyBlob);
}
