import { LIMITS } from '../blocks/limits.ts';
import type { Problem } from '../blocks/problem.ts';
import { validateBlocks } from '../blocks/validation.ts';
import type { PracticeBlock, Workspace } from '../workspace.ts';
import { invalidArguments, invalidBlocks, refusal } from './answer.ts';
import { given, textOf } from './arguments.ts';
import { withGeneratedIds } from './generated-ids.ts';
import type { MethodCall, MethodError } from './method.ts';

/** What a call wants shown; an absent field was not among the arguments. */
export interface MessageContent {
  readonly text?: string;
  readonly blocks?: readonly PracticeBlock[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: object };
}

/** Arguments that Slack takes and the practice Slack cannot show. */
const NOT_PRACTISED = ['attachments', 'markdown_text', 'file_ids'];

/** The text, blocks and metadata of a call, checked; `longestText` in characters. */
export function contentOf(
  call: MethodCall,
  workspace: Workspace,
  longestText: number,
): MessageContent | MethodError {
  const { args } = call;
  const unknown = NOT_PRACTISED.filter(name => given(args, name));
  if (unknown.length > 0)
    return invalidArguments(...unknown.map(name => `the practice Slack does not know \`${name}\``));
  const text = textOf(args, 'text');
  if (text !== undefined && text.length > longestText) return refusal('msg_too_long');
  const blocks = blocksOf(call, workspace);
  if (blocks !== undefined && 'ok' in blocks) return blocks;
  const metadata = metadataOf(args.metadata);
  if (metadata !== undefined && 'ok' in metadata) return metadata;
  return {
    ...(text === undefined ? {} : { text }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** The checked blocks of a call, with ids; undefined when there are none. */
export function blocksOf(
  call: MethodCall,
  workspace: Workspace,
): readonly PracticeBlock[] | MethodError | undefined {
  const blocks = call.args.blocks;
  if (blocks === undefined || blocks === null) return undefined;
  if (!Array.isArray(blocks)) return refusal('invalid_blocks_format');
  const problems = validateBlocks('message', blocks);
  if (problems.length > 0) return invalidBlocks(problems);
  const files = fileProblems(blocks, workspace);
  if (files.length > 0) return invalidBlocks(files);
  if (JSON.stringify(blocks).length > LIMITS.messageBlocksJson) return refusal('msg_blocks_too_long');
  return withGeneratedIds(blocks, workspace);
}

/** Images may show only files whose upload is complete. */
function fileProblems(blocks: readonly PracticeBlock[], workspace: Workspace): Problem[] {
  return blocks.flatMap((block, at) => {
    const id = slackFile(block) ?? slackFile(block.accessory);
    const file = id === undefined ? undefined : workspace.files.get(id);
    if (id === undefined || (file?.complete && file.mimetype.startsWith('image/'))) return [];
    return [{ pointer: `/blocks/${at}`, message: 'invalid slack file', constraint: { type: 'slack_file' } }];
  });
}

function slackFile(holder: unknown): string | undefined {
  if (typeof holder !== 'object' || holder === null || !('slack_file' in holder)) return undefined;
  const file = holder.slack_file;
  const named = typeof file === 'object' && file !== null && 'id' in file;
  return named && typeof file.id === 'string' ? file.id : undefined;
}

function metadataOf(metadata: unknown): MessageContent['metadata'] | MethodError {
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== 'object' || !('event_type' in metadata) || !('event_payload' in metadata))
    return refusal('invalid_metadata_format');
  const { event_type, event_payload } = metadata;
  if (typeof event_type !== 'string' || typeof event_payload !== 'object' || event_payload === null)
    return refusal('invalid_metadata_schema');
  return { event_type, event_payload };
}
