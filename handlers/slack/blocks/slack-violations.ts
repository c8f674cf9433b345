import type { Message } from '../../../src/workflows/message.ts';
import { elementProblems } from './element-violations.ts';
import {
  atMost,
  count,
  each,
  type Fields,
  fieldsOf,
  listOf,
  optional,
  plainText,
  type Report,
  textProblems,
} from './limit-checks.ts';
import { jsonCharacters, LIMITS, type SlackLimit } from './slack-limits.ts';

type Surface = 'message' | 'view';

/** Anything that is sent: a message, a modal or an App Home. */
export type Sent = Message | object;

/**
 * Why Slack would refuse something: every broken limit and every block, element or field that we do not use.
 * Empty for what may be sent.
 */
export function violationsOf(sent: Sent): readonly string[] {
  const problems: string[] = [];
  const report: Report = (pointer, problem) => problems.push(`${pointer}: ${problem}`);
  const fields = sent as Fields;
  const surface: Surface = 'type' in fields ? 'view' : 'message';
  if (surface === 'view') viewProblems(fields, report);
  else messageProblems(fields, report);
  const blocks = listOf(fields.blocks);
  blocks.forEach((block, index) => {
    blockProblems(block, `/blocks/${index}`, surface, report);
  });
  uniqueness(blocks, report);
  if (!JSON.stringify(sent).isWellFormed() || /\\ud[89a-f][0-9a-f]{2}/i.test(JSON.stringify(sent)))
    report('', 'a text holds half a character');
  return problems;
}

function messageProblems({ text, blocks }: Fields, report: Report): void {
  atMost(text, LIMITS.messageText, '/text', report);
  if (typeof text !== 'string' || text.trim() === '') report('/text', 'empty');
  count(blocks, LIMITS.messageBlocks, '/blocks', report);
  const characters = jsonCharacters(listOf(blocks));
  if (characters > LIMITS.messageBlocksJson.most) report('/blocks', `${characters} characters of JSON`);
  const tables = listOf(blocks).filter(block => block.type === 'table').length;
  if (tables > LIMITS.tablesPerMessage.most) report('/blocks', `${tables} tables`);
}

function viewProblems(view: Fields, report: Report): void {
  count(view.blocks, LIMITS.viewBlocks, '/blocks', report);
  if (JSON.stringify(view).length > LIMITS.viewJson.most) report('', 'too large a view');
  if (view.type !== 'modal' && view.type !== 'home') report('/type', `unknown: ${String(view.type)}`);
  optional(view.private_metadata, value =>
    atMost(value, LIMITS.privateMetadata, '/private_metadata', report),
  );
  optional(view.callback_id, value => atMost(value, LIMITS.callbackId, '/callback_id', report));
  if (view.type === 'home') return;
  plainText(view.title, LIMITS.viewTitle, '/title', report);
  optional(view.close, value => plainText(value, LIMITS.viewClose, '/close', report));
  optional(view.submit, value => plainText(value, LIMITS.viewSubmit, '/submit', report));
  const asks = listOf(view.blocks).some(block => block.type === 'input');
  if (asks && view.submit === undefined) report('/submit', 'missing, and there is an input');
}

type Check = (block: Fields, at: string, report: Report) => void;

/** Every kind of block that we send, and what Slack wants of it. */
const BLOCKS: Readonly<Record<string, Check>> = {
  header: (block, at, report) => plainText(block.text, LIMITS.headerText, `${at}/text`, report),
  divider: () => {},
  section: sectionProblems,
  context: (block, at, report) => {
    count(block.elements, LIMITS.contextElements, `${at}/elements`, report);
    each(block.elements, `${at}/elements`, (text, place) => anyText(text, LIMITS.textObject, place, report));
  },
  actions: (block, at, report) => {
    count(block.elements, LIMITS.actionsElements, `${at}/elements`, report);
    each(block.elements, `${at}/elements`, (element, place) => elementProblems(element, place, report));
  },
  image: (block, at, report) => atMost(block.alt_text, LIMITS.imageAltText, `${at}/alt_text`, report),
  input: (block, at, report) => {
    plainText(block.label, LIMITS.inputLabel, `${at}/label`, report);
    optional(block.hint, value => plainText(value, LIMITS.inputHint, `${at}/hint`, report));
    elementProblems(fieldsOf(block.element), `${at}/element`, report);
  },
  rich_text: richProblems,
  table: tableProblems,
};
/** Blocks that Slack takes on one surface only. */
const NOWHERE_ELSE: Readonly<Record<string, Surface>> = { input: 'view', table: 'message' };

function blockProblems(block: Fields, at: string, surface: Surface, report: Report): void {
  optional(block.block_id, value => atMost(value, LIMITS.blockId, `${at}/block_id`, report));
  const type = String(block.type);
  const check = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  if (check === undefined) report(`${at}/type`, `unknown: ${type}`);
  else check(block, at, report);
  const only = NOWHERE_ELSE[type] ?? surface;
  if (only !== surface) report(`${at}/type`, `no ${type} in a ${surface}`);
}

function sectionProblems(block: Fields, at: string, report: Report): void {
  if (block.text === undefined && block.fields === undefined) report(at, 'neither text nor fields');
  optional(block.text, value => anyText(value, LIMITS.textObject, `${at}/text`, report));
  optional(block.fields, value => {
    count(value, LIMITS.sectionFields, `${at}/fields`, report);
    each(value, `${at}/fields`, (field, place) => anyText(field, LIMITS.sectionField, place, report));
  });
  optional(block.accessory, value => elementProblems(fieldsOf(value), `${at}/accessory`, report));
}

const RICH_PARTS = new Set([
  'rich_text_section',
  'rich_text_list',
  'rich_text_preformatted',
  'rich_text_quote',
]);

function richProblems(block: Fields, at: string, report: Report): void {
  if (listOf(block.elements).length === 0) report(`${at}/elements`, 'empty');
  each(block.elements, `${at}/elements`, (part, place) => {
    if (!RICH_PARTS.has(String(part.type))) report(`${place}/type`, `unknown: ${String(part.type)}`);
    if (listOf(part.elements).length === 0) report(`${place}/elements`, 'empty');
    if (part.type === 'rich_text_list') richProblems(part, place, report);
    else each(part.elements, `${place}/elements`, (leaf, where) => leafProblems(leaf, where, report));
  });
}

const LEAVES = new Set(['text', 'date', 'user', 'channel', 'usergroup', 'link', 'emoji', 'broadcast']);

function leafProblems(leaf: Fields, at: string, report: Report): void {
  const type = String(leaf.type);
  if (!LEAVES.has(type)) report(`${at}/type`, `unknown: ${type}`);
  if (type === 'text' && (typeof leaf.text !== 'string' || leaf.text === '')) report(`${at}/text`, 'empty');
  if (type === 'date' && !Number.isSafeInteger(leaf.timestamp))
    report(`${at}/timestamp`, 'not whole seconds');
}

function tableProblems(block: Fields, at: string, report: Report): void {
  count(block.rows, LIMITS.tableRows, `${at}/rows`, report);
  let characters = 0;
  const rows = Array.isArray(block.rows) ? (block.rows as unknown[]) : [];
  rows.forEach((row, index) => {
    const place = `${at}/rows/${index}`;
    count(row, LIMITS.tableColumns, place, report);
    each(row, place, (cell, where) => {
      if (cell.type === 'rich_text') richProblems(cell, where, report);
      else if (cell.type !== 'raw_text' || typeof cell.text !== 'string' || cell.text === '')
        report(where, 'neither text nor rich text');
      characters += cell.type === 'raw_text' ? String(cell.text).length : JSON.stringify(cell).length;
    });
  });
  if (characters > LIMITS.tableCharacters.most) report(at, `${characters} characters in cells`);
}

function uniqueness(blocks: readonly Fields[], report: Report): void {
  const ids = blocks.map(block => block.block_id).filter(id => id !== undefined);
  if (new Set(ids).size < ids.length) report('/blocks', 'a block_id twice');
  blocks.forEach((block, index) => {
    const actionIds = listOf(block.elements)
      .map(element => element.action_id)
      .filter(id => id !== undefined);
    if (new Set(actionIds).size < actionIds.length) report(`/blocks/${index}`, 'an action_id twice');
  });
}

function anyText(text: unknown, limit: SlackLimit, at: string, report: Report): void {
  const { type } = fieldsOf(text);
  if (type === 'mrkdwn') textProblems(fieldsOf(text), limit, at, report);
  else plainText(text, limit, at, report);
}
