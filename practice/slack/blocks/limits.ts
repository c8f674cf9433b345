/**
 * Block Kit's limits in one table. Source, unless a line names another: the page of the block or element
 * under docs.slack.dev/reference/block-kit. Lengths are UTF-16 units.
 */
export const LIMITS = {
  /** docs.slack.dev/reference/block-kit/blocks: "up to 50 blocks in each message, 100 in modals or Home tabs". */
  messageBlocks: 50,
  viewBlocks: 100,
  /**
   * The whole `blocks` as JSON. Not documented: reports of `msg_blocks_too_long` begin near 13,200 characters
   * (slackapi/bolt-js 2509).
   */
  messageBlocksJson: 13_200,
  /** docs.slack.dev/reference/methods/chat.postMessage: texts above are cut; here they are refused. */
  messageText: 40_000,
  /** docs.slack.dev/reference/methods/chat.update: `msg_too_long` above. */
  updatedText: 4_000,
  blockId: 255,
  actionId: 255,
  /** docs.slack.dev/reference/views, down to the bytes of a view that views.open names as `view_too_large`. */
  callbackId: 255,
  externalId: 255,
  privateMetadata: 3_000,
  viewTitle: 24,
  viewClose: 24,
  viewSubmit: 24,
  viewBytes: 250_000,
  sectionText: 3_000,
  sectionFields: 10,
  sectionField: 2_000,
  headerText: 150,
  actionsElements: 25,
  contextElements: 10,
  contextText: 3_000,
  imageUrl: 3_000,
  imageAlt: 2_000,
  imageTitle: 2_000,
  inputLabel: 2_000,
  inputHint: 2_000,
  buttonText: 75,
  buttonValue: 2_000,
  buttonUrl: 3_000,
  buttonAccessibilityLabel: 75,
  optionText: 75,
  optionDescription: 75,
  optionValue: 150,
  optionUrl: 3_000,
  overflowOptions: 5,
  selectOptions: 100,
  selectGroups: 100,
  groupLabel: 75,
  choiceOptions: 10,
  placeholder: 150,
  typedText: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  listIndent: 8,
  tableRows: 100,
  tableColumns: 20,
  /** All cells together; counted over the message, which may have one table. */
  tableCharacters: 10_000,
  tablesInMessage: 1,
} as const;
