import type { z } from 'zod';
import type { Server } from '../../inventory/registry.ts';
import type { ServerPlan } from '../../remediation/plan.ts';
import { serverPlanText } from '../../remediation/plan-digest.ts';
import { safeText } from '../../report/safe-text.ts';
import type { HelperAnswer, HelperStatus, Operator } from '../../workflows/remediation-ports.ts';
import { dialThrough } from './dial-through.ts';
import { AnswerFrame, CheckAnswer, StateAnswer, StatusAnswer } from './helper-answer.ts';
import { type CallOutcome, callHelper } from './helper-call.ts';

export interface SshOperatorOptions {
  /** For TCP, handshake and login of one hop. */
  readonly connectTimeoutMs?: number;
  /** For a look, from the first packet to the answer: the helper waits up to 20 s for its lock. */
  readonly lookTimeoutMs?: number;
  /** For a check: the configuration check alone may take a minute. */
  readonly checkTimeoutMs?: number;
  /** For a change: a stop, a start and, when that fails, all of it again with the old files. */
  readonly changeTimeoutMs?: number;
}

type Request = Readonly<Record<string, unknown>>;

/**
 * Changes servers through their helper, with the apply key. One connection per call: a change is rare, and a kept
 * connection that died silently would turn it into "unknown". Never throws; every call ends by its deadline.
 */
export class SshOperator implements Operator {
  readonly #options: Required<SshOperatorOptions>;
  readonly #closing = new AbortController();

  constructor(options: SshOperatorOptions = {}) {
    this.#options = {
      connectTimeoutMs: 10_000,
      lookTimeoutMs: 45_000,
      checkTimeoutMs: 180_000,
      changeTimeoutMs: 600_000,
      ...options,
    };
  }

  async state(server: Server, unit: string) {
    let hostKey = '';
    const answer = await this.#ask(server, { verb: 'state', unit }, StateAnswer, {
      timeoutMs: this.#options.lookTimeoutMs,
      onHostKey: fingerprint => {
        hostKey = fingerprint;
      },
    });
    return answer.ok ? { ...answer, hostKey } : answer;
  }

  check(server: Server, plan: ServerPlan) {
    return this.#ask(server, { verb: 'check', unit: plan.unit, plan: serverPlanText(plan) }, CheckAnswer, {
      timeoutMs: this.#options.checkTimeoutMs,
      expectedHostKey: plan.hostKey,
    });
  }

  apply(
    server: Server,
    request: { readonly planId: string; readonly digest: string; readonly plan: ServerPlan },
  ): Promise<HelperAnswer<HelperStatus>> {
    const { planId, digest, plan } = request;
    const recycles = plan.activation.kind === 'recycle-worker';
    const fields = {
      verb: recycles ? 'recycle-worker' : 'apply',
      unit: plan.unit,
      planId,
      digest,
      plan: serverPlanText(plan),
      ...(!recycles && { confirmWithinSeconds: plan.confirmWithinSeconds }),
    };
    return this.#change(server, fields, plan.hostKey);
  }

  status(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>> {
    // It may find something to take back first, and is then as long as a change.
    return this.#change(server, { verb: 'status', unit, planId });
  }

  confirm(server: Server, unit: string, planId: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#change(server, { verb: 'confirm', unit, planId });
  }

  rollback(
    server: Server,
    unit: string,
    planId: string,
    reason: string,
  ): Promise<HelperAnswer<HelperStatus>> {
    // Longer words are for the thread; the helper keeps a line.
    return this.#change(server, { verb: 'rollback', unit, planId, reason: reason.slice(0, 500) });
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #change(server: Server, fields: Request, expectedHostKey?: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#ask(server, fields, StatusAnswer, {
      timeoutMs: this.#options.changeTimeoutMs,
      ...(expectedHostKey !== undefined && { expectedHostKey }),
    });
  }

  async #ask<T extends z.ZodObject>(
    server: Server,
    fields: Request,
    shape: T,
    how: {
      readonly timeoutMs: number;
      readonly expectedHostKey?: string;
      readonly onHostKey?: (fingerprint: string) => void;
    },
  ): Promise<HelperAnswer<z.infer<T>>> {
    const { apply } = server;
    if (apply === undefined) {
      return notReached(
        `${server.id} has no applyIdentityFile in staunch.yml: nothing can be changed there. ` +
          `"staunch server enable-apply ${server.id}" says how to allow it.`,
      );
    }
    const stop = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(how.timeoutMs)]);
    const { agent: _, ...reading } = server;
    const reached = await dialThrough({ ...reading, ...apply }, stop, this.#options.connectTimeoutMs);
    if (!reached.ok) {
      const late = reached.reason === 'cancelled' && !this.#closing.signal.aborted;
      return notReached(late ? `${server.id} was not reached in time. Nothing was sent.` : reached.detail);
    }
    try {
      const { fingerprint } = reached.connection.hostKey;
      if (how.expectedHostKey !== undefined && how.expectedHostKey !== fingerprint) {
        return notReached(
          `${server.id} shows the host key ${fingerprint}; the plan was made for ${how.expectedHostKey}. ` +
            'Nothing was sent. Make a new plan when the server was set up anew.',
        );
      }
      how.onHostKey?.(fingerprint);
      const outcome = await callHelper(reached.connection, JSON.stringify({ schema: 1, ...fields }), stop);
      return answerOf(server, outcome, shape);
    } finally {
      reached.end();
    }
  }
}

function notReached(detail: string): { ok: false; kind: 'not-reached'; detail: string } {
  return { ok: false, kind: 'not-reached', detail };
}

function unknown(server: Server, why: string): { ok: false; kind: 'unknown'; detail: string } {
  const detail = `It is not known whether ${server.id} did it: ${why}. It will be asked when it can be reached.`;
  return { ok: false, kind: 'unknown', detail };
}

/** Exit status 0 and a whole answer, or it is not known. What sudo or the shell says means the helper never ran. */
function answerOf<T extends z.ZodObject>(
  server: Server,
  outcome: CallOutcome,
  shape: T,
): HelperAnswer<z.infer<T>> {
  if (outcome.how === 'not-started') {
    return notReached(`${server.id} accepts the login but starts no command: ${outcome.detail}`);
  }
  if (outcome.how === 'cut') return unknown(server, outcome.detail);
  if (outcome.code !== 0) {
    const said = safeText(outcome.complaint.trim(), 300);
    const neverRan =
      outcome.out === '' &&
      (outcome.code === 126 || outcome.code === 127 || /^sudo: /.test(outcome.complaint));
    return neverRan
      ? notReached(`The helper of ${server.id} did not run: ${said}. Try "staunch server enable-apply".`)
      : unknown(server, `its helper ended with ${outcome.code}${said === '' ? '' : ` (${said})`}`);
  }
  const value = jsonOf(outcome.out);
  const frame = AnswerFrame.safeParse(value);
  if (!frame.success) return unknown(server, 'its helper gave an answer that cannot be read');
  if (!frame.data.ok) {
    const { refusal, detail } = frame.data;
    return { ok: false, kind: 'refused', refusal, detail: safeText(detail, 2000) };
  }
  const answer = shape.safeParse(value);
  if (!answer.success) {
    const [issue] = answer.error.issues;
    return unknown(server, `its helper's answer is wrong at ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { ok: true, ...answer.data };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
