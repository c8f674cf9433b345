import type { ChangePlan, RemedyId } from '../remediation/plan.ts';

/** One thing that was looked at before a change. `block`: with it nothing is applied. */
export interface Tick {
  /** Absent where it is about all of them. */
  readonly server?: string;
  readonly state: 'ok' | 'warn' | 'block';
  readonly text: string;
}

/** How one file of one server changes, as text to read. Secrets in it are masked. */
export interface ShownDiff {
  readonly server: string;
  readonly path: string;
  /** A unified diff. */
  readonly text: string;
}

/** Settings of a unit on one server, by Gunicorn's or systemd's name. */
export interface ExpectedInForce {
  readonly server: string;
  readonly unit: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** What people are shown of a change besides the plan itself: worded when it was made, kept as it was. */
export interface ChangeBrief {
  readonly remedy: RemedyId;
  /** One line: what changes. */
  readonly what: string;
  readonly where: string;
  readonly why: readonly string[];
  readonly ticks: readonly Tick[];
  readonly diffs: readonly ShownDiff[];
  readonly effects: readonly string[];
  readonly rollback: string;
  /** Commands for a human, where Staunch does not apply it by itself. */
  readonly commands?: readonly { readonly server: string; readonly lines: readonly string[] }[];
  /** What a person is to bring into force elsewhere: it is looked for each day. */
  readonly expected?: readonly ExpectedInForce[];
  /** The numbers that a person may change, by name. */
  readonly settings: Readonly<Record<string, number>>;
}

/** What is kept beside a proposal, so that its card can be drawn again. */
export interface ProposalBrief extends ChangeBrief {
  /** Whom the card asks: ids of people and user groups. */
  readonly ask: readonly string[];
}

/** What planning came to. */
export type Planned =
  | { readonly kind: 'plan'; readonly plan: ChangePlan; readonly brief: ChangeBrief }
  /** Right, but not for Staunch to do: a human applies it. */
  | { readonly kind: 'by-hand'; readonly brief: ChangeBrief; readonly why: string }
  /** It would be wrong, or there is nothing to do. `instead`: what is right. */
  | {
      readonly kind: 'refused';
      readonly remedy: RemedyId;
      readonly reason: string;
      readonly instead: readonly string[];
      /** Numbers that a person may choose otherwise; empty where none would help. */
      readonly settings: Readonly<Record<string, number>>;
      readonly brief?: ChangeBrief;
    }
  /** It could not be looked at: what happened, where, and what to try. */
  | { readonly kind: 'problem'; readonly problem: string };
