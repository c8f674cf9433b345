/** A limit of Slack's, and the page that states it. */
export interface SlackLimit {
  readonly most: number;
  readonly source: string;
}

const BLOCKS = 'https://docs.slack.dev/reference/block-kit/blocks';
const ELEMENTS = 'https://docs.slack.dev/reference/block-kit/block-elements';
const OBJECTS = 'https://docs.slack.dev/reference/block-kit/composition-objects';
const MODAL = 'https://docs.slack.dev/reference/views/modal-views';

/** Every limit that a message or view of ours has to keep: characters (UTF-16 units) or items. */
export const LIMITS = {
  /**
   * Characters of all blocks of a message as JSON. Slack refuses near 13,200 with `msg_blocks_too_long`; the
   * limit is documented nowhere, so we stay well below what was reported.
   */
  messageBlocksJson: { most: 12_000, source: 'https://github.com/slackapi/bolt-js/issues/2509' },
  messageBlocks: { most: 50, source: BLOCKS },
  /** chat.update refuses a longer text with `msg_too_long`. */
  messageText: { most: 4_000, source: 'https://docs.slack.dev/reference/methods/chat.update' },
  viewBlocks: { most: 100, source: MODAL },
  /** 250 kB, here as characters of JSON, of which each may be three bytes. */
  viewJson: { most: 80_000, source: 'https://docs.slack.dev/reference/methods/views.open' },
  viewTitle: { most: 24, source: MODAL },
  viewSubmit: { most: 24, source: MODAL },
  viewClose: { most: 24, source: MODAL },
  privateMetadata: { most: 3_000, source: MODAL },
  callbackId: { most: 255, source: MODAL },
  blockId: { most: 255, source: BLOCKS },
  actionId: { most: 255, source: `${ELEMENTS}/button-element` },
  textObject: { most: 3_000, source: `${OBJECTS}/text-object` },
  headerText: { most: 150, source: `${BLOCKS}/header-block` },
  sectionFields: { most: 10, source: `${BLOCKS}/section-block` },
  sectionField: { most: 2_000, source: `${BLOCKS}/section-block` },
  contextElements: { most: 10, source: `${BLOCKS}/context-block` },
  actionsElements: { most: 25, source: `${BLOCKS}/actions-block` },
  imageAltText: { most: 2_000, source: `${BLOCKS}/image-block` },
  inputLabel: { most: 2_000, source: `${BLOCKS}/input-block` },
  inputHint: { most: 2_000, source: `${BLOCKS}/input-block` },
  /** The heading counts as a row. */
  tableRows: { most: 100, source: `${BLOCKS}/table-block` },
  tableColumns: { most: 20, source: `${BLOCKS}/table-block` },
  tableCharacters: { most: 10_000, source: `${BLOCKS}/table-block` },
  tablesPerMessage: { most: 1, source: `${BLOCKS}/table-block` },
  buttonText: { most: 75, source: `${ELEMENTS}/button-element` },
  buttonLabel: { most: 75, source: `${ELEMENTS}/button-element` },
  buttonValue: { most: 2_000, source: `${ELEMENTS}/button-element` },
  selectOptions: { most: 100, source: `${ELEMENTS}/select-menu-element` },
  checkboxOptions: { most: 10, source: `${ELEMENTS}/checkboxes-element` },
  overflowOptions: { most: 5, source: `${ELEMENTS}/overflow-menu-element` },
  placeholder: { most: 150, source: `${ELEMENTS}/select-menu-element` },
  optionText: { most: 75, source: `${OBJECTS}/option-object` },
  optionDescription: { most: 75, source: `${OBJECTS}/option-object` },
  optionValue: { most: 150, source: `${OBJECTS}/option-object` },
  typedText: { most: 3_000, source: `${ELEMENTS}/plain-text-input-element` },
} as const satisfies Record<string, SlackLimit>;

/** Cuts a text, never through a character, with `…` in place of what is left out. */
export function clamp(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, most - 1));
  const last = kept.charCodeAt(kept.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? kept.slice(0, -1) : kept}…`;
}

/** The first items, and how many were left out. */
export function firstOf<T>(items: readonly T[], most: number): { shown: readonly T[]; more: number } {
  return { shown: items.slice(0, most), more: Math.max(0, items.length - most) };
}

/** `… and 12 more`, or `… and 12 more lines`; empty when there is no more. */
export function moreWords(more: number, what = ''): string {
  return more > 0 ? `… and ${more} more${what === '' ? '' : ` ${what}`}` : '';
}

/** How much of a message's budget blocks take. */
export function jsonCharacters(blocks: readonly unknown[]): number {
  return JSON.stringify(blocks).length;
}

/** True when the blocks fit into one message. */
export function fitsMessage(blocks: readonly unknown[]): boolean {
  return (
    blocks.length <= LIMITS.messageBlocks.most && jsonCharacters(blocks) <= LIMITS.messageBlocksJson.most
  );
}

/** Shares of a text's length to try, the first that fits wins. */
const SCALES = [1, 0.6, 0.35, 0.2, 0.1] as const;

/**
 * Builds blocks so that they fit into one message: as long as they do not, they are built again with shorter
 * texts. `scale` is the share of a text's usual length.
 */
export function fitted<T>(build: (scale: number) => readonly T[]): readonly T[] {
  let blocks = build(SCALES[0]);
  for (const scale of SCALES.slice(1)) {
    if (fitsMessage(blocks)) return blocks;
    blocks = build(scale);
  }
  return blocks;
}

/** Blocks that stay together. */
export type BlockGroup<T> = readonly T[];

/**
 * Shares groups of blocks out over messages, in order, each message within the limits. A group that is too
 * large for a message of its own is a fault of whoever made it and stays alone.
 */
export function packed<T>(groups: readonly BlockGroup<T>[]): T[][] {
  const messages: T[][] = [];
  for (const group of groups) {
    if (group.length === 0) continue;
    const last = messages.at(-1);
    const together = [...(last ?? []), ...group];
    if (last !== undefined && fitsMessage(together) && tablesIn(together) <= LIMITS.tablesPerMessage.most)
      last.push(...group);
    else messages.push([...group]);
  }
  return messages;
}

function tablesIn(blocks: readonly unknown[]): number {
  return blocks.filter(block => (block as { type?: unknown }).type === 'table').length;
}
