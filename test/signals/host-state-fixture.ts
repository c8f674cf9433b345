import { readFileSync } from 'node:fs';

/** Text of a piece of a real capture. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/host-state/${name}`, import.meta.url), 'utf8');
}

/** The value without its source lines, which tests of values do not repeat. */
export function withoutLines<T>(value: T): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner) =>
      /^(?:lines?|oomKillsLine|highHitsLine)$/.test(key) ? undefined : inner,
    ),
  );
}
