import { LIMITS } from '../blocks/limits.ts';
import { validateView } from '../blocks/validation.ts';
import type { PracticeView, Workspace } from '../workspace.ts';
import { invalidView, refusal } from './answer.ts';
import { withGeneratedIds } from './generated-ids.ts';
import type { MethodError } from './method.ts';

type SentView = PracticeView['view'];

/** A modal may have two more above it: docs.slack.dev/surfaces/modals. */
const DEEPEST = 3;

/**
 * A view as an app sent it, checked and with ids, or Slack's refusal of it; `replacing` is the id of the view
 * that it takes the place of. Serves `response_action` too.
 */
export function checkedView(
  sent: unknown,
  type: PracticeView['type'],
  workspace: Workspace,
  replacing?: string,
): SentView | MethodError {
  const problems = validateView(sent);
  if (problems.length > 0) return invalidView(problems);
  const view = sent as SentView;
  if (view.type !== type)
    return invalidView([
      {
        pointer: '/view/type',
        message: `unsupported type: ${view.type}`,
        constraint: { type: 'enum', expected: [type], got: view.type },
      },
    ]);
  if (new TextEncoder().encode(JSON.stringify(view)).byteLength > LIMITS.viewBytes)
    return refusal('view_too_large');
  const { external_id: externalId } = view;
  const twin = [...workspace.modals.values(), ...workspace.homes.values()].some(
    other => other.id !== replacing && other.view.external_id === externalId,
  );
  if (typeof externalId === 'string' && externalId !== '' && twin) return refusal('duplicate_external_id');
  return { ...view, blocks: withGeneratedIds(view.blocks, workspace) };
}

/** A person's open modals, the lowest first. */
export function stackOf(workspace: Workspace, user: string): PracticeView[] {
  const open = [...workspace.modals.values()].filter(view => view.user === user);
  const stack: PracticeView[] = [];
  for (let below: string | undefined; ; ) {
    const next = open.find(view => view.previous === below);
    if (next === undefined) return stack;
    stack.push(next);
    below = next.id;
  }
}

/** Opens a modal for a person, in place of those they had open. */
export function openModal(workspace: Workspace, user: string, view: SentView): PracticeView {
  for (const old of stackOf(workspace, user)) workspace.modals.delete(old.id);
  return add(workspace, { user, view });
}

/** Puts a modal over a person's topmost one. */
export function pushModal(workspace: Workspace, user: string, view: SentView): PracticeView | MethodError {
  const stack = stackOf(workspace, user);
  const top = stack.at(-1);
  if (top === undefined) return refusal('not_found');
  if (stack.length >= DEEPEST) return refusal('push_limit_reached');
  return add(workspace, { user, view, previous: top.id });
}

function add(workspace: Workspace, parts: Pick<PracticeView, 'user' | 'view' | 'previous'>): PracticeView {
  const view: PracticeView = {
    ...parts,
    id: workspace.nextId('V'),
    hash: workspace.nextTs(),
    type: 'modal',
  };
  workspace.modals.set(view.id, view);
  workspace.changed();
  return view;
}

/** Shows another view in a place; its hash is new, its id stays. */
export function replaceView(workspace: Workspace, place: PracticeView, view: SentView): PracticeView {
  place.view = view;
  place.hash = workspace.nextTs();
  workspace.changed();
  return place;
}

/** docs.slack.dev/reference/views: a view as the app gets it back, and as interactions carry it. */
export function viewObject(workspace: Workspace, place: PracticeView): Readonly<Record<string, unknown>> {
  return {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    ...(place.type === 'modal'
      ? { title: null, submit: null, close: null, clear_on_close: false, notify_on_close: false }
      : {}),
    ...place.view,
    id: place.id,
    team_id: workspace.seed.team.id,
    state: { values: {} },
    hash: place.hash,
    root_view_id: rootOf(workspace, place),
    previous_view_id: place.previous ?? null,
    app_id: workspace.appId,
    app_installed_team_id: workspace.seed.team.id,
    bot_id: workspace.botId,
  };
}

function rootOf(workspace: Workspace, place: PracticeView): string {
  const below = place.previous === undefined ? undefined : workspace.modals.get(place.previous);
  return below === undefined ? place.id : rootOf(workspace, below);
}
