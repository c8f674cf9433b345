/** How bad it is for one worker, in rising order. */
export const SEVERITIES = ['calm', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** When a worker is expected to reach its limit, epoch ms; a range, because growth is never that even. */
export interface Eta {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface WorkerGrowth {
  readonly server: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly severity: Severity;
  /** Which rule said so; `not-enough-data` is an answer of its own and never calm. */
  readonly rule:
    | 'steady-growth'
    | 'fast-growth'
    | 'near-limit'
    | 'pressure'
    | 'rising-peaks'
    | 'none'
    | 'not-enough-data';
  readonly eta?: Eta;
  readonly nowBytes: number;
  readonly limitBytes?: number;
  readonly bytesPerHour?: number;
  readonly ageMs: number;
  /** No growth reaches the limit within 12 hours and it is not near: what a resolve waits for. */
  readonly settled?: true;
  /** A sentence for people, with the figures it rests on. */
  readonly reason: string;
}

/** One service at one moment: what its warning message says. */
export interface ServiceGrowth {
  readonly service: string;
  readonly atMs: number;
  readonly severity: Severity;
  readonly workers: readonly WorkerGrowth[];
  /** How many of them grow. */
  readonly growing: number;
  /** The earliest of the etas. */
  readonly eta?: Eta;
  /** Which limit is reached first. */
  readonly limit?: 'memory-max' | 'memory-high' | 'host';
  /** How large that limit is: of the whole unit, or of the host. */
  readonly limitBytes?: number;
  /** Until when young lives make it blind, epoch ms; absent when it sees. */
  readonly blindUntilMs?: number;
}
