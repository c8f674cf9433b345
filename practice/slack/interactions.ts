import { placeOf } from './composer.ts';
import { type Delivered, deliveredAs, failureOf, refused } from './delivered.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import { actionOf, elementsOf, missingInputs, stateOf, stateValue } from './element-state.ts';
import type { Notices } from './notices.ts';
import type { Act, ViewValues } from './page-protocol.ts';
import {
  closedPayload,
  globalShortcutPayload,
  homeOpenedPayload,
  messageActionPayload,
  messageShortcutPayload,
  reactionPayload,
  submissionPayload,
  viewActionPayload,
} from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { answerSubmission, closeView } from './view-answers.ts';
import type { PracticeBlock, PracticeMessage, PracticeUser, PracticeView, Workspace } from './workspace.ts';

export type Where = Extract<Act, { kind: 'press' }>['in'];

export interface Press {
  readonly blockId: string;
  readonly actionId: string;
  /** What was chosen (`selected_option`, `value`); the rest is taken from the blocks. */
  readonly element?: Readonly<Record<string, unknown>>;
}

interface Target {
  /** Under which name what was picked so far is kept. */
  readonly key: string;
  readonly blocks: readonly PracticeBlock[];
  readonly in:
    | { readonly kind: 'message'; readonly message: PracticeMessage }
    | { readonly kind: 'view'; readonly view: PracticeView };
}

const NOT_THERE = 'That is not there any more.';
const NOT_INTERACTIVE = 'This app is not configured to handle interactive responses.';
const TROUBLE = 'We had some trouble connecting. Try again?';

/** What people press, submit and close, and how the app hears of it. */
export class Interactions {
  readonly #workspace: Workspace;
  readonly #deliveries: Deliveries;
  readonly #responseUrls: ResponseUrls;
  readonly #notices: Notices;
  /** What was picked or typed so far, by message and person or by view. */
  readonly #filled = new Map<string, ViewValues>();

  constructor(options: {
    workspace: Workspace;
    deliveries: Deliveries;
    responseUrls: ResponseUrls;
    notices: Notices;
  }) {
    this.#workspace = options.workspace;
    this.#deliveries = options.deliveries;
    this.#responseUrls = options.responseUrls;
    this.#notices = options.notices;
  }

  /** A press of a button, or a choice in a menu. */
  async press(as: string, where: Where, { blockId, actionId, element }: Press): Promise<Delivered> {
    const user = this.#workspace.users.get(as);
    const target = this.#target(as, where);
    const found =
      target && elementsOf(target.blocks).find(e => e.blockId === blockId && e.actionId === actionId);
    if (user === undefined || target === undefined || found === undefined) return refused(NOT_THERE);
    if (!this.#workspace.app.interactivity) return refused(NOT_INTERACTIVE);
    const pressed = { ...found, element: { ...found.element, ...element, action_id: actionId } };
    const value = stateValue(pressed.element);
    if (value !== undefined) this.#fill(target.key, { [blockId]: { [actionId]: value } });
    const values = stateOf(target.blocks, this.#filled.get(target.key) ?? {});
    const action = actionOf(pressed);
    const payload = this.#pressed(user, target.in, values, action);
    return this.#interaction(payload, `the element ${actionId}`);
  }

  /** Sends a modal's form off. */
  async submit(as: string, viewId: string, given: ViewValues): Promise<Delivered> {
    const user = this.#workspace.users.get(as);
    const view = this.#workspace.modals.get(viewId);
    if (user === undefined || view?.user !== as) return refused(NOT_THERE);
    if (!this.#workspace.app.interactivity) return refused(NOT_INTERACTIVE);
    this.#fill(viewId, given);
    const values = stateOf(view.view.blocks, this.#filled.get(viewId) ?? {});
    const missing = missingInputs(view.view.blocks, values);
    if (Object.keys(missing).length > 0) return { acked: false, errors: missing };
    const payload = submissionPayload(this.#workspace, { user, view, values });
    const what = `the modal ${String(view.view.callback_id ?? '')}`;
    const record = await this.#deliveries.deliver({
      type: 'interactive',
      payload,
      acceptsResponsePayload: true,
      what,
    });
    if (!record.carried.acked) return refused(TROUBLE);
    const answer = answerSubmission(this.#workspace, view, record.carried.body);
    if (answer.kind === 'bad') {
      this.#notices.add(`The answer to ${what} was refused: ${answer.why}`);
      return { ...deliveredAs(record), problem: TROUBLE };
    }
    return { ...deliveredAs(record), ...(answer.kind === 'errors' ? { errors: answer.errors } : {}) };
  }

  /** Closes a modal; the app hears of it when the view asks for that. */
  async close(as: string, viewId: string): Promise<Delivered> {
    const user = this.#workspace.users.get(as);
    const view = this.#workspace.modals.get(viewId);
    if (user === undefined || view?.user !== as) return refused(NOT_THERE);
    const values = stateOf(view.view.blocks, this.#filled.get(viewId) ?? {});
    const open = { ...this.#workspace, modals: new Map(this.#workspace.modals) };
    const cleared = closeView(this.#workspace, view);
    this.#filled.delete(viewId);
    if (view.view.notify_on_close !== true || !this.#workspace.app.interactivity) return { acked: false };
    return this.#interaction(closedPayload(open, { user, view, values, cleared }), 'the closed modal');
  }

  /** A shortcut from a message's menu. */
  async messageShortcut(as: string, callbackId: string, channelId: string, ts: string): Promise<Delivered> {
    const place = placeOf(this.#workspace, as, channelId);
    const target = this.#target(as, { message: { channel: channelId, ts } })?.in;
    if (place === undefined || target?.kind !== 'message') return refused(NOT_THERE);
    const { message } = target;
    const problem = this.#shortcutProblem('message', callbackId);
    if (problem !== undefined) return refused(problem);
    const responseUrl = this.#responseUrls.open({ channel: channelId, user: as, messageTs: ts });
    const payload = messageShortcutPayload(this.#workspace, { ...place, message, callbackId, responseUrl });
    return this.#interaction(payload, `the shortcut ${callbackId}`);
  }

  /** Reacts to a message; the app hears of it where it asks for that and is in the channel. */
  async react(as: string, name: string, channelId: string, ts: string): Promise<Delivered> {
    const place = placeOf(this.#workspace, as, channelId);
    const target = this.#target(as, { message: { channel: channelId, ts } })?.in;
    if (place === undefined || target?.kind !== 'message') return refused(NOT_THERE);
    const { message } = target;
    const before = message.reactions?.[name] ?? [];
    if (before.includes(as)) return { acked: false };
    message.reactions = { ...message.reactions, [name]: [...before, as] };
    this.#workspace.changed();
    const { app } = this.#workspace;
    if (!app.events.has('reaction_added') || !app.scopes.has('reactions:read') || !place.channel.botIsMember)
      return { acked: false };
    const record = await this.#deliveries.deliver({
      type: 'events_api',
      payload: reactionPayload(this.#workspace, { ...place, message, name }),
      acceptsResponsePayload: false,
      what: 'the event reaction_added',
    });
    return deliveredAs(record);
  }

  async globalShortcut(as: string, callbackId: string): Promise<Delivered> {
    const user = this.#workspace.users.get(as);
    const problem = user === undefined ? NOT_THERE : this.#shortcutProblem('global', callbackId);
    if (user === undefined || problem !== undefined) return refused(problem ?? NOT_THERE);
    const payload = globalShortcutPayload(this.#workspace, { user, callbackId });
    return this.#interaction(payload, `the shortcut ${callbackId}`);
  }

  /** Opens the app's Home tab. */
  async openHome(as: string): Promise<Delivered> {
    const user = this.#workspace.users.get(as);
    const { app } = this.#workspace;
    if (user === undefined) return refused(NOT_THERE);
    if (!app.homeTab) return refused('This app has no Home tab: its manifest does not enable one.');
    if (!app.events.has('app_home_opened')) return { acked: false };
    const home = this.#workspace.homes.get(as);
    const values = home === undefined ? {} : stateOf(home.view.blocks, this.#filled.get(home.id) ?? {});
    const record = await this.#deliveries.deliver({
      type: 'events_api',
      payload: homeOpenedPayload(this.#workspace, user, values),
      acceptsResponsePayload: false,
      what: 'the event app_home_opened',
    });
    return deliveredAs(record);
  }

  #pressed(
    user: PracticeUser,
    target: Target['in'],
    values: ViewValues,
    action: Delivery['payload'],
  ): Delivery['payload'] {
    if (target.kind === 'view') {
      return viewActionPayload(this.#workspace, { user, view: target.view, values, action });
    }
    const { message } = target;
    const responseUrl = this.#responseUrls.open({
      channel: message.channel,
      user: user.id,
      messageTs: message.ts,
    });
    const channel = this.#workspace.channels.get(message.channel)!;
    return messageActionPayload(this.#workspace, { user, channel, message, values, action, responseUrl });
  }

  async #interaction(payload: Delivery['payload'], what: string): Promise<Delivered> {
    const record = await this.#deliveries.deliver({
      type: 'interactive',
      payload,
      acceptsResponsePayload: false,
      what,
    });
    return deliveredAs(record, `Something went wrong (${failureOf(record)}). Try again.`);
  }

  #shortcutProblem(type: 'message' | 'global', callbackId: string): string | undefined {
    const { app } = this.#workspace;
    if (!app.interactivity) return NOT_INTERACTIVE;
    const declared = app.shortcuts.some(each => each.type === type && each.callbackId === callbackId);
    return declared && app.scopes.has('commands') ? undefined : `The app declares no shortcut ${callbackId}.`;
  }

  #target(as: string, where: Where): Target | undefined {
    if ('view' in where) {
      const homes = [...this.#workspace.homes.values()];
      const view = this.#workspace.modals.get(where.view) ?? homes.find(home => home.id === where.view);
      return view?.user === as
        ? { key: view.id, blocks: view.view.blocks, in: { kind: 'view', view } }
        : undefined;
    }
    const { channel, ts } = where.message;
    const message = this.#workspace.messages.get(channel)?.find(each => each.ts === ts && !each.deleted);
    const hidden = message?.ephemeralFor !== undefined && message.ephemeralFor !== as;
    if (message === undefined || hidden || placeOf(this.#workspace, as, channel) === undefined)
      return undefined;
    return { key: `${channel} ${ts} ${as}`, blocks: message.blocks, in: { kind: 'message', message } };
  }

  #fill(key: string, values: ViewValues): void {
    const filled: Record<string, Readonly<Record<string, unknown>>> = { ...this.#filled.get(key) };
    for (const [block, actions] of Object.entries(values)) filled[block] = { ...filled[block], ...actions };
    this.#filled.set(key, filled);
  }
}
