import type { Server } from '../../src/inventory/registry.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import { serverPlanDigest } from '../../src/remediation/plan-digest.ts';
import type {
  HelperAnswer,
  HelperCheck,
  HelperState,
  HelperStatus,
  Operator,
} from '../../src/workflows/remediation-ports.ts';
import { fileNow, helperState, sha256Of } from './helper-answers.ts';
import type { ChangedHosts, HostChange, PlanRecord } from './host-change.ts';
import type { HostFiles } from './host-files.ts';
import { CONFIG_FILE, DROP_IN } from './unit-words.ts';

export interface PractisedOperatorOptions {
  /** The recording of a server; undefined when it is not of the fleet, or does not answer. */
  filesOf(server: string): Promise<HostFiles | undefined>;
  readonly changed: ChangedHosts;
  nowMs(): number;
  /** What a helper takes for it. */
  pause(ms: number): Promise<void>;
}

type Refusal = Extract<HelperAnswer<never>, { readonly ok: false }>;
const HOST_KEY = 'SHA256:practice0practice0practice0practice0practice0';
const ALLOWED = new Set([CONFIG_FILE, DROP_IN]);

/**
 * The helper of the demo servers: the same verbs, refusals and states as the real one, over files and a unit that exist
 * nowhere. A change that is not confirmed in time is taken back, as the real dead man's switch does.
 */
export class PractisedOperator implements Operator {
  readonly #options: PractisedOperatorOptions;

  constructor(options: PractisedOperatorOptions) {
    this.#options = options;
  }

  async state(
    server: Server,
    unit: string,
  ): Promise<HelperAnswer<HelperState & { readonly hostKey: string }>> {
    return this.#at(server, unit, host => ({ ok: true, ...host.state(), hostKey: HOST_KEY }));
  }

  async check(
    server: Server,
    plan: ServerPlan,
  ): Promise<HelperAnswer<{ readonly checks: readonly HelperCheck[] }>> {
    return this.#at(server, plan.unit, host => host.stale(plan) ?? { ok: true, checks: checksOf(plan) });
  }

  async apply(
    server: Server,
    { planId, digest, plan }: { readonly planId: string; readonly digest: string; readonly plan: ServerPlan },
  ): Promise<HelperAnswer<HelperStatus>> {
    return this.#at(server, plan.unit, async host => {
      const known = host.change.plans[planId];
      if (known)
        return known.digest === digest
          ? host.status(known)
          : refused('other-digest', `${planId} was another plan.`);
      if (serverPlanDigest(plan) !== digest)
        return refused('other-digest', 'The plan is not the one of this digest.');
      const outside = plan.changes.find(({ path }) => !ALLOWED.has(path));
      if (outside) return refused('not-allowed', `${outside.path} is not in the allow list of this server.`);
      const stale = host.stale(plan);
      if (stale) return stale;
      const failed = checksOf(plan).find(check => !check.ok);
      if (failed) return refused('check-failed', failed.detail);
      await this.#options.pause(1_500);
      return host.applied(planId, digest, plan);
    });
  }

  async status(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#at(server, unit, host => {
      const record = host.change.plans[planId];
      return record
        ? host.status(record)
        : refused('unknown-plan', `There is no plan ${planId}: it was not applied here.`);
    });
  }

  async confirm(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#at(server, unit, host => {
      const record = host.change.plans[planId];
      if (!record) return refused('unknown-plan', `There is no plan ${planId}: it was not applied here.`);
      if (record.state !== 'activated') return host.status(record);
      const { rollbackAtMs: _, ...rest } = record;
      return host.recorded(planId, { ...rest, state: 'confirmed', atMs: host.nowMs });
    });
  }

  async rollback(
    server: Server,
    unit: string,
    planId: string,
    reason: string,
  ): Promise<HelperAnswer<HelperStatus>> {
    return this.#at(server, unit, host => {
      const record = host.change.plans[planId];
      if (!record)
        return host.recorded(planId, {
          digest: '',
          unit,
          state: 'failed',
          detail: 'it was never applied here, and cannot be any more',
          atMs: host.nowMs,
          before: {},
          kind: 'none',
        });
      if (record.state !== 'activated' && record.state !== 'confirmed') return host.status(record);
      return host.takenBack(planId, record, reason);
    });
  }

  async close(): Promise<void> {}

  /** First of all what is overdue is taken back. */
  async #at<T>(
    server: Server,
    unit: string,
    answer: (host: PractisedHost) => HelperAnswer<T> | Promise<HelperAnswer<T>>,
  ): Promise<HelperAnswer<T>> {
    const files = await this.#options.filesOf(server.id);
    if (!files)
      return {
        ok: false,
        kind: 'not-reached',
        detail: `${server.id} does not answer: practice mode reaches its demo fleet only.`,
      };
    if (!files.texts.has(`systemctl-show-${unit.replace(/\.service$/, '')}.txt`))
      return refused('not-allowed', `${unit} is not in the allow list of ${server.id}.`);
    const host = new PractisedHost(server.id, files, this.#options);
    host.takeBackOverdue();
    return answer(host);
  }
}

/** One demo server during one call. */
class PractisedHost {
  readonly nowMs: number;
  readonly #id: string;
  readonly #files: HostFiles;
  readonly #options: PractisedOperatorOptions;

  constructor(id: string, files: HostFiles, options: PractisedOperatorOptions) {
    this.#id = id;
    this.#files = files;
    this.#options = options;
    this.nowMs = options.nowMs();
  }

  get change(): HostChange {
    return this.#options.changed.of(this.#id);
  }

  state(): HelperState {
    return helperState(this.#files, this.change, this.#options.nowMs());
  }

  status(record: PlanRecord): HelperAnswer<HelperStatus> {
    const { state, detail, atMs, rollbackAtMs } = record;
    return {
      ok: true,
      ...this.state(),
      state,
      detail,
      atMs,
      ...(rollbackAtMs !== undefined && { rollbackAtMs }),
    };
  }

  /** Why the plan does not fit any more what is here. */
  stale(plan: ServerPlan): Refusal | undefined {
    const { master, unitState } = this.state();
    const { mainPid, mainStartTicks, fragmentPath } = plan.precondition;
    if (master?.pid !== mainPid || master.startTicks !== mainStartTicks)
      return refused(
        'stale',
        `The main process is ${master?.pid ?? 'gone'}, the plan was made with ${mainPid}.`,
      );
    if (unitState.FragmentPath !== fragmentPath) return refused('stale', 'The unit is another file by now.');
    for (const { path, before } of plan.changes) {
      const file = fileNow(path, this.change);
      if ((file === undefined) !== (before === null) || (file && before && sha256Of(file) !== before.sha256))
        return refused('stale', `${path} has changed since the plan was made.`);
    }
    return undefined;
  }

  applied(planId: string, digest: string, plan: ServerPlan): HelperAnswer<HelperStatus> {
    const { change } = this;
    const before = Object.fromEntries(plan.changes.map(({ path }) => [path, fileNow(path, change) ?? null]));
    const files = { ...change.files };
    for (const { path, after } of plan.changes) {
      const { base64, mode, uid, gid } = after;
      files[path] = { base64, mode, uid, gid };
    }
    const { kind } = plan.activation;
    const record: PlanRecord = {
      digest,
      unit: plan.unit,
      state: kind === 'recycle-worker' ? 'confirmed' : 'activated',
      detail: DONE[kind],
      atMs: this.nowMs,
      ...(kind !== 'recycle-worker' && { rollbackAtMs: this.nowMs + plan.confirmWithinSeconds * 1000 }),
      before,
      kind,
    };
    this.#options.changed.keep(this.#id, {
      ...activated({ ...change, files }, kind, this.#options.nowMs()),
      plans: { ...change.plans, [planId]: record },
    });
    return this.status(record);
  }

  recorded(planId: string, record: PlanRecord): HelperAnswer<HelperStatus> {
    const { change } = this;
    this.#options.changed.keep(this.#id, { ...change, plans: { ...change.plans, [planId]: record } });
    return this.status(record);
  }

  takenBack(planId: string, record: PlanRecord, reason: string): HelperAnswer<HelperStatus> {
    const { change } = this;
    const files = { ...change.files };
    for (const [path, file] of Object.entries(record.before)) {
      if (file === null) delete files[path];
      else files[path] = file;
    }
    const { rollbackAtMs: _, ...rest } = record;
    const taken: PlanRecord = {
      ...rest,
      state: 'rolled-back',
      detail: `${reason} The files are as they were, byte for byte, with mode and owner; that was read again.`,
      atMs: this.nowMs,
    };
    this.#options.changed.keep(this.#id, {
      ...activated({ ...change, files }, record.kind, this.nowMs),
      plans: { ...change.plans, [planId]: taken },
    });
    return this.status(taken);
  }

  takeBackOverdue(): void {
    for (const [planId, record] of Object.entries(this.change.plans))
      if (record.rollbackAtMs !== undefined && record.rollbackAtMs <= this.nowMs)
        this.takenBack(planId, record, 'It was not confirmed in time.');
  }
}

const DONE: Readonly<Record<ServerPlan['activation']['kind'], string>> = {
  none: 'in place for the next start',
  'daemon-reload': 'systemd has read it',
  reload: 'reloaded; every worker is younger than the change',
  restart: 'restarted; every worker is younger than the change',
  'recycle-worker': 'the worker was asked to leave and is replaced',
};

function activated(change: HostChange, kind: string, nowMs: number): HostChange {
  if (kind === 'restart') return { ...change, renewedAtMs: nowMs, restarts: change.restarts + 1 };
  return kind === 'reload' || kind === 'recycle-worker' ? { ...change, renewedAtMs: nowMs } : change;
}

function checksOf(plan: ServerPlan): HelperCheck[] {
  return plan.changes.map(({ path, after }) => {
    const text = Buffer.from(after.base64, 'base64').toString('utf8');
    const isWhole = path !== CONFIG_FILE || /^[\x20-\x7e\n\t]*$/.test(text);
    return {
      name: 'syntax',
      ok: isWhole,
      detail: isWhole ? `${path} can be read` : `${path} holds bytes that Python does not read`,
    };
  });
}

function refused(refusal: string, detail: string): Refusal {
  return { ok: false, kind: 'refused', refusal, detail };
}
