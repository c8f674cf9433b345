import { type Child, type Drawn, draw } from './drawing.ts';
import { number, record, records, type Sent, string } from './fields.ts';
import { drawProblem } from './problem.ts';
import { drawRichText } from './rich-text.ts';
import type { Scene } from './scene.ts';

/** The block `table`: its first row is the header, as Slack shows it. */
export function drawTable(block: Sent, scene: Scene): Drawn {
  const rows = Array.isArray(block.rows) ? block.rows : [];
  const settings = Array.isArray(block.column_settings) ? block.column_settings : [];
  const [header = [], ...body] = rows.map(row => records(row));
  const cells = (row: readonly Sent[], tag: 'th' | 'td') =>
    row.map((cell, column) => drawCell(cell, tag, record(settings[column]) ?? {}, scene));
  if (header.length === 0) return drawProblem('a table without rows');
  return draw('div', { class: 'table-frame', role: 'region', 'aria-label': 'Table', tabindex: '0' }, [
    draw('table', {}, [
      draw('thead', {}, draw('tr', {}, cells(header, 'th'))),
      draw(
        'tbody',
        {},
        body.map(row => draw('tr', {}, cells(row, 'td'))),
      ),
    ]),
  ]);
}

function drawCell(cell: Sent, tag: 'th' | 'td', settings: Sent, scene: Scene): Drawn {
  const align = string(settings.align) ?? 'left';
  const look = `align-${align}${settings.is_wrapped === true ? ' wrapped' : ''}`;
  return draw(tag, { class: look, scope: tag === 'th' && 'col' }, content(cell, scene));
}

function content(cell: Sent, scene: Scene): Child {
  switch (cell.type) {
    case 'raw_text':
      return string(cell.text) ?? drawProblem('a raw_text cell without text');
    case 'raw_number': {
      const value = number(cell.value);
      return (
        string(cell.text) ??
        (value === undefined ? drawProblem('a raw_number cell without value') : String(value))
      );
    }
    case 'rich_text':
      return drawRichText(cell, scene);
    default:
      return drawProblem(`unknown table cell: ${String(cell.type)}`);
  }
}
