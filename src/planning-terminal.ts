import { userInfo } from 'node:os';
import type { ChangesContext } from '../handlers/terminal/changes.ts';
import type { PlanContext } from '../handlers/terminal/plan.ts';
import { openChosenOperator } from './adapters/operator-choice.ts';
import { lookAtChanges, workOnChanges } from './adapters/state-keeping.ts';
import type { TerminalWorld } from './terminal.ts';
import { ServicePlanner } from './workflows/planner.ts';
import { planService } from './workflows/planning.ts';
import type { Log } from './workflows/ports.ts';

/** What `staunch plan` needs: the servers, their helpers and what the watch has kept. */
export async function planContext(world: TerminalWorld): Promise<PlanContext> {
  const log = logTo(text => world.writeError(text));
  const operator = await openChosenOperator({ kind: 'ssh' });
  const stored = await world.registry.read();
  return {
    ...world,
    planner: async () =>
      new ServicePlanner({
        operator,
        watched: async service => (await world.watched?.(service)) ?? {},
        registry: async () => (stored.ok ? stored.registry : undefined),
        plan: (request, cancel) => planService(request, { ...world, log }, cancel),
        log,
      }),
  };
}

export function changesContext(world: TerminalWorld): ChangesContext {
  return {
    ...world,
    person: `terminal: ${userInfo().username}`,
    changes: {
      look: use => lookAtChanges(process.env, use),
      work: use => workOnChanges(process.env, world.clock, use),
    },
  };
}

function logTo(write: (text: string) => void): Log {
  return {
    info: () => undefined,
    warn: (_, text) => write(`${text}\n`),
    error: (fields, text) => write(`${text}: ${String(Reflect.get(fields, 'err') ?? '')}\n`),
  };
}
