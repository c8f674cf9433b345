/** Characters that fill two columns of a terminal: CJK, Hangul, full-width forms, pictographs. */
const WIDE =
  /[\u1100-\u115e\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;

function widthOf(character: string): number {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns of a terminal the text fills. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** Fills up with blanks to the right. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Cuts to the columns, with `…` (or `...`) in place of what is left out. */
export function clipColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  return `${splitAt(text, columns - 1)[0]}…`;
}

/** Breaks between words; a word longer than a line is broken anywhere. Nothing is left out but the blanks at breaks. */
export function wrapText(text: string, columns: number): string[] {
  const room = Math.max(columns, 8);
  const lines: string[] = [];
  let line = '';
  let filled = 0;
  for (const word of text.split(' ')) {
    const wide = columnsOf(word);
    if (line !== '' && filled + 1 + wide <= room) {
      line += ` ${word}`;
      filled += 1 + wide;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = wide <= room ? [word] : breakRaw(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
    filled = columnsOf(line);
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** Breaks a raw line, after a blank where one is near: joined again, the pieces are the text, byte for byte. */
export function breakRaw(text: string, columns: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (columnsOf(rest.slice(0, columns + 1)) > columns) {
    const [room] = splitAt(rest, columns);
    const blank = room.lastIndexOf(' ') + 1;
    const end = blank > room.length * 0.6 ? blank : room.length;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  pieces.push(rest);
  return pieces;
}

/** A paragraph with a label in front of its first line; the further lines stand below the first one's text. */
export function labelled(label: string, text: string, columns: number, indent: number): string[] {
  const blank = ' '.repeat(indent);
  return wrapText(text, columns - indent).map(
    (line, index) => (index === 0 ? padColumns(label, indent) : blank) + line,
  );
}

function splitAt(text: string, columns: number): [string, string] {
  let filled = 0;
  let end = 0;
  for (const character of text) {
    filled += widthOf(character);
    if (filled > columns && end > 0) break;
    end += character.length;
  }
  return [text.slice(0, end), text.slice(end)];
}
