import type { Operator } from '../../src/workflows/remediation-ports.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import type { Surface } from '../../src/workflows/surface-ports.ts';
import { type Guard, guardedRooms } from './guarded-state.ts';

/** A process that dies at its n-th step: before or after a word to the state or the surface. */
export class Life {
  dead = false;
  #stepsLeft: number;

  constructor(steps: number) {
    this.#stepsLeft = steps;
  }

  /** False once the process is gone. */
  step(): boolean {
    if (this.#stepsLeft-- <= 0) this.dead = true;
    return !this.dead;
  }
}

const DEATH = new Error('the process is gone');
/** Nobody waits for a process that is gone. */
const never = <T>() => new Promise<T>(() => {});

/** The state as one life of the process sees it. What was committed before its death stays. */
export function mortalState(state: State, life: Life): State {
  const outside = async <T>(call: () => Promise<T>): Promise<T> => {
    if (!life.step()) return never();
    const answer = await call().catch(error => (error === DEATH ? never<T>() : Promise.reject(error)));
    return life.step() ? answer : never();
  };
  const within = async <T>(call: () => Promise<T>): Promise<T> => {
    if (!life.step()) throw DEATH;
    return call();
  };
  return {
    ...guardedRooms(state, outside),
    atomically: work => outside(() => state.atomically(inner => work(asInner(inner, within)))),
  };
}

export function mortalSurface(surface: Surface, life: Life): Surface {
  return {
    ship: async shipment => {
      if (!life.step()) return never();
      const answer = await surface.ship(shipment);
      return life.step() ? answer : never();
    },
  };
}

/** Servers as one life of the process reaches them: what they were told before its death, they do. */
export function mortalOperator(operator: Operator, life: Life): Operator {
  return new Proxy(operator, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        if (!life.step()) return never();
        const answer = await method.apply(target, args);
        return life.step() ? answer : never();
      };
    },
  });
}

function asInner(state: State, guard: Guard): State {
  return { ...guardedRooms(state, guard), atomically: work => work(asInner(state, guard)) };
}
