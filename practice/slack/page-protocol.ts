import type {
  AppDeclaration,
  PracticeBlock,
  PracticeChannel,
  PracticeUser,
  PracticeView,
} from './workspace.ts';

/**
 * What the page and the practice Slack say to each other. `GET /practice/events?as=USER` is a stream of
 * server-sent events, each `data:` a `Snapshot` of all that this person may see
 * (the first member, without `as`); `POST /practice/act` is what
 * the person does.
 */
export interface Snapshot {
  readonly me: string;
  readonly team: { readonly name: string };
  readonly app: Pick<
    AppDeclaration,
    'name' | 'botName' | 'color' | 'commands' | 'shortcuts' | 'homeTab' | 'messagesTab'
  > & { readonly botUserId: string };
  readonly users: readonly PracticeUser[];
  /** The channels this person is in. */
  readonly channels: readonly PracticeChannel[];
  /** Messages of those channels, oldest first; deleted and other people's ephemeral ones are left out. */
  readonly messages: readonly SnapshotMessage[];
  /** This person's open modals, the topmost last. */
  readonly modals: readonly PracticeView[];
  readonly home?: PracticeView;
  /** What the app was told lately: deliveries not acknowledged within 3 s, and refused calls. Newest last. */
  readonly notices: readonly { readonly atMs: number; readonly text: string }[];
}

export interface SnapshotMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly isApp: boolean;
  readonly threadTs?: string;
  readonly ephemeral: boolean;
  readonly text: string;
  readonly blocks: readonly PracticeBlock[];
  /** Served at `/practice/files/ID`. */
  readonly files: readonly {
    readonly id: string;
    readonly name: string;
    readonly title: string;
    readonly altText: string;
    readonly mimetype: string;
  }[];
  readonly edited: boolean;
  /** How many people reacted with which emoji. */
  readonly reactions: readonly { readonly name: string; readonly count: number }[];
}

/** Slack's `view.state.values`: block id, action id, value. */
export type ViewValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type Act =
  /** Typed into the composer: a text that begins with a declared command is a command, anything else a message. */
  | { readonly kind: 'type'; readonly channel: string; readonly text: string; readonly threadTs?: string }
  | {
      readonly kind: 'press';
      /** Where the element is. */
      readonly in:
        | { readonly message: { readonly channel: string; readonly ts: string } }
        | { readonly view: string };
      readonly blockId: string;
      readonly actionId: string;
      /** The element as sent, with `value` or `selected_option`, as Slack puts it into `actions[0]`. */
      readonly element: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'submit'; readonly view: string; readonly values: ViewValues }
  | { readonly kind: 'close'; readonly view: string }
  | {
      readonly kind: 'message-shortcut';
      readonly callbackId: string;
      readonly channel: string;
      readonly ts: string;
    }
  | { readonly kind: 'react'; readonly name: string; readonly channel: string; readonly ts: string }
  | { readonly kind: 'global-shortcut'; readonly callbackId: string }
  | { readonly kind: 'open-home' };

/** `errors` are a modal's messages by block id (`response_action: errors`). */
export type ActAnswer =
  | { readonly ok: true; readonly ackMs?: number; readonly errors?: Readonly<Record<string, string>> }
  /** `problem` in the words Slack shows: "/diagnose-502 failed with the error "operation_timeout"". */
  | { readonly ok: false; readonly problem: string };
