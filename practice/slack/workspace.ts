/**
 * The world of the practice Slack: plain data, changed by the Web API's methods and by what people do on the
 * page. Field names are Slack's own where the app gets to see them.
 */
export interface PracticeUser {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly teamId: string;
  readonly kind: 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger';
  readonly tz: string;
  /** One line for the page: what acting as this person shows. */
  readonly note?: string;
}

export interface PracticeChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'private-channel' | 'direct-message' | 'group-message' | 'shared-channel';
  readonly topic: string;
  /** The app may post here only when it is a member. */
  botIsMember: boolean;
  readonly members: readonly string[];
  /** What the page offers to type while nothing was said here. */
  readonly examples?: readonly { readonly text: string; readonly note: string }[];
}

export interface PracticeUserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

/** A message as the app sent it, blocks untouched. `user` is the author; `botId` is set on the app's own. */
export interface PracticeMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly botId?: string;
  readonly threadTs?: string;
  /** Only this person sees it. */
  readonly ephemeralFor?: string;
  text: string;
  blocks: readonly PracticeBlock[];
  files: readonly PracticeFile[];
  editedTs?: string;
  deleted?: boolean;
  /** Who reacted with which emoji, by its name. */
  reactions?: Readonly<Record<string, readonly string[]>>;
  readonly clientMsgId?: string;
  readonly metadata?: unknown;
}

export interface PracticeBlock {
  readonly type: string;
  readonly block_id?: string;
  readonly [field: string]: unknown;
}

export interface PracticeFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly altText: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array;
  /** False between getUploadURLExternal and completeUploadExternal. */
  complete: boolean;
}

/** An open modal or the App Home of one person; `state` holds what they have typed and picked so far. */
export interface PracticeView {
  readonly id: string;
  hash: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  /** The view as the app sent it. */
  view: {
    readonly type: string;
    readonly blocks: readonly PracticeBlock[];
    readonly [field: string]: unknown;
  };
  /** The id of the view below it in the stack. */
  readonly previous?: string;
}

export interface WorkspaceSeed {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly users: readonly PracticeUser[];
  readonly channels: readonly PracticeChannel[];
  readonly userGroups: readonly PracticeUserGroup[];
}

/** What of manifest.yml decides what the app may do. */
export interface AppDeclaration {
  readonly name: string;
  readonly botName: string;
  readonly color: string;
  readonly scopes: ReadonlySet<string>;
  readonly commands: readonly {
    readonly command: string;
    readonly description: string;
    readonly usageHint: string;
  }[];
  readonly shortcuts: readonly {
    readonly name: string;
    readonly type: 'message' | 'global';
    readonly callbackId: string;
    readonly description: string;
  }[];
  readonly events: ReadonlySet<string>;
  readonly interactivity: boolean;
  readonly homeTab: boolean;
  /** The app's Messages tab: where its direct messages stand, and whether people may write there. */
  readonly messagesTab: 'off' | 'read-only' | 'open';
  readonly socketMode: boolean;
}

export interface Workspace {
  readonly seed: WorkspaceSeed;
  readonly app: AppDeclaration;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly users: ReadonlyMap<string, PracticeUser>;
  readonly channels: ReadonlyMap<string, PracticeChannel>;
  readonly userGroups: ReadonlyMap<string, PracticeUserGroup>;
  /** By channel, oldest first; thread replies and ephemerals included. */
  readonly messages: Map<string, PracticeMessage[]>;
  readonly files: Map<string, PracticeFile>;
  /** Open modals by id; a closed one is removed. */
  readonly modals: Map<string, PracticeView>;
  /** App Homes by person. */
  readonly homes: Map<string, PracticeView>;
  /**
   * Trigger ids with the time they expire (epoch ms): each opens one view within 3 seconds. A used one stays,
   * as `exchanged`, so that its second use is told apart from an invented one.
   */
  readonly triggers: Map<
    string,
    { readonly user: string; readonly expiresAtMs: number; readonly exchanged?: true }
  >;
  /** A fresh `1700000000.000100`: strictly rising over the workspace. */
  nextTs(): string;
  /** A fresh id such as `F0PRACTICE7`. */
  nextId(prefix: string): string;
  nowMs(): number;
  /** Tells pages and waiting tests that something is different now. */
  changed(): void;
}
