import type { PracticeView, Workspace } from '../workspace.ts';
import { invalidArguments, isRefusal, missingArgument, refusal } from './answer.ts';
import { given, textOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import type { ApiMethod, MethodAnswer, MethodCall, MethodError } from './method.ts';
import { checkedView, openModal, pushModal, replaceView, viewObject } from './view-stack.ts';

/** What a view needs of scopes: none. */
const FREE = { scopes: [], token: 'bot', limit: TIER.four } as const;

/** views.open. */
export const open: ApiMethod = {
  ...FREE,
  name: 'views.open',
  run: (call, workspace) => withTrigger(call, workspace, (user, view) => openModal(workspace, user, view)),
};

/** views.push. */
export const push: ApiMethod = {
  ...FREE,
  name: 'views.push',
  run: (call, workspace) => withTrigger(call, workspace, (user, view) => pushModal(workspace, user, view)),
};

/** views.update, of a modal or an App Home, by `view_id` or `external_id`. */
export const update: ApiMethod = {
  ...FREE,
  name: 'views.update',
  run(call, workspace) {
    const place = placeOf(call, workspace);
    if (isRefusal(place)) return place;
    const view = viewArgument(call, workspace, place.type, place.id);
    if (isRefusal(view)) return view;
    if (stale(call, place)) return refusal('hash_conflict');
    return shown(workspace, replaceView(workspace, place, view));
  },
};

/** views.publish: the App Home of one person. */
export const publish: ApiMethod = {
  ...FREE,
  name: 'views.publish',
  run(call, workspace) {
    const user = textOf(call.args, 'user_id');
    if (user === undefined) return missingArgument('user_id');
    if (!workspace.users.has(user)) return invalidArguments('invalid `user_id` [json-pointer:/user_id]');
    const old = workspace.homes.get(user);
    const view = viewArgument(call, workspace, 'home', old?.id);
    if (isRefusal(view)) return view;
    if (!workspace.app.homeTab) return refusal('not_enabled');
    if (old !== undefined && stale(call, old)) return refusal('hash_conflict');
    const place = old ?? { id: workspace.nextId('V'), hash: '', user, type: 'home', view };
    workspace.homes.set(user, place);
    return shown(workspace, replaceView(workspace, place, view));
  },
};

function shown(workspace: Workspace, place: PracticeView): MethodAnswer {
  return { ok: true, view: viewObject(workspace, place) };
}

/** The `hash` argument is for an older state than the one shown. */
function stale(call: MethodCall, place: PracticeView): boolean {
  const hash = textOf(call.args, 'hash');
  return hash !== undefined && hash !== place.hash;
}

function viewArgument(
  call: MethodCall,
  workspace: Workspace,
  type: PracticeView['type'],
  replacing?: string,
): PracticeView['view'] | MethodError {
  if (!given(call.args, 'view')) return missingArgument('view');
  return checkedView(call.args.view, type, workspace, replacing);
}

/** The trigger is used up only by a call whose view is good. */
function withTrigger(
  call: MethodCall,
  workspace: Workspace,
  show: (user: string, view: PracticeView['view']) => PracticeView | MethodError,
): MethodAnswer {
  const view = viewArgument(call, workspace, 'modal');
  if (isRefusal(view)) return view;
  const id = textOf(call.args, 'trigger_id');
  if (id === undefined) return missingArgument('trigger_id');
  const trigger = workspace.triggers.get(id);
  if (trigger === undefined) return refusal('invalid_trigger_id');
  if (trigger.exchanged) return refusal('exchanged_trigger_id');
  if (workspace.nowMs() > trigger.expiresAtMs) return refusal('expired_trigger_id');
  workspace.triggers.set(id, { ...trigger, exchanged: true });
  const place = show(trigger.user, view);
  return isRefusal(place) ? place : shown(workspace, place);
}

function placeOf(call: MethodCall, workspace: Workspace): PracticeView | MethodError {
  const id = textOf(call.args, 'view_id');
  const externalId = textOf(call.args, 'external_id');
  if (id !== undefined && externalId !== undefined)
    return invalidArguments('Cannot provide both `view_id` and `external_id`');
  if (id === undefined && externalId === undefined) return missingArgument('view_id');
  const places = [...workspace.modals.values(), ...workspace.homes.values()];
  const place = places.find(({ id: own, view }) =>
    id === undefined ? view.external_id === externalId : own === id,
  );
  return place ?? refusal('not_found');
}
