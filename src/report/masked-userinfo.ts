import { MASK } from './masking-rules.ts';

/** A URI from its scheme to where it surely ends. Bounded: what is longer has no credentials in front. */
const URI = /(?<=[A-Za-z0-9+.-]:\/\/)[^\s"'<>]{1,600}/g;

/** Hides user and password in URIs and DSNs (`postgres://user:password@db/shop`); the host stays. */
export function maskUserinfo(text: string): string {
  if (!text.includes('://') || !text.includes('@')) return text;
  return text.replace(URI, uri => {
    const end = userinfoEnd(uri);
    return end > 0 ? `${MASK}${uri.slice(end)}` : uri;
  });
}

/** Index of the `@` that ends the userinfo, 0 without one. Passwords hold `@` and, unencoded, even `/`. */
function userinfoEnd(uri: string): number {
  const [authority = ''] = uri.split(/[/?#]/, 1);
  const inside = authority.lastIndexOf('@');
  if (inside > 0) return inside;
  const colon = authority.indexOf(':');
  // `host:8000/…` and `unix:/…` are addresses; anything else behind a colon is a password.
  if (colon < 0 || /^\d*$/.test(authority.slice(colon + 1)) || authority.startsWith('[')) return 0;
  return Math.max(0, uri.lastIndexOf('@'));
}
