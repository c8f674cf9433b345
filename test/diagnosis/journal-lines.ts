/** Every scenario begins here; all its times are seconds after it. */
export const START_MS = Date.parse('2026-11-22T10:00:00Z');

const MESSAGE_IDS: readonly (readonly [RegExp, string])[] = [
  [/^Starting /, '7d4958e842da4a758f6c1cdc7b36dcc5'],
  [/^Started /, '39f53479d3a045ac8e11786248231fbf'],
  [/^Stopping /, 'de5b426a63be47a7b6ac3eaac82e2f6f'],
  [/^Stopped /, '9d1aaa27d60140bd96365438aad20286'],
  [/^Failed to start /, 'be02cf6855d2428ba40df7e9d022f03d'],
  [/OOM killer/, 'fe6faa94e7774663a0da52717891d8ef'],
  [/systemd-oomd killed/, 'd989611b15e44c9dbf31e3c81256e4ed'],
  [/Failed with result/, 'd9b373ed55a64feb8242e02dbe79a49c'],
  [/Scheduled restart job/, '5eb03494b6584870a536b337290809b3'],
  [/Deactivated successfully/, '7ad2d189f7e94e70a38c781354912448'],
];

/** PID 1's MESSAGE_ID of a message, where it has one. */
export const messageIdOf = (message: string) => MESSAGE_IDS.find(([pattern]) => pattern.test(message))?.[1];

/** One record of `journalctl -o json`. */
export function journalLine(at: number, fields: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    __REALTIME_TIMESTAMP: `${Math.round((START_MS + at * 1000) * 1000)}`,
    __MONOTONIC_TIMESTAMP: monotonic(at),
    _BOOT_ID: 'b',
    ...fields,
  });
}

/** The monotonic clock of a server that booted 4000 s before the scenario. */
export const monotonic = (at: number) => `${Math.round((at + 4000) * 1e6)}`;

/** Journals are written in order. */
export function sortedByTime(lines: readonly string[]): string[] {
  const timeOf = (line: string) => Number(/"__REALTIME_TIMESTAMP":"(\d+)"/.exec(line)?.[1]);
  return [...lines].sort((a, b) => timeOf(a) - timeOf(b));
}
