import type { SourceId, SourceLine } from './signal.ts';

/** Longest line a host-state reader keeps; the rest of a longer one is cut, as `SourceLine` promises. */
const LINE_CAP = 65_536;

/**
 * The lines of an answer without their line ends. The read script's own `#staunch …` lines are left out, and
 * so is what collectors of bundles append about stderr (`# stderr: …`).
 */
export function answerLines(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const bare = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const line = text.slice(start, Math.min(bare, start + LINE_CAP));
    if (!line.startsWith('#staunch ') && !line.startsWith('# stderr:')) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** Makes the `SourceLine`s of one answer. */
export function lineMaker(server: string, source: SourceId): (text: string) => SourceLine {
  return text => ({ server, source, text });
}

/** A whole number as tools print it, or undefined for anything that is not one or not exact in a double. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A non-negative decimal such as PSI's `avg60=0.76`. */
export function decimalNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

/** The `avg60=` percentage of a line of a PSI file (`some avg10=… avg60=… avg300=… total=…`). */
export function pressureAvg60(psiLine: string): number | undefined {
  return decimalNumber(/ avg60=([\d.]{1,16})(?: |$)/.exec(psiLine)?.[1]);
}

/** Drops the properties whose value is undefined: under exactOptionalPropertyTypes absent is not undefined. */
export function known<T extends object>(properties: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(entry => entry[1] !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
