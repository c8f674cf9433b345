/** Closer than this counts as there. */
const NEAR_PX = 40;
/** Left above a message that is taller than its pane. */
const MARGIN_PX = 8;

/** Where a list was left: its newest message, the place for it, and the end as it was then. */
interface Left {
  readonly newest: string | undefined;
  readonly placedAt: number;
  readonly endedAt: number;
}
const leftAt = new WeakMap<HTMLElement, Left>();

/** Keeps lists at their newest message as long as nobody reads something else. */
export function followNewest(away: ReadonlySet<string>): void {
  for (const list of document.querySelectorAll<HTMLElement>('[data-scroll]')) {
    const newest = newestOf(list)?.dataset.ts;
    const placedAt = startOfNewest(list);
    const before = leftAt.get(list);
    const isAway = away.has(list.dataset.scroll ?? '');
    // In the middle of a tall message somebody reads: neither an edit nor the next message calls them away.
    const isThere = (at: number) => Math.abs(list.scrollTop - at) <= NEAR_PX;
    const isFree = before === undefined || isThere(before.placedAt) || isThere(before.endedAt);
    const isNew = before?.newest !== newest;
    if (!isAway && (isNew ? isFree : list.scrollTop < placedAt)) list.scrollTop = placedAt;
    leftAt.set(list, { newest, placedAt, endedAt: list.scrollHeight - list.clientHeight });
  }
}

/** Shows the end of a pane, however tall its newest message is. */
export function jumpToEnd(pane: string): void {
  const list = document.querySelector<HTMLElement>(`[data-scroll="${pane}"]`);
  if (list) list.scrollTop = list.scrollHeight;
}

/**
 * Where the newest message is seen whole, or from its beginning when it is taller than the pane: a verdict must
 * not push its first line out of sight.
 */
function startOfNewest(list: HTMLElement): number {
  const end = list.scrollHeight - list.clientHeight;
  const newest = newestOf(list);
  if (!newest) return end;
  const top = newest.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
  return Math.min(end, Math.max(0, Math.floor(top - MARGIN_PX)));
}

function newestOf(list: HTMLElement): HTMLElement | undefined {
  return [...list.querySelectorAll<HTMLElement>('article[data-ts]')].at(-1);
}

/** Watches where people scroll; `changed` when a pane left its newest message or came back to it. */
export function watchScrolling(away: Set<string>, changed: () => void): void {
  document.addEventListener(
    'scroll',
    event => {
      const list = event.target;
      if (!(list instanceof HTMLElement) || list.dataset.scroll === undefined) return;
      const pane = list.dataset.scroll;
      const isAway = startOfNewest(list) - list.scrollTop > NEAR_PX;
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
