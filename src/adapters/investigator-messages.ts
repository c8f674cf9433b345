import type { Investigated, InvestigationRequest, ProgressListener } from '../workflows/investigator-port.ts';
import type { Planned } from '../workflows/planned-change.ts';
import type { PlanningRequest } from '../workflows/planning-port.ts';

/** Where the worker's servers are: real ones over SSH, or a module that exports `openSource(): Promise<Source>`. */
export type SourceChoice = { readonly kind: 'ssh' } | { readonly kind: 'module'; readonly url: string };

/** What a worker is started with. */
export interface InvestigatorWorkerData {
  readonly source: SourceChoice;
  /** Path of `staunch.yml`; what it says then holds for each diagnosis. */
  readonly configFile: string;
  /** The installation's secret for pseudonyms. */
  readonly pseudonymKey?: string;
}

/** To the worker. `id` names an investigation; ids are never used again. */
export type ToWorker =
  | { readonly kind: 'investigate'; readonly id: number; readonly request: InvestigationRequest }
  | { readonly kind: 'plan'; readonly id: number; readonly request: PlanningRequest }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Closes every connection; the worker ends by itself afterwards. */
  | { readonly kind: 'close' };

/** From the worker. */
export type FromWorker =
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly progress: Parameters<ProgressListener>[0];
    }
  | { readonly kind: 'ended'; readonly id: number; readonly result: Investigated }
  | { readonly kind: 'planned'; readonly id: number; readonly result: Planned }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly text: string;
    };
