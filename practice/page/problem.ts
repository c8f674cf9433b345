import { type Drawn, draw } from './drawing.ts';

/**
 * What the page cannot show is shown as an error, never left out: a test that sees one fails. Their number is
 * in `data-block-errors` of the page.
 */
export function drawProblem(text: string): Drawn {
  return draw('span', { class: 'block-error', role: 'note' }, `Cannot show this: ${text}`);
}
