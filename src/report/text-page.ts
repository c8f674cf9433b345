import { type TerminalStyle, terminalStyle } from './terminal-style.ts';
import { labelled } from './text-layout.ts';

/** Room for the label in front of a field. */
const INDENT = 11;
const NARROWEST = 40;
const WIDEST = 110;

/** A report for the terminal under construction; every line fits the columns before it is coloured. */
export class TextPage {
  readonly lines: string[] = [];
  readonly columns: number;
  readonly style: TerminalStyle;

  constructor(options: { readonly columns: number; readonly colour: boolean }) {
    this.columns = Math.max(NARROWEST, Math.min(options.columns, WIDEST));
    this.style = terminalStyle(options.colour);
  }

  field(label: string, text: string, paint: (text: string) => string = line => line): void {
    const [first = '', ...more] = labelled(label, text, this.columns, INDENT);
    this.lines.push(
      this.style.faint(first.slice(0, INDENT)) + paint(first.slice(INDENT)),
      ...more.map(paint),
    );
  }

  /** Several fields under one label. */
  list(label: string, items: readonly string[]): void {
    items.forEach((item, index) => {
      this.field(index === 0 ? label : '', item);
    });
  }

  /** Lines that fit already, under a heading of their own; nothing without any. */
  block(heading: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.lines.push('', this.style.heading(heading), ...lines.map(line => `  ${line}`));
  }
}
