import { type Child, type Drawn, draw } from './drawing.ts';
import { drawElement } from './elements.ts';
import { plainText, record, records, type Sent, string } from './fields.ts';
import { actionIdOf, blockIdOf } from './form-values.ts';
import { drawPlainText, drawTextObject } from './inline-text.ts';
import { drawProblem } from './problem.ts';
import { drawRichText } from './rich-text.ts';
import type { Scene } from './scene.ts';
import { fieldId, type Spot } from './spot.ts';
import { drawTable } from './table.ts';

/** The blocks of a message or view. What the page does not know stands there as an error. */
export function drawBlocks(blocks: readonly Sent[], scene: Scene): readonly Drawn[] {
  return blocks.map((block, index) => {
    const type = string(block.type) ?? 'without a type';
    const blockId = blockIdOf(block, index);
    return draw('div', { class: 'block' }, drawBlock(type, block, blockId, scene), {
      key: `${type} ${blockId}`,
    });
  });
}

function drawBlock(type: string, block: Sent, blockId: string, scene: Scene): Child {
  switch (type) {
    case 'header':
      return draw('h3', { class: 'block-header' }, drawPlainText(block.text));
    case 'section':
      return drawSection(block, blockId, scene);
    case 'context':
      return draw(
        'div',
        { class: 'block-context' },
        records(block.elements).map(element => drawContextElement(element, scene)),
      );
    case 'divider':
      return draw('hr', {});
    case 'actions':
      return draw(
        'div',
        { class: 'block-actions' },
        records(block.elements).map((element, index) => {
          const actionId = actionIdOf(element, index);
          return drawElement({ blockId, actionId, element, dispatches: true }, scene);
        }),
      );
    case 'image':
      return drawImageBlock(block, scene);
    case 'input':
      return drawInput(block, blockId, scene);
    case 'rich_text':
      return drawRichText(block, scene);
    case 'table':
      return drawTable(block, scene);
    default:
      return drawProblem(`unknown block: ${type}`);
  }
}

function drawSection(block: Sent, blockId: string, scene: Scene): Child {
  const fields = records(block.fields);
  const text = block.text === undefined ? undefined : textOrProblem(block.text, scene);
  const accessory = record(block.accessory);
  if (text === undefined && fields.length === 0) return drawProblem('a section without text or fields');
  return draw('div', { class: 'block-section' }, [
    draw('div', { class: 'section-body' }, [
      text !== undefined && draw('div', { class: 'text' }, text),
      fields.length > 0 &&
        draw(
          'div',
          { class: 'section-fields' },
          fields.map(field => draw('div', { class: 'text' }, textOrProblem(field, scene))),
        ),
    ]),
    accessory && draw('div', { class: 'section-accessory' }, drawAccessory(accessory, blockId, scene)),
  ]);
}

function textOrProblem(value: unknown, scene: Scene): Child {
  return drawTextObject(value, scene) ?? drawProblem(`unknown text: ${String(record(value)?.type)}`);
}

function drawAccessory(element: Sent, blockId: string, scene: Scene): Child {
  if (element.type === 'image') return drawImage(element, 'accessory-image');
  return drawElement({ blockId, actionId: actionIdOf(element, 0), element, dispatches: true }, scene);
}

function drawContextElement(element: Sent, scene: Scene): Child {
  if (element.type === 'image') return drawImage(element, 'context-image');
  return draw('span', { class: 'text' }, textOrProblem(element, scene));
}

function drawImageBlock(block: Sent, scene: Scene): Child {
  const title = plainText(block.title);
  return draw('figure', {}, [
    title !== '' && draw('figcaption', {}, drawPlainText(block.title)),
    drawPicture(block, scene),
  ]);
}

/** An image as a button that shows it large. */
function drawPicture(block: Sent, scene: Scene): Child {
  const url = imageUrl(block);
  const altText = string(block.alt_text);
  if (url === undefined || altText === undefined) return drawImage(block, '');
  const title = plainText(block.title) || altText;
  return draw(
    'button',
    { type: 'button', class: 'picture', 'aria-label': `Enlarge image: ${altText || title}` },
    draw('img', { src: url, alt: altText }),
    { on: { click: () => scene.openPicture({ url, title, altText }) } },
  );
}

function drawImage(element: Sent, look: string): Child {
  const url = imageUrl(element);
  const altText = string(element.alt_text);
  if (altText === undefined) return drawProblem('an image without alt_text');
  if (url === undefined) return drawProblem(`an image from elsewhere (${altText})`);
  return draw('img', { src: url, alt: altText, class: look });
}

/** Only images of this workspace: the page loads nothing from elsewhere. */
function imageUrl(element: Sent): string | undefined {
  const file = record(element.slack_file);
  const id = string(file?.id);
  if (id !== undefined) return `/practice/files/${encodeURIComponent(id)}`;
  const given = string(file?.url) ?? string(element.image_url) ?? '';
  const url = URL.parse(given, location.href);
  return given !== '' && url?.origin === location.origin ? url.href : undefined;
}

function drawInput(block: Sent, blockId: string, scene: Scene): Child {
  const element = record(block.element);
  if (!element) return drawProblem('an input without element');
  const actionId = actionIdOf(element, 0);
  const error = scene.errors[blockId];
  const hint = plainText(block.hint);
  const dispatches = block.dispatch_action === true;
  const bare: Spot = { blockId, actionId, element, dispatches };
  const id = fieldId(bare, scene.id);
  const label = plainText(block.label);
  const describedBy = [hint !== '' && `${id}-hint`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  const spot: Spot = {
    ...bare,
    label,
    labelId: `${id}-label`,
    describedBy: describedBy || undefined,
    invalid: error !== undefined,
  };
  const isField = element.type === 'plain_text_input' || element.type === 'datetimepicker';
  return draw('div', { class: error === undefined ? 'block-input' : 'block-input has-error' }, [
    draw(isField ? 'label' : 'div', { class: 'input-label', id: `${id}-label`, for: isField && id }, [
      drawPlainText(block.label),
      block.optional === true && draw('span', { class: 'optional' }, ' (optional)'),
    ]),
    drawElement(spot, scene),
    hint !== '' && draw('div', { class: 'input-hint', id: `${id}-hint` }, drawPlainText(block.hint)),
    error !== undefined && draw('div', { class: 'input-error', id: `${id}-error`, role: 'alert' }, error),
  ]);
}
