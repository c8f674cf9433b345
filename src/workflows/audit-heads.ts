import type { Clock, Log } from './ports.ts';
import type { AuditHead } from './remediation-ports.ts';
import type { State } from './state-ports.ts';

/** A head to be kept elsewhere. */
export interface HeadToTell extends AuditHead {
  /** Entries since the head that was told before. */
  readonly added: number;
}

export interface AuditHeadsParts {
  readonly state: Pick<State, 'audit' | 'inbox'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Where it is posted, as staunch.yml says at that time; undefined for the log alone. */
  channel(): Promise<string | undefined>;
  /** One attempt. */
  post(
    channel: string,
    head: HeadToTell,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
}

/** Of the entry that says that a head was told. */
const TOLD = 'head-told';
/** Less than a day, so that the hour of it does not wander. */
const DAILY_MS = 23.5 * 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * Tells the head of the audit once a day where nobody who can change the state can change it: in a channel and in the
 * service's log. With it the chain proves that nothing up to there was changed or cut off.
 */
export class AuditHeads {
  readonly #parts: AuditHeadsParts;

  constructor(parts: AuditHeadsParts) {
    this.#parts = parts;
  }

  /** To be called each hour: a head that could not be posted is told again then. Answers with whether one was told. */
  async tellDue(): Promise<boolean> {
    const { state, clock, log } = this.#parts;
    const nowMs = clock.nowMs();
    const head = await state.audit.head();
    const told = await state.audit.lastOf(TOLD);
    // That a head was told is no decision: after it there is nothing new to tell.
    if (!head || head.sequence === told?.sequence) return false;
    if (told && nowMs - told.atMs < DAILY_MS) return false;
    // Processes that share the state look at the same hour.
    if (!(await state.inbox.claim(`audit-head/${head.sequence}/${Math.floor(nowMs / HOUR_MS)}`, nowMs)))
      return false;
    const added = head.sequence - (told?.sequence ?? 0);
    log.info({ head: `${head.sequence}:${head.hash}`, added }, 'head of the audit');
    const channel = await this.#parts.channel();
    if (channel !== undefined) {
      const posted = await this.#parts.post(channel, { ...head, added });
      if (!posted.ok) {
        log.warn({ channel, reason: posted.reason }, 'the head of the audit could not be posted');
        return false;
      }
    }
    const body = { sequence: head.sequence, hash: head.hash, ...(channel !== undefined && { channel }) };
    await state.audit.append({ atMs: nowMs, kind: TOLD, actor: 'staunch', body });
    return true;
  }
}
