import type { NextStep } from '../guidance/next-step.ts';
import type { StepAnswer } from '../guidance/step-answer.ts';

/**
 * How far an incident is. What is not `resolved` is open; the three in the middle follow from its changes and its
 * next step, and are only what people were last told.
 */
export const INCIDENT_STATES = [
  'investigating',
  'action-proposed',
  'applying',
  'watching',
  'resolved',
] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export const SEVERITIES = ['low', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What opened an incident. */
export const ORIGINS = ['command', 'shortcut', 'alert', 'warning', 'watch', 'change'] as const;
export type Origin = (typeof ORIGINS)[number];

/** An incident: one root message in one channel about one service, and the diagnoses made there. */
export interface Incident {
  readonly id: string;
  readonly service: string;
  readonly workspace: string;
  readonly channel: string;
  /** The thread it was asked for in, when it was not asked for at the top of a channel. */
  readonly threadTs?: string;
  /** Key of the message of ours in whose thread it stands: a warning, or an earlier incident of the same trouble. */
  readonly threadOf?: string;
  readonly openedBy: string;
  readonly openedAtMs: number;
  /** Given when it is opened; `Standing` has what became of it. A command, when not said. */
  readonly openedFrom?: Origin;
  readonly notice?: string;
}

/** An incident as it stands: one root message, one thread, from its opening to its end. */
export interface Standing {
  readonly incident: Incident;
  /** What people call it by; counts over everything that this Staunch has looked at. */
  readonly number: number;
  readonly origin: Origin;
  readonly state: IncidentState;
  readonly severity: Severity;
  /** Slack id of who looks after it. */
  readonly owner?: string;
  /** Id of the playbook that is followed. */
  readonly playbook?: string;
  /** What fires, in one masked sentence. */
  readonly notice?: string;
  /** When it was opened, or opened again for the last time: answers from before do not count any more. */
  readonly openSinceMs: number;
  readonly resolved?: { readonly atMs: number; readonly by: string; readonly reason: string };
  /** The last next-step card: only its buttons do anything, and only while it has a step. */
  readonly card?: { readonly number: number; readonly atMs: number; readonly step?: NextStep };
  /** Rises with every change. */
  readonly version: number;
  readonly changedAtMs: number;
}

/** Something that belongs into the timeline of an incident and is kept nowhere else. Masked before it is put here. */
export type IncidentEntry = { readonly atMs: number; readonly actor: string } & (
  | { readonly kind: 'opened'; readonly origin: Origin; readonly because?: string }
  /** The same trouble was told again. */
  | { readonly kind: 'joined'; readonly origin: Origin; readonly because?: string }
  | {
      readonly kind: 'answer';
      readonly title: string;
      /** What the button said. */
      readonly label?: string;
      readonly answer: Omit<StepAnswer, 'atMs'>;
    }
  | { readonly kind: 'note'; readonly text: string }
  /** A message that somebody pinned: its words where Slack handed them over, else only where it stands. */
  | { readonly kind: 'pin'; readonly text?: string; readonly link?: string }
  | { readonly kind: 'owner'; readonly owner: string }
  | { readonly kind: 'severity'; readonly severity: Severity }
  | { readonly kind: 'alerts'; readonly text: string }
  /** What a change has come to, as it was reported. */
  | { readonly kind: 'outcome'; readonly text: string }
  | { readonly kind: 'resolved'; readonly reason: string }
  | { readonly kind: 'reopened'; readonly because: string }
);

/** What of an incident can change after its opening. */
export type StandingChange = Pick<
  Standing,
  'state' | 'severity' | 'owner' | 'playbook' | 'notice' | 'openSinceMs' | 'resolved' | 'card' | 'changedAtMs'
>;

/** Which incident of a service takes up what is told of it now. */
export interface Joining {
  readonly service: string;
  readonly workspace: string;
  readonly channel: string;
  /** An open one must have changed since then. */
  readonly openSinceMs: number;
  /** A resolved one must have been resolved since then. */
  readonly resolvedSinceMs: number;
}

/**
 * Incidents as they stand. Only those with a thread of their own count: a diagnosis in the thread of another incident
 * is a part of that one. Every method is durable when it resolves; a change is a compare-and-set on the version.
 */
export interface Standings {
  find(incidentId: string): Promise<Standing | undefined>;
  /** The same, and nobody else changes it until this transaction ends. Only within `atomically`. */
  hold(incidentId: string): Promise<Standing | undefined>;
  numbered(number: number): Promise<Standing | undefined>;
  /** The incident whose root or thread a message is; undefined for a foreign message. */
  ofThread(channel: string, ts: string): Promise<Standing | undefined>;
  /** Not resolved, the oldest first; at most 200. */
  open(): Promise<readonly Standing[]>;
  /** The newest first, open or not. */
  recent(limit: number): Promise<readonly Standing[]>;
  /**
   * The newest that takes up what is told of its service now, held. Only within `atomically`: whoever asks first has it,
   * and others wait, so that two who tell of the same do not open two.
   */
  toJoin(joining: Joining): Promise<Standing | undefined>;
  /** Changes it from the version that was seen; undefined when it is of another version by now. */
  change(seen: Pick<Standing, 'incident' | 'version'>, to: StandingChange): Promise<Standing | undefined>;
  /** Ids of the diagnoses in its thread that are incidents of their own name, oldest first. */
  parts(incidentId: string): Promise<readonly string[]>;
  add(incidentId: string, entry: IncidentEntry): Promise<void>;
  /** In the order in which they were added. */
  entries(incidentId: string): Promise<readonly IncidentEntry[]>;
}
