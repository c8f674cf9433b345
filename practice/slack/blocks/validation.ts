import { z } from 'zod';
import { messageBlock, viewBlock, viewFrame } from './block-shapes.ts';
import { LIMITS } from './limits.ts';
import { type Problem, pointerOf, problemsOf } from './problem.ts';

/** Where blocks are shown. */
export type BlockSurface = 'message' | 'modal' | 'home';

type Fields = Readonly<Record<string, unknown>>;

const messageBlocks = z.array(messageBlock).max(LIMITS.messageBlocks);
const viewBlocks = z.array(viewBlock).max(LIMITS.viewBlocks);

/** All that Slack would refuse about blocks whose own place is `at`, such as `/blocks`. Empty means accepted. */
export function validateBlocks(surface: BlockSurface, blocks: unknown, at = '/blocks'): Problem[] {
  const shaped = problemsOf(surface === 'message' ? messageBlocks : viewBlocks, blocks, at);
  const list = recordsOf(blocks);
  const over = surface === 'message' ? tableProblems(list, at) : focusProblems(list, at);
  return [...shaped, ...over, ...repeatedNames(list, at)];
}

/** All that Slack would refuse about a modal or an App Home. */
export function validateView(view: unknown, at = '/view'): Problem[] {
  const frame = problemsOf(viewFrame, view, at);
  if (!isFields(view) || !Array.isArray(view.blocks)) return frame;
  const surface = view.type === 'home' ? 'home' : 'modal';
  const blocks = validateBlocks(surface, view.blocks, `${at}/blocks`);
  const asks = recordsOf(view.blocks).some(({ value }) => value.type === 'input');
  if (surface === 'modal' && asks && view.submit === undefined)
    frame.push(rule(at, 'missing required field: submit, because there are input blocks'));
  return [...frame, ...blocks];
}

interface Placed {
  readonly value: Fields;
  readonly at: number;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function recordsOf(list: unknown): Placed[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown, at) => (isFields(value) ? [{ value, at }] : []));
}

const rule = (pointer: string, message: string): Problem => ({
  pointer,
  message,
  constraint: { type: 'rule' },
});

/** The interactive elements of one block, with their paths in it. */
function elementsOf(block: Fields): { readonly element: Fields; readonly path: readonly PropertyKey[] }[] {
  const inside = recordsOf(block.elements).map(({ value, at }) => ({
    element: value,
    path: ['elements', at],
  }));
  const alone = ['accessory', 'element'].flatMap(field => {
    const element = block[field];
    return isFields(element) ? [{ element, path: [field] }] : [];
  });
  return [...inside, ...alone];
}

function repeatedNames(blocks: readonly Placed[], at: string): Problem[] {
  const blockIds = repeated(
    blocks.map(({ value, at: index }) => ({ name: value.block_id, path: [index, 'block_id'] })),
    'block_id',
    at,
  );
  const actionIds = blocks.flatMap(({ value, at: index }) =>
    repeated(
      elementsOf(value).map(({ element, path }) => ({
        name: element.action_id,
        path: [index, ...path, 'action_id'],
      })),
      'action_id',
      at,
    ),
  );
  return [...blockIds, ...actionIds];
}

function repeated(
  names: readonly { readonly name: unknown; readonly path: readonly PropertyKey[] }[],
  field: string,
  at: string,
): Problem[] {
  const seen = new Set<string>();
  return names.flatMap(({ name, path }) => {
    if (typeof name !== 'string') return [];
    if (seen.has(name)) return [rule(pointerOf(at, path), `\`${field}\` already exists: ${name}`)];
    seen.add(name);
    return [];
  });
}

function tableProblems(blocks: readonly Placed[], at: string): Problem[] {
  const tables = blocks.filter(({ value }) => value.type === 'table');
  const many = tables
    .slice(LIMITS.tablesInMessage)
    .map(table => rule(pointerOf(at, [table.at]), 'no more than 1 table block allowed'));
  const long = tables
    .filter(({ value }) => charactersIn(value.rows) > LIMITS.tableCharacters)
    .map(table =>
      rule(
        pointerOf(at, [table.at, 'rows']),
        `must be less than ${LIMITS.tableCharacters + 1} characters in all cells`,
      ),
    );
  return [...many, ...long];
}

/** Length of all `text` strings below a value. Not recursive: what comes in may be nested at will. */
function charactersIn(value: unknown): number {
  let sum = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [field, inner] of Object.entries(next)) {
      if (field === 'text' && typeof inner === 'string') sum += inner.length;
      else open.push(inner);
    }
  }
  return sum;
}

function focusProblems(blocks: readonly Placed[], at: string): Problem[] {
  return blocks
    .flatMap(({ value, at: index }) =>
      elementsOf(value)
        .filter(({ element }) => element.focus_on_load === true)
        .map(({ path }) => pointerOf(at, [index, ...path, 'focus_on_load'])),
    )
    .slice(1)
    .map(pointer => rule(pointer, 'only one element may have `focus_on_load`'));
}
