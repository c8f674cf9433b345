import type { Reader } from './date-text.ts';
import type { Child, Drawn } from './drawing.ts';
import type { FieldValue } from './form-values.ts';
import type { Menu } from './menu.ts';
import type { Spot } from './spot.ts';

/** A picture to be shown large. */
export interface Picture {
  readonly url: string;
  readonly title: string;
  readonly altText: string;
}

/** Where blocks are shown, to whom, and what happens when somebody uses them. */
export interface Scene {
  /** Unique on the page: `message C1 1700000000.000100`, `view V1`. */
  readonly id: string;
  readonly reader: Reader;
  readonly me: string;
  /** By block id: what is wrong with an input. */
  readonly errors: Readonly<Record<string, string>>;
  userName(id: string): string | undefined;
  channelName(id: string): string | undefined;
  /** What the person has entered, `undefined` while they have not touched it. */
  entered(blockId: string, actionId: string): FieldValue | undefined;
  enter(blockId: string, actionId: string, value: FieldValue): void;
  /** Sends the press, after the confirm dialog where the element has one. */
  press(spot: Spot, value: Readonly<Record<string, unknown>>): void;
  openPicture(picture: Picture): void;
  menu(menu: Menu, face: Child): Drawn;
}
