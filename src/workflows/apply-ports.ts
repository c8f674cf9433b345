import type { Server } from '../inventory/registry.ts';
import type { ServerPlan } from '../remediation/plan.ts';
import type { ChangeObserver, ChangeView, ChangeWords, JudgeChange, ServerOf } from './change-ports.ts';
import type { Clock, Log, Timer } from './ports.ts';
import type { ApplyStep, Operator } from './remediation-ports.ts';
import type { State } from './state-ports.ts';

/** What carrying out a change needs of the outside. */
export interface ApplyPorts {
  readonly state: State;
  readonly operator: Operator;
  readonly serverOf: ServerOf;
  readonly observer: ChangeObserver;
  readonly judge: JudgeChange;
  readonly words: ChangeWords;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  /** Names this process among those that share the state. */
  readonly owner: string;
  /** Something was queued. */
  wakeDelivery(): void;
}

/** A step that is being taken, with what it is about. */
export interface TakenStep {
  readonly view: ChangeView;
  readonly step: ApplyStep;
  readonly plan: ServerPlan;
  /** Undefined when staunch.yml does not name it any more. */
  readonly server: Server | undefined;
  /** Staunch was away too long before this step: an approval is not carried out late. */
  readonly isLate: boolean;
}
