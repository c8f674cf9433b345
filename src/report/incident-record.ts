import type { DiagnosisDocument } from './diagnosis-document.ts';

/** All that is kept of an incident, for who reads of it later. Everything in it is masked. Times are epoch ms. */
export interface IncidentRecord {
  readonly number: number;
  readonly service: string;
  readonly origin: 'command' | 'shortcut' | 'alert' | 'warning' | 'watch' | 'change';
  readonly openedBy: string;
  readonly openedAtMs: number;
  readonly severity: string;
  readonly owner?: string;
  readonly playbook?: string;
  readonly resolved?: { readonly atMs: number; readonly by: string; readonly reason: string };
  readonly runs: readonly RecordedRun[];
  readonly entries: readonly RecordedEntry[];
  readonly changes: readonly RecordedChange[];
  readonly kills: readonly { readonly server: string; readonly atMs: number; readonly kills: number }[];
  /** Minutes that the watch counted from the opening's window to the end, where it watched. */
  readonly minutes: readonly {
    readonly atMs: number;
    readonly requests: number;
    readonly http502: number;
    readonly http504: number;
  }[];
}

export interface RecordedRun {
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly because?: string;
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly state: 'running' | 'done' | 'failed';
  readonly endedAtMs?: number;
  readonly failure?: string;
  /** A look at how it went on, rather than what the incident is about. */
  readonly isLook: boolean;
  readonly document?: DiagnosisDocument;
  /** What people said that it really was. */
  readonly feedback: readonly { readonly person: string; readonly atMs: number; readonly note: string }[];
}

/** What people and programs did. */
export type RecordedEntry = { readonly atMs: number; readonly actor: string } & (
  | {
      readonly kind: 'opened' | 'joined';
      readonly origin: IncidentRecord['origin'];
      readonly because?: string;
    }
  | {
      readonly kind: 'answer';
      readonly title: string;
      readonly label?: string;
      readonly answer: {
        readonly how: 'done' | 'chosen' | 'skipped' | 'not-applicable' | 'note';
        readonly note?: string;
      };
    }
  | { readonly kind: 'note' | 'alerts' | 'outcome'; readonly text: string }
  | { readonly kind: 'pin'; readonly text?: string; readonly link?: string }
  | { readonly kind: 'owner'; readonly owner: string }
  | { readonly kind: 'severity'; readonly severity: string }
  | { readonly kind: 'resolved'; readonly reason: string }
  | { readonly kind: 'reopened'; readonly because: string }
);

export interface RecordedChange {
  readonly what: string;
  readonly where: string;
  readonly why: readonly string[];
  readonly rollback: string;
  readonly diffs: readonly { readonly server: string; readonly path: string; readonly text: string }[];
  readonly requester: string;
  readonly reason: string;
  readonly digest: string;
  readonly quorum: number;
  readonly state: string;
  readonly detail?: string;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  readonly approvals: readonly { readonly approver: string; readonly atMs: number }[];
  readonly breakGlass?: { readonly person: string; readonly reason: string };
  readonly steps: readonly {
    readonly server: string;
    readonly state: string;
    readonly detail?: string;
    readonly changedAtMs: number;
    readonly actedAtMs?: number;
  }[];
}

/** The diagnosis that an incident is about: the last that is no look; where there is no other, the last look. */
export function mainRun({ runs }: Pick<IncidentRecord, 'runs'>): RecordedRun | undefined {
  const done = runs.filter(run => run.document !== undefined);
  return done.findLast(run => !run.isLook) ?? done.at(-1);
}
