import {
  advance,
  change,
  changesOf,
  type IncidentPorts,
  kept,
  openAgain,
  putRoot,
} from './incident-changing.ts';
import type { Guidance } from './incident-guidance.ts';
import type { IncidentEntry, Origin, Standing } from './incident-ports.ts';
import type { Proposal } from './remediation-ports.ts';
import { type Incident, type Run, STAUNCH_ITSELF, type State } from './state-ports.ts';

/** Where a trouble that is told again goes on: an open incident that was touched lately, or one just resolved. */
const QUIET_MS = 12 * 3_600_000;
const RELAPSE_MS = 30 * 60_000;

/** Somebody, or something, tells of a service. */
export interface ToldAgain {
  readonly by: string;
  readonly origin: Origin;
  readonly because?: string;
}

/** Keeps incidents in step with what happens: diagnoses that are asked for and end, changes, relapses. */
export class IncidentFollowing {
  readonly #ports: IncidentPorts;

  constructor(ports: IncidentPorts) {
    this.#ports = ports;
  }

  /**
   * The incident that takes up what is told of a service now, held until the transaction ends, or undefined where
   * another one is to be opened in the same transaction.
   */
  async toJoin(
    within: State,
    { service, workspace, channel }: Pick<Incident, 'service' | 'workspace' | 'channel'>,
    atMs: number,
  ): Promise<Standing | undefined> {
    const times = { openSinceMs: atMs - QUIET_MS, resolvedSinceMs: atMs - RELAPSE_MS };
    return within.standings.toJoin({ service, workspace, channel, ...times });
  }

  /** The first entry of the timeline of an incident that was opened in this transaction. */
  async opened(within: State, incident: Incident, because?: string): Promise<void> {
    await within.standings.add(incident.id, {
      kind: 'opened',
      atMs: incident.openedAtMs,
      actor: incident.openedBy,
      origin: incident.openedFrom ?? 'command',
      ...(because !== undefined && { because: kept(because, this.#ports) }),
    });
  }

  /** The same trouble was told again, of an incident that this transaction holds: a resolved one is open again. */
  async joined(within: State, standing: Standing, told: ToldAgain, atMs: number): Promise<Standing> {
    const { by, origin } = told;
    const because = told.because === undefined ? undefined : kept(told.because, this.#ports);
    await within.standings.add(standing.incident.id, {
      kind: 'joined',
      atMs,
      actor: by,
      origin,
      ...(because !== undefined && { because }),
    });
    if (standing.state !== 'resolved') return change(within, standing, { changedAtMs: atMs });
    const why = { by, because: because ?? `It was told of again by ${AGAIN_BY[origin]}.`, atMs };
    return openAgain(within, standing, why, this.#ports);
  }

  /** What follows from the end of a run: to be done in the transaction that stores it. */
  async follow({ incident }: Pick<Run, 'incident'>): Promise<(within: State, atMs: number) => Promise<void>> {
    const head = incident.threadOf?.replace(/\/root$/, '') ?? incident.id;
    const before = await this.#ports.state.standings.find(head);
    const guidance = before && (await this.#guidanceOf(before));
    return async (within, atMs) => {
      const standing = await within.standings.hold(head);
      if (standing !== undefined) await advance(within, standing, { guidance, atMs }, this.#ports);
    };
  }

  /** What alerts say of an incident now: an edit of its root. */
  async noticed(within: State, incidentId: string, notice: string, atMs: number): Promise<void> {
    const standing = await within.standings.hold(incidentId);
    if (standing === undefined || standing.notice === notice) return;
    await within.standings.add(incidentId, { kind: 'alerts', atMs, actor: STAUNCH_ITSELF, text: notice });
    await putRoot(within, await change(within, standing, { notice, changedAtMs: atMs }), atMs, this.#ports);
  }

  /** Looks at every open incident for what its changes have come to. Called every few seconds; never throws. */
  async tend(): Promise<void> {
    const { state, log } = this.#ports;
    for (const standing of await state.standings.open())
      try {
        await this.#tend(standing);
      } catch (error) {
        log.error({ err: error, incident: standing.incident.id }, 'an incident could not be looked after');
      }
  }

  async #tend(seen: Standing): Promise<void> {
    const { state, clock } = this.#ports;
    if (seen.origin === 'warning' && seen.card === undefined) return this.#closeWithWarning(seen);
    // Most have no change at all, and nothing of theirs is new.
    if ((await changesOf(state, seen)).length === 0) return;
    const guidance = await this.#guidanceOf(seen);
    const isNew = await state.atomically(async within => {
      const standing = await within.standings.hold(seen.incident.id);
      if (standing === undefined || standing.state === 'resolved') return false;
      const atMs = clock.nowMs();
      const proposals = await changesOf(within, standing);
      if (standing.origin === 'change') return this.#closedWithChange(within, standing, proposals, atMs);
      const entry = givenByChange(standing, proposals, atMs);
      if (entry) await within.standings.add(standing.incident.id, entry);
      const advanced = {
        guidance,
        atMs,
        onlyNew: !entry,
        ...(entry && { past: { kind: 'answered' as const, entry } }),
      };
      return (await advance(within, standing, advanced, this.#ports)).version !== standing.version;
    });
    if (isNew) this.#ports.wakeDelivery();
  }

  /** What was opened for nothing but a change is over with it; the change tells by itself how it ended. */
  async #closedWithChange(
    within: State,
    standing: Standing,
    proposals: readonly Proposal[],
    atMs: number,
  ): Promise<boolean> {
    if (proposals.some(({ state }) => !isEnded(state))) return false;
    const resolved = { atMs, by: STAUNCH_ITSELF, reason: 'The change that it was about has ended.' };
    await change(within, standing, { state: 'resolved', resolved, changedAtMs: atMs });
    return false;
  }

  /** A warning that nobody looked into is over with the growth; it tells so by itself. */
  async #closeWithWarning({ incident }: Standing): Promise<void> {
    const { state, clock } = this.#ports;
    const warning = await state.warnings.find(incident.id);
    if (warning !== undefined && warning.episode.resolvedAtMs === undefined) return;
    await state.atomically(async within => {
      const standing = await within.standings.hold(incident.id);
      if (standing === undefined || standing.state === 'resolved' || standing.card !== undefined) return;
      const atMs = clock.nowMs();
      const resolved = { atMs, by: STAUNCH_ITSELF, reason: 'The growth that it warned of is over.' };
      await change(within, standing, { state: 'resolved', resolved, changedAtMs: atMs });
    });
  }

  #guidanceOf({ incident, playbook }: Standing): Promise<Guidance | undefined> {
    return this.#ports.guidanceOf(incident.service, playbook);
  }
}

const AGAIN_BY: Readonly<Record<Origin, string>> = {
  command: 'a person',
  shortcut: 'a person',
  alert: 'an alert',
  warning: 'a warning of growth',
  watch: "Staunch's own watch",
  change: 'a change',
};

const ENDED: readonly Proposal['state'][] = ['done', 'rolled-back', 'failed', 'rejected'];

function isEnded(state: Proposal['state']): boolean {
  return ENDED.includes(state) || ['stale', 'expired', 'superseded'].includes(state);
}

/** A step that proposes a change is settled when the change was made or given up; one that lapsed may be tried again. */
function givenByChange(
  { card, openSinceMs }: Standing,
  proposals: readonly Proposal[],
  atMs: number,
): (IncidentEntry & { readonly kind: 'answer' }) | undefined {
  if (card?.step?.primary.kind !== 'propose') return undefined;
  const { remedy, label } = card.step.primary;
  const ended = proposals.find(
    ({ plan, state, createdAtMs }) =>
      plan.remedy === remedy && createdAtMs >= openSinceMs && ENDED.includes(state),
  );
  if (ended === undefined || proposals.some(p => p.plan.remedy === remedy && !isEnded(p.state)))
    return undefined;
  return {
    kind: 'answer',
    atMs,
    actor: STAUNCH_ITSELF,
    title: card.step.title,
    label,
    answer: { step: card.step.id, how: 'done', note: CAME_TO[ended.state] ?? ended.state },
  };
}

const CAME_TO: Readonly<Partial<Record<Proposal['state'], string>>> = {
  done: 'The change was applied and verified.',
  'rolled-back': 'The change was applied and taken back.',
  failed: 'The change could not be applied.',
  rejected: 'The change was rejected.',
};
