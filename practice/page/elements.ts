import { type Child, type Drawn, draw } from './drawing.ts';
import { plainText, record, records, type Sent, string } from './fields.ts';
import { fieldValue, stateFields } from './form-values.ts';
import { drawPlainText, drawTextObject } from './inline-text.ts';
import { drawDateTime, drawTextInput } from './inputs.ts';
import { drawProblem } from './problem.ts';
import type { Scene } from './scene.ts';
import { fieldId, type Spot } from './spot.ts';

export function drawElement(spot: Spot, scene: Scene): Drawn {
  switch (spot.element.type) {
    case 'button':
      return drawButton(spot, scene);
    case 'overflow':
      return drawOverflow(spot, scene);
    case 'static_select':
    case 'multi_static_select':
      return drawSelect(spot, scene);
    case 'radio_buttons':
    case 'checkboxes':
      return drawChoices(spot, scene);
    case 'plain_text_input':
      return drawTextInput(spot, fieldId(spot, scene.id), scene);
    case 'datetimepicker':
      return drawDateTime(spot, fieldId(spot, scene.id), scene);
    default:
      return drawProblem(`unknown element: ${String(spot.element.type)}`);
  }
}

function drawButton(spot: Spot, scene: Scene): Drawn {
  const { element } = spot;
  const text = plainText(element.text);
  const style = element.style === 'primary' || element.style === 'danger' ? element.style : 'plain';
  if (text === '') return drawProblem('a button without text');
  return draw(
    'button',
    {
      type: 'button',
      class: `button button-${style}`,
      'aria-label': string(element.accessibility_label),
    },
    drawPlainText(element.text),
    {
      on: {
        click: () => {
          openLink(string(element.url));
          scene.press(spot, {});
        },
      },
    },
  );
}

function openLink(url: string | undefined): void {
  if (url !== undefined && /^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

function drawOverflow(spot: Spot, scene: Scene): Drawn {
  const items = records(spot.element.options).map((option, index) => ({
    key: String(index),
    label: plainText(option.text),
    pick: () => {
      openLink(string(option.url));
      scene.press(spot, { selected_option: option });
    },
  }));
  return scene.menu(
    {
      id: `${scene.id} ${spot.blockId} ${spot.actionId}`,
      label: 'More options',
      kind: 'menu',
      look: 'button button-plain button-overflow',
      items,
    },
    '⋯',
  );
}

function drawSelect(spot: Spot, scene: Scene): Drawn {
  const { element } = spot;
  const many = element.type === 'multi_static_select';
  const value = fieldValue(element, scene.entered(spot.blockId, spot.actionId));
  const chosen = Array.isArray(value) ? records(value) : records([value]);
  const isChosen = (option: Sent) => chosen.some(one => one.value === option.value);
  const choose = (option: Sent) => {
    const others = chosen.filter(one => one.value !== option.value);
    change(spot, scene, many ? (isChosen(option) ? others : [...others, option]) : option);
  };
  const itemsOf = (options: unknown, group?: string) =>
    records(options).map((option, index) => ({
      key: `${group ?? ''} ${index}`,
      label: plainText(option.text),
      ...(record(option.description) && { note: plainText(option.description) }),
      ...(group !== undefined && { group }),
      chosen: isChosen(option),
      pick: () => choose(option),
    }));
  const groups = records(element.option_groups);
  const placeholder = plainText(element.placeholder) || (many ? 'Select options' : 'Select an option');
  const shown = chosen.map(option => plainText(option.text)).join(', ');
  return scene.menu(
    {
      id: `${scene.id} ${spot.blockId} ${spot.actionId}`,
      label: `${spot.label ?? placeholder}${shown === '' ? '' : `: ${shown}`}`,
      kind: 'listbox',
      look: 'select',
      many,
      items:
        groups.length > 0
          ? groups.flatMap(group => itemsOf(group.options, plainText(group.label)))
          : itemsOf(element.options),
      describedBy: spot.describedBy,
      invalid: spot.invalid === true,
    },
    draw('span', { class: shown === '' ? 'select-face placeholder' : 'select-face' }, shown || placeholder),
  );
}

/** Checkboxes and radio buttons: native ones in a group. */
function drawChoices(spot: Spot, scene: Scene): Drawn {
  const many = spot.element.type === 'checkboxes';
  const value = fieldValue(spot.element, scene.entered(spot.blockId, spot.actionId));
  const chosen = Array.isArray(value) ? records(value) : records([value]);
  const name = fieldId(spot, scene.id);
  const drawn = records(spot.element.options).map((option, index): Child => {
    const isChosen = chosen.some(one => one.value === option.value);
    const others = chosen.filter(one => one.value !== option.value);
    return draw('label', { class: 'choice' }, [
      draw('input', { type: many ? 'checkbox' : 'radio', name, value: String(index) }, [], {
        start: { checked: isChosen },
        on: {
          change: event => {
            const isOn = (event.target as HTMLInputElement).checked;
            change(spot, scene, many ? (isOn ? [...others, option] : others) : option);
          },
        },
      }),
      draw('span', {}, [
        draw('span', {}, drawTextObject(option.text, scene)),
        record(option.description) &&
          draw('span', { class: 'choice-note' }, drawTextObject(option.description, scene)),
      ]),
    ]);
  });
  return draw(
    'div',
    {
      class: 'choices',
      role: many ? 'group' : 'radiogroup',
      'aria-labelledby': spot.labelId,
      'aria-label': spot.labelId === undefined && (many ? 'Choices' : 'Choice'),
      'aria-describedby': spot.describedBy,
    },
    drawn,
  );
}

function change(spot: Spot, scene: Scene, value: Sent | readonly Sent[]): void {
  scene.enter(spot.blockId, spot.actionId, value);
  if (spot.dispatches) scene.press(spot, stateFields(spot.element, value) ?? {});
}
