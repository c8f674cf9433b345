import type { Window } from '../collectors/question.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import type { Progress } from './investigation.ts';

/** What is left of a diagnosis once it is masked and drawn: all of it may be stored and shown. */
export type Investigated =
  | {
      readonly ok: true;
      readonly document: DiagnosisDocument;
      /** Absent when it could not be drawn; the log says why. */
      readonly chart?: { readonly png: Uint8Array; readonly altText: string };
    }
  /** `problem` is for people: what happened, where, and what to try. */
  | { readonly ok: false; readonly problem: string };

/** What is to be diagnosed, and the zone of the person who asked: the chart's clock is theirs. */
export interface InvestigationRequest {
  /** Id of a registered service. */
  readonly service: string;
  readonly window: Window;
  readonly timeZone: string;
  /** Id of the playbook to follow; that of the service when not said. */
  readonly playbook?: string;
}

/** Told how each server gets on. */
export type ProgressListener = (progress: Progress) => void;

/** Diagnoses a registered service. Reading, reasoning and drawing happen wherever the adapter likes. */
export interface Investigator {
  /** Never throws. Ends soon after `cancel`. */
  investigate(
    request: InvestigationRequest,
    progress: ProgressListener,
    cancel: AbortSignal,
  ): Promise<Investigated>;
  close(): Promise<void>;
}
