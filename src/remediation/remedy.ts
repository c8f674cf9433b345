import type { BlockRefusal } from './config-block.ts';
import type { DropInRefusal } from './drop-in.ts';
import type { ObservedUnit } from './observed-unit.ts';
import type { Activation, RemedyId, ServerPlan } from './plan.ts';
import type { PlannedFile, TargetRefusal } from './planned-file.ts';
import type { Place, PlaceRefusal } from './winning-place.ts';

/** What somebody wants changed, in numbers. */
export type Wish =
  | { readonly remedy: 'recycling'; readonly maxRequests: number; readonly maxRequestsJitter: number }
  | { readonly remedy: 'oom-policy' }
  | { readonly remedy: 'memory-limits'; readonly memoryMaxBytes: number; readonly memoryHighBytes?: number }
  | { readonly remedy: 'worker-count'; readonly workers: number }
  | { readonly remedy: 'recycle-worker'; readonly pid: number; readonly startTicks: number };
export type WishOf<R extends RemedyId> = Extract<Wish, { readonly remedy: R }>;

/** What holds for a plan whatever it changes. */
export interface PlanTerms {
  readonly healthUrl?: string;
  readonly watchMs: number;
  /** When the earliest worker is expected to leave by its new settings, ms after the action. */
  readonly firstRecycleMs?: number;
  readonly confirmWithinSeconds: number;
}

/** Why there is no plan. Each names what a person would have to change. */
export type RemedyRefusal =
  | PlaceRefusal
  | TargetRefusal
  | BlockRefusal
  | DropInRefusal
  /** A word of the command has a control character, which no unit file should. */
  | { readonly reason: 'word-unwritable'; readonly word: string }
  /** It is written already and waits for this to come into force: nobody has done it since. */
  | { readonly reason: 'waits-for-activation'; readonly activation: 'reload' | 'restart' | 'daemon-reload' }
  /** No helper on the server: nothing can be applied from here. */
  | { readonly reason: 'no-helper' }
  /** A number outside of what is accepted. */
  | {
      readonly reason: 'out-of-range';
      readonly setting: string;
      readonly value: number;
      readonly least: number;
      readonly most: number;
    }
  /** Before systemd 243 a unit had no OOMPolicy. */
  | { readonly reason: 'no-oom-policy' }
  /** The kernel would kill or throttle at once. */
  | {
      readonly reason: 'below-use';
      readonly setting: string;
      readonly bytes: number;
      readonly usedBytes: number;
      readonly leastBytes: number;
    }
  | { readonly reason: 'more-than-host'; readonly bytes: number; readonly mostBytes: number }
  /** How much memory is used, or left, could not be read. */
  | { readonly reason: 'use-unknown' }
  /** The process has gone, or is no worker of the unit. */
  | { readonly reason: 'no-such-worker'; readonly pid: number }
  /** Gunicorn does not run. */
  | { readonly reason: 'not-running'; readonly state: string };

/** What a remedy wants written and done, before it becomes a plan. */
export interface RemedyDraft {
  readonly files: readonly PlannedFile[];
  readonly activation: Activation;
  readonly settings: ServerPlan['settings'];
  readonly expected: ServerPlan['verification']['expected'];
  /** How many workers run afterwards; as many as now where not said. */
  readonly workers?: number;
  readonly place?: Place;
  /** True when it is so already, and runs so: then nothing is to be done. */
  readonly inForce: boolean;
}

export type DraftAnswer =
  | { readonly ok: true; readonly draft: RemedyDraft }
  | {
      readonly ok: false;
      readonly refusal: RemedyRefusal;
      /** Where it is not Staunch's to write, what a person would. */
      readonly byHand?: ByHand;
    };

/** What a person does themselves. */
export interface ByHand {
  readonly path: string;
  /** Lines that belong at the end of the file. */
  readonly lines: readonly string[];
  /** Complete, in order. */
  readonly commands: readonly string[];
}

/** Turns an observed unit and a wish into an exact change, or says why not. Pure; the same twice gives the same. */
export interface Remedy<R extends RemedyId> {
  readonly id: R;
  /** May need fewer approvals: it touches no file and undoes itself. */
  readonly lowRisk: boolean;
  draft(unit: ObservedUnit, wish: WishOf<R>): DraftAnswer;
}

/** A refusal without a patch. */
export const refused = (refusal: RemedyRefusal): DraftAnswer => ({ ok: false, refusal });

/** `out-of-range` for the first number that is not whole or not within its bounds. */
export function rangeRefusal(
  numbers: readonly (readonly [setting: string, value: number, least: number, most: number])[],
): RemedyRefusal | undefined {
  const bad = numbers.find(
    ([, value, least, most]) => !Number.isSafeInteger(value) || value < least || value > most,
  );
  if (bad === undefined) return undefined;
  const [setting, value, least, most] = bad;
  return { reason: 'out-of-range', setting, value, least, most };
}
