import { type Child, type Drawn, draw } from './drawing.ts';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly note?: string;
  /** Items of one group stand under its name. */
  readonly group?: string;
  readonly chosen?: boolean;
  readonly disabled?: boolean;
  readonly pick: () => void;
}

export interface Menu {
  readonly id: string;
  /** The button's name for those who do not see it. */
  readonly label: string;
  /** A menu does something, a listbox chooses. */
  readonly kind: 'menu' | 'listbox';
  readonly look: string;
  readonly items: readonly MenuItem[];
  /** Several may be chosen: it stays open. */
  readonly many?: boolean;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
}

/** Which menu is open; at most one is. */
export interface MenuHolder {
  readonly openMenu: string | undefined;
  setOpenMenu(id: string | undefined): void;
}

/** A button and, while it is open, the list under it. Arrow keys, Home, End, first letters, Enter, Escape. */
export function drawMenu(menu: Menu, face: Child, holder: MenuHolder): Drawn {
  const isOpen = holder.openMenu === menu.id;
  const isListbox = menu.kind === 'listbox';
  const popupId = encodeURIComponent(`menu ${menu.id}`);
  const open = () => holder.setOpenMenu(menu.id);
  const button = draw(
    'button',
    {
      type: 'button',
      class: menu.look,
      role: isListbox && 'combobox',
      'aria-label': menu.label,
      'aria-haspopup': menu.kind,
      'aria-expanded': String(isOpen),
      'aria-controls': isOpen && popupId,
      'aria-describedby': menu.describedBy,
      'aria-invalid': menu.invalid && 'true',
      title: isListbox ? undefined : menu.label,
    },
    face,
    {
      on: {
        click: () => holder.setOpenMenu(isOpen ? undefined : menu.id),
        keydown: event => {
          if (isOpen || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
          event.preventDefault();
          open();
        },
      },
    },
  );
  const popup = isOpen && drawPopup(menu, popupId, holder);
  return draw('span', { class: 'menu-holder' }, [button, popup]);
}

function drawPopup(menu: Menu, id: string, holder: MenuHolder): Drawn {
  const groups = Map.groupBy(menu.items, item => item.group);
  const shown = [...groups].map(([group, items]): Child => {
    const drawn = items.map(item => drawItem(menu, item, holder));
    if (group === undefined) return drawn;
    return draw('div', { role: 'group', 'aria-label': group }, [
      draw('div', { class: 'menu-group', 'aria-hidden': 'true' }, group),
      ...drawn,
    ]);
  });
  return draw(
    'div',
    {
      id,
      class: 'menu-popup',
      popover: 'manual',
      role: menu.kind,
      'aria-label': menu.label,
      'aria-multiselectable': menu.kind === 'listbox' && menu.many && 'true',
    },
    shown,
    {
      key: id,
      mounted: popup => {
        popup.showPopover();
        placePopup(popup);
        const first = popup.querySelector<HTMLElement>('[data-chosen]') ?? itemsIn(popup)[0];
        first?.focus();
      },
      on: { keydown: event => onKey(event, holder) },
    },
  );
}

function drawItem(menu: Menu, item: MenuItem, holder: MenuHolder): Drawn {
  const isListbox = menu.kind === 'listbox';
  const pick = () => {
    if (item.disabled) return;
    if (!menu.many) closeMenu(holder);
    item.pick();
  };
  return draw(
    'div',
    {
      class: 'menu-item',
      role: isListbox ? 'option' : 'menuitem',
      tabindex: '-1',
      'aria-selected': isListbox && String(item.chosen === true),
      'aria-disabled': item.disabled && 'true',
      'data-chosen': item.chosen,
    },
    [
      draw('span', { class: 'menu-label' }, item.label),
      item.note !== undefined && draw('span', { class: 'menu-note' }, item.note),
    ],
    {
      key: item.key,
      on: {
        click: pick,
        keydown: event => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          event.stopPropagation();
          pick();
        },
      },
    },
  );
}

/** Closes the open menu and puts focus back onto its button. */
export function closeMenu(holder: MenuHolder): void {
  const popup = openPopup();
  const hadFocus = popup?.contains(document.activeElement);
  const button = popup?.parentElement?.querySelector('button');
  holder.setOpenMenu(undefined);
  if (hadFocus) button?.focus();
}

export function openPopup(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.menu-popup');
}

/** Below its button where there is room, else above; never beyond the window. */
export function placePopup(popup: HTMLElement): void {
  const button = popup.parentElement?.querySelector('button')?.getBoundingClientRect();
  if (!button) return;
  const margin = 8;
  const below = window.innerHeight - button.bottom;
  const isAbove = below < popup.offsetHeight + margin && button.top > below;
  const room = (isAbove ? button.top : below) - 2 * margin;
  popup.style.maxHeight = `${Math.max(room, 80)}px`;
  popup.style.minWidth = `${button.width}px`;
  const left = Math.min(button.left, window.innerWidth - popup.offsetWidth - margin);
  popup.style.left = `${Math.max(left, margin)}px`;
  popup.style.top = `${isAbove ? button.top - popup.offsetHeight - 4 : button.bottom + 4}px`;
}

function itemsIn(popup: Element): HTMLElement[] {
  return [...popup.querySelectorAll<HTMLElement>('.menu-item')];
}

function onKey(event: KeyboardEvent, holder: MenuHolder): void {
  const popup = event.currentTarget as HTMLElement;
  const items = itemsIn(popup);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    closeMenu(holder);
  } else if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length)?.focus();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLowerCase();
    const fits = (item: HTMLElement) => item.textContent.toLowerCase().startsWith(letter);
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    after.find(fits)?.focus();
  }
}
