import type { Act, Snapshot } from '../slack/page-protocol.ts';
import type { SentAnswer } from './connection.ts';
import type { FieldValue } from './form-values.ts';
import type { MenuHolder } from './menu.ts';
import type { Picture } from './scene.ts';

export type Theme = 'system' | 'light' | 'dark';

/** Everything on the page that the practice Slack does not know: what is open, typed, chosen and read. */
export interface PageState {
  snapshot: Snapshot | undefined;
  isConnected: boolean;
  /** A channel's id, or the Home of the app. */
  place: { readonly channel: string } | 'home' | undefined;
  thread: { readonly channel: string; readonly ts: string } | undefined;
  openMenu: string | undefined;
  /** By composer. */
  readonly drafts: Map<string, string>;
  caret: { readonly composer: string; readonly at: number } | undefined;
  /** Which offer of the completion is marked; `dismissed` after Escape until the text changes. */
  offer: number | 'dismissed';
  /** Below a composer: how its last text was taken. */
  readonly echoes: Map<string, { readonly kind: 'told' | 'refused'; readonly text: string }>;
  /** By scene, block id and action id. */
  readonly entered: Map<string, FieldValue>;
  readonly formErrors: Map<string, Readonly<Record<string, string>>>;
  /** The modal whose submit is not answered yet. */
  submitting: string | undefined;
  picture: Picture | undefined;
  question: Question | undefined;
  /** The last thing that went wrong outside of a composer. */
  problem: string | undefined;
  /** By person and channel: the newest message seen. */
  readonly readUpTo: Map<string, string>;
  noticesSeenUpToMs: number;
  theme: Theme;
  /** Panes that are scrolled away from their newest message. */
  readonly away: Set<string>;
  nowMs: number;
}

/** A `confirm` object of an element, and what happens on yes. */
interface Question {
  readonly title: string;
  readonly text: unknown;
  readonly yes: string;
  readonly no: string;
  readonly isDanger: boolean;
  readonly go: () => void;
}

/** What the parts of the page draw from and act through. */
export interface Page extends MenuHolder {
  readonly state: PageState;
  readonly snapshot: Snapshot;
  redraw(): void;
  /** Sends it; a refusal is shown to the person. */
  act(act: Act): Promise<SentAnswer>;
  /** Sends it; the caller shows a refusal. */
  send(act: Act): Promise<SentAnswer>;
  open(place: PageState['place']): void;
  openThread(thread: PageState['thread']): void;
  actAs(user: string): void;
  setTheme(theme: Theme): void;
}

/** With nothing known yet. */
export function emptyState(theme: Theme, nowMs: number): PageState {
  return {
    snapshot: undefined,
    isConnected: false,
    place: undefined,
    thread: undefined,
    openMenu: undefined,
    drafts: new Map(),
    caret: undefined,
    offer: 0,
    echoes: new Map(),
    entered: new Map(),
    formErrors: new Map(),
    submitting: undefined,
    picture: undefined,
    question: undefined,
    problem: undefined,
    readUpTo: new Map(),
    noticesSeenUpToMs: 0,
    theme,
    away: new Set(),
    nowMs,
  };
}
