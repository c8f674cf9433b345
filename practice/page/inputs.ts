import { type Drawn, draw } from './drawing.ts';
import { number, plainText } from './fields.ts';
import { fieldValue, stateFields } from './form-values.ts';
import type { Scene } from './scene.ts';
import type { Spot } from './spot.ts';
import { momentOf, wallClock } from './wall-clock.ts';

export function drawTextInput(spot: Spot, id: string, scene: Scene): Drawn {
  const { element } = spot;
  const value = fieldValue(element, scene.entered(spot.blockId, spot.actionId));
  const isMultiline = element.multiline === true;
  const most = number(element.max_length);
  return draw(
    isMultiline ? 'textarea' : 'input',
    {
      ...fieldAttributes(spot, id),
      type: isMultiline ? undefined : 'text',
      rows: isMultiline && '4',
      placeholder: plainText(element.placeholder) || undefined,
      maxlength: most === undefined ? undefined : String(most),
      autocomplete: 'off',
    },
    [],
    {
      start: { value: typeof value === 'string' ? value : '' },
      on: {
        input: event => {
          scene.enter(spot.blockId, spot.actionId, (event.target as HTMLInputElement).value);
        },
        keydown: event => {
          if (event.key !== 'Enter' || isMultiline || !spot.dispatches) return;
          event.preventDefault();
          const entered = (event.target as HTMLInputElement).value;
          scene.press(spot, stateFields(element, entered) ?? {});
        },
      },
    },
  );
}

/** Date and time by the clock of the acting person, as Slack asks for it. */
export function drawDateTime(spot: Spot, id: string, scene: Scene): Drawn {
  const value = fieldValue(spot.element, scene.entered(spot.blockId, spot.actionId));
  const { tz } = scene.reader;
  return draw('span', { class: 'datetime' }, [
    draw('input', { ...fieldAttributes(spot, id), type: 'datetime-local' }, [], {
      start: { value: typeof value === 'number' ? wallClock(value * 1000, tz) : '' },
      on: {
        change: event => {
          const atMs = momentOf((event.target as HTMLInputElement).value, tz);
          const seconds = atMs === undefined ? null : atMs / 1000;
          scene.enter(spot.blockId, spot.actionId, seconds);
          if (spot.dispatches) {
            scene.press(spot, stateFields(spot.element, seconds) ?? {});
          }
        },
      },
    }),
    draw('span', { class: 'zone' }, tz),
  ]);
}

function fieldAttributes(spot: Spot, id: string) {
  return {
    id,
    class: 'field',
    'aria-label': spot.labelId === undefined ? (spot.label ?? 'Value') : undefined,
    'aria-describedby': spot.describedBy,
    'aria-invalid': spot.invalid ? 'true' : undefined,
  };
}
