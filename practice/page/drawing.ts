/** What an element shall look like: plain data, made anew at each redraw and laid over the page by `patch`. */
export interface Drawn {
  readonly tag: string;
  /** Finds the same element again among its siblings, wherever it moved. */
  readonly key?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Drawn | string)[];
  readonly on: Listeners;
  /** What a field holds when it appears; later it belongs to the person. */
  readonly start?: { readonly value?: string; readonly checked?: boolean };
  /** A CSS colour handed to the style sheet as `--tint`. */
  readonly tint?: string;
  /** Called once the element is in the page for the first time. */
  readonly mounted?: (element: HTMLElement) => void;
}

export type Listeners = {
  readonly [Type in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Type]) => void;
};

/** A list may hold what is left out by a condition. */
export type Child = Drawn | string | undefined | false | readonly Child[];

type Attributes = Readonly<Record<string, string | boolean | undefined>>;
type Extras = Partial<Pick<Drawn, 'key' | 'on' | 'start' | 'tint' | 'mounted'>>;

/** An attribute that is `true` is set empty; `false` and `undefined` leave it out. */
export function draw(
  tag: string,
  attributes: Attributes = {},
  children: Child = [],
  extras: Extras = {},
): Drawn {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) set[name] = value === true ? '' : value;
  }
  return { tag, attributes: set, children: flat(children), on: {}, ...extras };
}

function flat(children: Child): (Drawn | string)[] {
  if (children === undefined || children === false || children === '') return [];
  if (typeof children === 'string' || 'tag' in children) return [children];
  return children.flatMap(flat);
}
