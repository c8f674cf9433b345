import type { Drawn, Listeners } from './drawing.ts';

const SVG = 'http://www.w3.org/2000/svg';
const drawnAs = new WeakMap<Node, Drawn>();
const listening = new WeakMap<Node, Set<string>>();

/**
 * Makes the children of `parent` look like `wanted` and touches nothing that looks so already: focus, typed
 * text, selections and scroll positions stay. Texts become text nodes, never markup.
 */
export function patch(parent: Element, wanted: readonly (Drawn | string)[]): void {
  const appeared: (() => void)[] = [];
  patchChildren(parent, wanted, appeared);
  for (const tell of appeared) tell();
}

function patchChildren(parent: Element, wanted: readonly (Drawn | string)[], appeared: (() => void)[]): void {
  const found = matches(parent, wanted);
  const staying = new Set(found);
  for (const node of [...parent.childNodes]) if (!staying.has(node)) remove(node);
  wanted.forEach((drawn, index) => {
    const node = found[index] ?? created(drawn, appeared);
    const atPlace = parent.childNodes[index];
    // Moving an element blurs it, even to where it is already.
    if (atPlace !== node) parent.insertBefore(node, atPlace ?? null);
    if (typeof drawn === 'string') {
      if (node.nodeValue !== drawn) node.nodeValue = drawn;
    } else update(node as Element, drawn, appeared);
  });
}

/** For each wanted child the node that shows it now, if any: by key, or unkeyed ones by kind and order. */
function matches(parent: Element, wanted: readonly (Drawn | string)[]): (ChildNode | undefined)[] {
  const nodes = Map.groupBy(parent.childNodes, node => kindOf(drawnAs.get(node) ?? ''));
  return wanted.map(drawn => nodes.get(kindOf(drawn))?.shift());
}

function kindOf(drawn: Drawn | string): string {
  return typeof drawn === 'string' ? '#text' : `${drawn.tag} ${drawn.key ?? ''}`;
}

function created(drawn: Drawn | string, appeared: (() => void)[]): ChildNode {
  if (typeof drawn === 'string') return document.createTextNode(drawn);
  const isSvg = drawn.tag === 'svg' || drawn.tag === 'path';
  const element = isSvg ? document.createElementNS(SVG, drawn.tag) : document.createElement(drawn.tag);
  if (drawn.start?.value !== undefined) (element as HTMLInputElement).value = drawn.start.value;
  if (drawn.start?.checked) (element as HTMLInputElement).checked = true;
  if (drawn.mounted) appeared.push(() => drawn.mounted?.(element as HTMLElement));
  return element;
}

function update(element: Element, drawn: Drawn, appeared: (() => void)[]): void {
  const before = drawnAs.get(element);
  if (before === drawn) return;
  drawnAs.set(element, drawn);
  for (const name of Object.keys(before?.attributes ?? {})) {
    if (!(name in drawn.attributes)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(drawn.attributes)) {
    if (before?.attributes[name] !== value) element.setAttribute(name, value);
  }
  if (drawn.tint !== undefined) (element as HTMLElement).style.setProperty('--tint', drawn.tint);
  for (const type of Object.keys(drawn.on)) listen(element, type as keyof Listeners);
  patchChildren(element, drawn.children, appeared);
}

/** One listener for the life of the element, which calls what was drawn last. */
function listen(element: Element, type: keyof Listeners): void {
  const types = listening.get(element) ?? new Set();
  if (types.has(type)) return;
  listening.set(element, types.add(type));
  element.addEventListener(type, event => {
    (drawnAs.get(element)?.on[type] as ((event: Event) => void) | undefined)?.(event);
  });
}

function remove(node: ChildNode): void {
  // A dialog gives focus back to where it was opened from only when it is closed, not when it is removed.
  for (const dialog of node instanceof Element ? [node, ...node.querySelectorAll('dialog')] : []) {
    if (dialog instanceof HTMLDialogElement && dialog.open) dialog.close();
  }
  node.remove();
}
