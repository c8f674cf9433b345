import { isRefusal } from './api/answer.ts';
import type { MethodError } from './api/method.ts';
import { checkedView, pushModal, replaceView, stackOf } from './api/view-stack.ts';
import type { PracticeView, Workspace } from './workspace.ts';

/** What became of a submitted modal: it is dealt with, it stays open with errors, or the answer was bad. */
export type ViewAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'bad'; readonly why: string };

const DONE: ViewAnswer = { kind: 'done' };
const bad = (why: string): ViewAnswer => ({ kind: 'bad', why });

function refusedView({ error, response_metadata: more }: MethodError): ViewAnswer {
  const messages = (more as { readonly messages?: readonly string[] } | undefined)?.messages ?? [];
  return bad([error, ...messages].join(' '));
}

/** Removes a modal and those above it, or the whole stack. */
function remove(workspace: Workspace, view: PracticeView, all: boolean): void {
  const stack = stackOf(workspace, view.user);
  const from = all ? 0 : stack.findIndex(({ id }) => id === view.id);
  for (const { id } of stack.slice(from)) workspace.modals.delete(id);
  workspace.changed();
}

/** Takes a modal from the stack as its person does; true when that cleared the stack. */
export function closeView(workspace: Workspace, view: PracticeView): boolean {
  const cleared = view.view.clear_on_close === true;
  remove(workspace, view, cleared);
  return cleared;
}

/**
 * Carries out the acknowledgement of a submission: its `response_action`, or closing when there is none.
 * Source: docs.slack.dev/surfaces/modals, "Updating, pushing and closing".
 */
export function answerSubmission(workspace: Workspace, view: PracticeView, body: unknown): ViewAnswer {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  switch (answer.response_action) {
    case undefined:
    case 'clear':
      remove(workspace, view, answer.response_action === 'clear');
      return DONE;
    case 'errors':
      return errorsOf(view, answer.errors);
    case 'update':
    case 'push': {
      const updates = answer.response_action === 'update';
      const next = checkedView(answer.view, 'modal', workspace, updates ? view.id : undefined);
      if (isRefusal(next)) return refusedView(next);
      const shown = updates ? replaceView(workspace, view, next) : pushModal(workspace, view.user, next);
      return isRefusal(shown) ? refusedView(shown) : DONE;
    }
    default:
      return bad(`unknown response_action: ${String(answer.response_action)}`);
  }
}

function errorsOf(view: PracticeView, errors: unknown): ViewAnswer {
  const inputs = view.view.blocks.filter(block => block.type === 'input');
  const entries = typeof errors === 'object' && errors !== null ? Object.entries(errors) : [];
  const known = entries.every(
    ([id, text]) => typeof text === 'string' && inputs.some(b => b.block_id === id),
  );
  if (entries.length === 0 || !known) {
    return bad('response_action errors must name block_ids of input blocks, each with a text');
  }
  return { kind: 'errors', errors: Object.fromEntries(entries) };
}
