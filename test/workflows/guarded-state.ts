import type { State } from '../../src/workflows/state-ports.ts';

/** Stands before every call: may delay it, fail it, or never let it through. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T>;

/** A state whose calls pass a guard; those within a transaction do not. */
export function guardedState(state: State, guard: Guard): State {
  return { ...guardedRooms(state, guard), atomically: work => state.atomically(work) };
}

/** Everything but transactions, behind a guard. */
export function guardedRooms(state: State, guard: Guard): Omit<State, 'atomically'> {
  return {
    inbox: guarded(state.inbox, guard),
    outbox: guarded(state.outbox, guard),
    incidents: guarded(state.incidents, guard),
    standings: guarded(state.standings, guard),
    alertGroups: guarded(state.alertGroups, guard),
    narrations: guarded(state.narrations, guard),
    stamps: guarded(state.stamps, guard),
    remediations: guarded(state.remediations, guard),
    audit: guarded(state.audit, guard),
    warnings: guarded(state.warnings, guard),
    looks: guarded(state.looks, guard),
    purge: (nowMs, retention) => guard(() => state.purge(nowMs, retention)),
  };
}

function guarded<T extends object>(room: T, guard: Guard): T {
  return new Proxy(room, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => guard(() => method.apply(target, args));
    },
  });
}
