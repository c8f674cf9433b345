/** One moment in the life of the service that a chart marks. */
export interface ChartMark {
  readonly atMs: number;
}

/** What both charts draw. It is made beside the diagnosis and is no part of its JSON. */
export interface ChartData {
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** The whole window, where only the part is drawn in which something happened. */
  readonly whole?: { readonly fromMs: number; readonly toMs: number };
  /** Width of one bar: 60,000, or 1,000 when the window is short. */
  readonly stepMs: number;
  /** Counts per step, by the step's start; steps without an error may be left out. */
  readonly errors: readonly { readonly atMs: number; readonly http502: number; readonly http504: number }[];
  /** Deaths of workers that are faults. The label is short, e.g. `pid 832`. */
  readonly kills: readonly (ChartMark & { readonly label: string })[];
  readonly restarts: readonly ChartMark[];
  /** RSS of each worker, oldest point first. */
  readonly workers: readonly {
    readonly pid: number;
    readonly points: readonly { readonly atMs: number; readonly rssBytes: number }[];
  }[];
  /** The limit of the whole unit (MemoryMax), when one is set. */
  readonly limitBytes?: number;
  readonly unit: string;
  readonly servers: readonly string[];
}
