/** Colours of a terminal, by meaning. Colour only repeats what the words already say. */
export interface TerminalStyle {
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly alarm: (text: string) => string;
  readonly doubt: (text: string) => string;
  readonly calm: (text: string) => string;
}

const sgr =
  (code: string) =>
  (text: string): string =>
    `\x1b[${code}m${text}\x1b[0m`;
const plain = (text: string): string => text;

const COLOURED: TerminalStyle = {
  heading: sgr('1'),
  faint: sgr('2'),
  alarm: sgr('1;31'),
  doubt: sgr('1;33'),
  calm: sgr('1;32'),
};
const PLAIN: TerminalStyle = { heading: plain, faint: plain, alarm: plain, doubt: plain, calm: plain };

/** The style to print with; without colour every function gives its text back. */
export function terminalStyle(colour: boolean): TerminalStyle {
  return colour ? COLOURED : PLAIN;
}
