import { safeText } from './safe-text.ts';

const LONGEST = 2_000;
/** What Markdown reads something into, in the middle of a line or at its beginning. */
const SPECIAL = /[\\`*_{}[\]<>|#~!&]/g;

/** Text of servers and people in a line of Markdown: nothing in it becomes a format, a link, a picture or HTML. */
export function inline(text: string): string {
  return safeText(text.replaceAll(/\s*\n\s*/g, ' '), LONGEST)
    .replace(SPECIAL, sign => `\\${sign}`)
    .replace(/(?<=\w):\/\//g, ':\u200b//')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(
      /^(\s*)([-+]|\d{1,9}[.)])(?=\s)/,
      (_, blanks: string, sign: string) => `${blanks}${sign.slice(0, -1)}\\${sign.slice(-1)}`,
    );
}

/** A name in a line, exactly as it is. */
export function code(text: string): string {
  const shown = safeText(text, LONGEST);
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = /^`|`$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Lines exactly as they are; whatever they hold, the block ends behind them. */
export function fenced(text: string, language = 'text'): string {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => safeText(line));
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Paragraphs of sections, apart as Markdown wants them. */
export function sections(all: readonly (readonly string[])[]): string {
  return `${all
    .flat()
    .filter(paragraph => paragraph !== '')
    .join('\n\n')}\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));
}
