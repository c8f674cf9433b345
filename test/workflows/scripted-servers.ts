import type { Server } from '../../src/inventory/registry.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import type {
  HelperAnswer,
  HelperPlanState,
  HelperState,
  HelperStatus,
  Operator,
} from '../../src/workflows/remediation-ports.ts';
import type { FakeTime } from './fake-time.ts';

/** What befalls one call to a server. `unheard`: done, but the answer never arrives. */
export type ServerFate = 'fine' | 'not-reached' | 'unheard' | 'lost' | 'stale' | 'busy' | 'breaks';

interface Record {
  state: HelperPlanState;
  detail: string;
  rollbackAtMs?: number;
}

const EMPTY: HelperState = { unitState: {}, files: [], workers: [], helperVersion: 'scripted' };

/** One server with a helper: what is in place, how often it was written, and whether the service lives. */
export class ScriptedServer {
  content: 'old' | 'new' = 'old';
  written = 0;
  takenBack = 0;
  readonly plans = new Map<string, Record>();
}

type Verb = 'state' | 'check' | 'apply' | 'status' | 'confirm' | 'rollback';

/** Servers that keep what happened to them, whoever asks; their dead man's switch goes by the test's clock. */
export class ScriptedServers implements Operator {
  readonly calls: string[] = [];
  fate: (verb: Verb, server: string) => ServerFate = () => 'fine';
  readonly #servers = new Map<string, ScriptedServer>();
  readonly #time: FakeTime;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  at(id: string): ScriptedServer {
    const server = this.#servers.get(id) ?? new ScriptedServer();
    this.#servers.set(id, server);
    this.#takeBackOverdue(server);
    return server;
  }

  state(): Promise<HelperAnswer<HelperState & { readonly hostKey: string }>> {
    return Promise.resolve({ ok: true, ...EMPTY, hostKey: 'SHA256:x' });
  }

  check(server: Server, _plan: ServerPlan) {
    return this.#call('check', server.id, () => ({ ok: true as const, checks: [] }));
  }

  apply(server: Server, { planId, plan }: { readonly planId: string; readonly plan: ServerPlan }) {
    return this.#call('apply', server.id, (there, fate) => {
      const known = there.plans.get(planId);
      if (known) return statusOf(known);
      there.written++;
      there.content = fate === 'breaks' ? 'old' : 'new';
      const record: Record =
        fate === 'breaks'
          ? { state: 'rolled-back', detail: 'the main process ended; the old files are back' }
          : {
              state: 'activated',
              detail: '4 workers are younger than the change',
              rollbackAtMs: this.#time.nowMs() + plan.confirmWithinSeconds * 1000,
            };
      there.plans.set(planId, record);
      return statusOf(record);
    });
  }

  status(server: Server, _unit: string, planId: string) {
    return this.#call('status', server.id, there => statusOf(there.plans.get(planId)));
  }

  confirm(server: Server, _unit: string, planId: string) {
    return this.#call('confirm', server.id, there => {
      const record = there.plans.get(planId);
      if (record?.state === 'activated') {
        record.state = 'confirmed';
        delete record.rollbackAtMs;
      }
      return statusOf(record);
    });
  }

  rollback(server: Server, _unit: string, planId: string, reason: string) {
    return this.#call('rollback', server.id, there => {
      const record = there.plans.get(planId);
      if (!record) there.plans.set(planId, { state: 'failed', detail: 'it was never applied here' });
      else if (record.state === 'activated' || record.state === 'confirmed') takeBack(there, record, reason);
      return statusOf(there.plans.get(planId));
    });
  }

  async close(): Promise<void> {}

  async #call<T>(
    verb: Verb,
    id: string,
    work: (server: ScriptedServer, fate: ServerFate) => HelperAnswer<T>,
  ): Promise<HelperAnswer<T>> {
    this.calls.push(`${verb} ${id}`);
    const fate = this.fate(verb, id);
    await this.#time.sleep(200);
    const server = this.at(id);
    switch (fate) {
      case 'not-reached':
        return { ok: false, kind: 'not-reached', detail: `${id} did not answer` };
      case 'lost':
        return { ok: false, kind: 'unknown', detail: 'the connection was lost' };
      case 'stale':
      case 'busy':
        return { ok: false, kind: 'refused', refusal: fate, detail: `${id} is ${fate}.` };
      case 'unheard':
        work(server, fate);
        return { ok: false, kind: 'unknown', detail: 'the connection was lost' };
      default:
        return work(server, fate);
    }
  }

  #takeBackOverdue(server: ScriptedServer): void {
    for (const record of server.plans.values())
      if (record.rollbackAtMs !== undefined && record.rollbackAtMs <= this.#time.nowMs())
        takeBack(server, record, 'it was not confirmed in time');
  }
}

function takeBack(server: ScriptedServer, record: Record, detail: string): void {
  server.content = 'old';
  server.takenBack++;
  record.state = 'rolled-back';
  record.detail = detail;
  delete record.rollbackAtMs;
}

function statusOf(record: Record | undefined): HelperAnswer<HelperStatus> {
  if (!record)
    return { ok: false, kind: 'refused', refusal: 'unknown-plan', detail: 'there is no such plan' };
  return { ok: true, ...EMPTY, atMs: 0, ...record };
}
