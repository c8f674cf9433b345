import { readFileSync } from 'node:fs';
import type { HostClock } from '../../src/signals/host-state.ts';
import type { ReadContext } from '../../src/signals/moments.ts';

/** A server in a time zone, for readers under test. */
export function serverIn(timeZone: string): ReadContext {
  const clock: HostClock = { errorMs: 0, timeZone, assumed: false };
  return { server: 'web-1', clock };
}

export const inUtc: ReadContext = serverIn('UTC');

/** Lines of a recorded piece of a real log. */
export function fixtureLines(name: string): readonly string[] {
  const text = readFileSync(new URL(`../fixtures/signals/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter(line => line !== '');
}
