import { type Child, type Drawn, draw } from './drawing.ts';

const REACHABLE = 'button, input, textarea, select, a[href], [tabindex="0"]';

/** A dialog above the page: focus goes in, stays in, and returns when it is closed. */
export function drawDialog(
  details: {
    readonly key: string;
    readonly look: string;
    readonly label: string;
    readonly close: () => void;
  },
  inside: Child,
): Drawn {
  return draw('dialog', { class: details.look, 'aria-label': details.label, 'aria-modal': 'true' }, inside, {
    key: details.key,
    mounted: element => {
      (element as HTMLDialogElement).showModal();
      focusFirst(element);
    },
    on: {
      keydown: event => {
        if (event.key === 'Tab') keepInside(event);
        if (event.key !== 'Escape') return;
        // Left to the browser, a second Escape would close it even where the page wants to keep it.
        event.preventDefault();
        event.stopPropagation();
        details.close();
      },
      cancel: event => {
        event.preventDefault();
        details.close();
      },
    },
  });
}

/** What is wrong first, then the first field, then the first button that is not the closing one. */
export function focusFirst(dialog: Element): void {
  const first =
    dialog.querySelector<HTMLElement>('[aria-invalid], .has-error input') ??
    dialog.querySelector<HTMLElement>('.dialog-body :is(input, textarea, [role="combobox"])') ??
    dialog.querySelector<HTMLElement>('[data-first], .dialog-foot button') ??
    dialog.querySelector<HTMLElement>('button');
  first?.focus();
}

function keepInside(event: KeyboardEvent): void {
  const dialog = event.currentTarget as HTMLElement;
  const stops = [...dialog.querySelectorAll<HTMLElement>(REACHABLE)].filter(
    stop => !stop.hasAttribute('disabled') && stop.tabIndex >= 0 && stop.checkVisibility(),
  );
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && dialog.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
