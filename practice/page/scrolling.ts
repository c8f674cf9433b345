/** Closer to the end than this counts as at the end. */
const NEAR_PX = 40;

/** Keeps lists at their newest message as long as nobody scrolled away from it. */
export function followNewest(away: ReadonlySet<string>): void {
  for (const list of document.querySelectorAll<HTMLElement>('[data-scroll]')) {
    if (!away.has(list.dataset.scroll ?? '')) list.scrollTop = list.scrollHeight;
  }
}

/** Watches where people scroll; `changed` when a pane left its end or came back to it. */
export function watchScrolling(away: Set<string>, changed: () => void): void {
  document.addEventListener(
    'scroll',
    event => {
      const list = event.target;
      if (!(list instanceof HTMLElement) || list.dataset.scroll === undefined) return;
      const pane = list.dataset.scroll;
      const isAway = list.scrollHeight - list.scrollTop - list.clientHeight > NEAR_PX;
      if (isAway === away.has(pane)) return;
      if (isAway) away.add(pane);
      else away.delete(pane);
      changed();
    },
    true,
  );
  // A picture that comes late makes its list longer.
  document.addEventListener('load', () => followNewest(away), true);
  window.addEventListener('resize', () => followNewest(away));
}
