import { closeMenu, openPopup, placePopup } from './menu.ts';
import type { Page } from './page-state.ts';

/** F6 and Shift+F6 go round the panes, Escape closes the thread, a click beside a menu closes it. */
export function watchKeyboard(page: Page): void {
  document.addEventListener('keydown', event => {
    if (event.key === 'F6') {
      event.preventDefault();
      goToPane(event.shiftKey ? -1 : 1);
    }
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (page.state.thread && document.activeElement?.closest('[data-pane="thread"]')) {
      page.openThread(undefined);
    }
  });
  document.addEventListener('pointerdown', event => {
    const isInside = event.target instanceof Element && event.target.closest('.menu-holder:has(.menu-popup)');
    if (page.openMenu !== undefined && !isInside) closeMenu(page);
  });
  const place = () => {
    const popup = openPopup();
    if (popup) placePopup(popup);
  };
  document.addEventListener('scroll', event => event.target !== openPopup() && place(), true);
  window.addEventListener('resize', place);
}

function goToPane(step: 1 | -1): void {
  if (document.querySelector('dialog[open]')) return;
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  const at = panes.findIndex(pane => pane.contains(document.activeElement));
  const pane = panes.at((at + step) % panes.length);
  const first = pane?.querySelector<HTMLElement>('textarea, [aria-current]');
  (first ?? pane)?.focus();
}
