import type { Registry, Service } from '../inventory/registry.ts';
import type { ChangePlan } from '../remediation/plan.ts';
import { serverTicks } from '../remediation/preflight.ts';
import type { Planner, PlanRequest } from './change-ports.ts';
import type { ChangeBrief, Planned, Tick } from './planned-change.ts';
import type { HelperSaid, PlanningRequest, WatchedMaterial } from './planning-port.ts';
import type { Log } from './ports.ts';
import type { Operator } from './remediation-ports.ts';

export interface ServicePlannerPorts {
  /** Absent where no server can be changed: then every change is one by hand. */
  readonly operator?: Operator;
  /** What the watch has kept of a service. */
  watched(service: Service): Promise<WatchedMaterial>;
  /** As staunch.yml says it now; undefined when it cannot be used. */
  registry(): Promise<Registry | undefined>;
  /** Reads the servers and thinks, wherever that may be. */
  plan(request: PlanningRequest, cancel: AbortSignal): Promise<Planned>;
  readonly log: Log;
}

/** Plans with what the helpers say and the watch has kept, and has the helpers check what was planned. */
export class ServicePlanner implements Planner {
  readonly #ports: ServicePlannerPorts;

  constructor(ports: ServicePlannerPorts) {
    this.#ports = ports;
  }

  async plan(request: PlanRequest, cancel: AbortSignal): Promise<Planned> {
    const { registry, log } = this.#ports;
    try {
      const service = (await registry())?.services.get(request.service);
      if (!service)
        return {
          kind: 'problem',
          problem: `There is no service "${request.service}" in staunch.yml, or the file cannot be used.`,
        };
      const [said, watched] = await Promise.all([this.#helpers(service), this.#ports.watched(service)]);
      const planned = await this.#ports.plan({ ...request, said, watched }, cancel);
      return planned.kind === 'plan' ? await this.#checked(planned, service) : planned;
    } catch (error) {
      log.error({ err: error, service: request.service }, 'a change could not be planned');
      return {
        kind: 'problem',
        problem: `The change of ${request.service} could not be planned: a fault of Staunch itself, whose details are in its log. Nothing was changed.`,
      };
    }
  }

  #helpers({ servers, unit }: Service): Promise<readonly HelperSaid[]> {
    const { operator } = this.#ports;
    if (!operator) return Promise.resolve([]);
    return Promise.all(
      servers.map(async server => ({ server: server.id, answer: await operator.state(server, unit) })),
    );
  }

  /** What only the server itself can tell, before anybody is asked. */
  async #checked(planned: Extract<Planned, { readonly kind: 'plan' }>, service: Service): Promise<Planned> {
    const { plan, brief } = planned;
    const ticks = (await Promise.all(plan.servers.map(each => this.#ticksOf(each, service)))).flat();
    const all: ChangeBrief = { ...brief, ticks: [...brief.ticks, ...ticks] };
    const blocking = ticks.filter(tick => tick.state === 'block');
    if (blocking.length === 0) return { kind: 'plan', plan, brief: all };
    return {
      kind: 'refused',
      remedy: brief.remedy,
      reason: `The server itself refuses it: ${blocking.map(tick => tick.text).join(' ')}`,
      instead: [],
      settings: {},
      brief: all,
    };
  }

  async #ticksOf(plan: ChangePlan['servers'][number], { servers }: Service): Promise<readonly Tick[]> {
    const server = servers.find(each => each.id === plan.server);
    if (!server || !this.#ports.operator) return [];
    const answer = await this.#ports.operator.check(server, plan);
    const about = servers.length > 1 ? { server: plan.server } : {};
    if (!answer.ok) return [{ ...about, state: 'block', text: answer.detail }];
    return serverTicks(answer.checks).map(({ state, text }) => ({ ...about, state, text }));
  }
}
