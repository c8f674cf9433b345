import type { Random } from '../growth/random.ts';

/** A line in two halves; the stamp stands between them. */
export type Halves = readonly [before: string, after: string];

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
  'okhttp/4.12.0',
] as const;
const PATHS = [
  '/api/cart',
  '/api/items',
  '/checkout/pay',
  '/static/app.css',
  '/login',
  '/api/search',
] as const;

/** A request in NGINX's `combined` format, and what a longer format adds. */
export function requestLine(random: Random, status: number, tail: string): Halves {
  const path = `${pathOf(random)}?page=${random.whole(1, 40)}`;
  const bytes = status === 502 ? 157 : status === 304 ? 0 : random.whole(200, 60_000);
  const address = Array.from({ length: 4 }, () => random.whole(1, 254)).join('.');
  return [
    `${address} - - [`,
    `] "GET ${path} HTTP/1.1" ${status} ${bytes} "https://shop.example${pathOf(random)}" "${AGENTS[random.whole(0, AGENTS.length - 1)]}"${tail}\n`,
  ];
}

/** What NGINX says when the worker behind it is gone. */
export function lostUpstreamLine(random: Random): Halves {
  const path = pathOf(random);
  return [
    '',
    ` [error] 811#811: *${random.whole(1, 9_000_000)} upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.${random.whole(1, 254)}, server: shop.example, request: "GET ${path} HTTP/1.1", upstream: "http://unix:/run/checkout/app.sock:${path}", host: "shop.example", referrer: "https://shop.example/"\n`,
  ];
}

/** The most frequent harmless line of a busy error log. */
export function bufferedLine(random: Random): Halves {
  const path = pathOf(random);
  const file = `/var/cache/nginx/proxy_temp/${random.whole(0, 9)}/${random.whole(10, 99)}/0000${random.whole(100_000, 999_999)}`;
  return [
    '',
    ` [warn] 811#811: *${random.whole(1, 9_000_000)} an upstream response is buffered to a temporary file ${file} while reading upstream, client: 203.0.113.${random.whole(1, 254)}, server: shop.example, request: "GET ${path} HTTP/1.1", upstream: "http://unix:/run/checkout/app.sock:${path}", host: "shop.example"\n`,
  ];
}

function pathOf(random: Random): string {
  return `${PATHS[random.whole(0, PATHS.length - 1)]}/${random.whole(1, 100_000)}`;
}
