import type { Workspace } from '../workspace.ts';
import { missingScope, refusal } from './answer.ts';
import { authTest, connectionsOpen } from './apps.ts';
import { textOf } from './arguments.ts';
import { blocksValidate } from './blocks-validate.ts';
import type { CallLimiter } from './call-limiter.ts';
import { getPermalink, remove, update as updateMessage } from './chat-change.ts';
import { postEphemeral, postMessage } from './chat-post.ts';
import { conversationsInfo, conversationsMembers } from './conversations.ts';
import { completeUpload, getUploadUrl } from './files.ts';
import type { ApiMethod, MethodAnswer, MethodCall } from './method.ts';
import { userGroupsList, userGroupUsers, usersInfo, usersList } from './users.ts';
import { open, publish, push, update as updateView } from './views.ts';

/** Every method of the Web API that the practice Slack knows, by its name. */
export const METHODS: ReadonlyMap<string, ApiMethod> = new Map(
  [
    authTest,
    connectionsOpen,
    postMessage,
    postEphemeral,
    updateMessage,
    remove,
    getPermalink,
    getUploadUrl,
    completeUpload,
    open,
    push,
    updateView,
    publish,
    usersInfo,
    usersList,
    userGroupsList,
    userGroupUsers,
    conversationsInfo,
    conversationsMembers,
    blocksValidate,
  ].map(method => [method.name, method]),
);

/**
 * Calls a method as Slack does: known, the right kind of token, not too often, with a scope. Over the limit the
 * answer is `ratelimited` with `retry_after` in seconds, which HTTP says as 429 and `Retry-After`.
 */
export function callMethod(
  name: string,
  call: MethodCall,
  workspace: Workspace,
  limiter: CallLimiter,
): MethodAnswer {
  const method = METHODS.get(name);
  if (method === undefined) return refusal('unknown_method', { req_method: name });
  if (method.token !== 'any' && method.token !== call.token) return refusal('not_allowed_token_type');
  const channel = textOf(call.args, 'channel');
  const known = channel !== undefined && workspace.channels.has(channel) ? channel : undefined;
  const waitSeconds = limiter.take(method, known);
  if (waitSeconds !== undefined) return refusal('ratelimited', { retry_after: waitSeconds });
  const { scopes } = workspace.app;
  if (method.scopes.length > 0 && !method.scopes.some(scope => scopes.has(scope)))
    return missingScope(method.scopes, scopes);
  return method.run(call, workspace);
}
