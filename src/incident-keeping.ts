import { slackIncidentWords } from '../handlers/slack/blocks/step-card.ts';
import type { SlackContext } from '../handlers/slack/slack-context.ts';
import { DEFAULT_PLAYBOOK } from '../playbooks/playbook-use.ts';
import type { CachedRegistry } from './adapters/cached-registry.ts';
import type { Chore } from './adapters/housekeeping.ts';
import { playbookLoader } from './adapters/playbook-files.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { createMasking } from './report/masking.ts';
import type { IncidentPorts } from './workflows/incident-changing.ts';
import { IncidentDesk } from './workflows/incident-desk.ts';
import { IncidentFollowing } from './workflows/incident-following.ts';
import type { Guidance } from './workflows/incident-guidance.ts';
import { incidentRecord } from './workflows/incident-records.ts';
import type { Clock, Log } from './workflows/ports.ts';
import type { Telling } from './workflows/surface-ports.ts';

export interface IncidentKeepingOptions {
  readonly state: OpenedState;
  readonly registry: CachedRegistry;
  readonly telling: Telling;
  readonly clock: Clock;
  readonly log: Log;
  /** Secret of this installation, for pseudonyms. */
  readonly pseudonymKey?: string;
  wakeDelivery(): void;
}

/** Incidents in a running Staunch. */
export interface IncidentKeeping {
  readonly ports: IncidentPorts;
  readonly following: IncidentFollowing;
  readonly slack: SlackContext['incidents'];
  readonly chores: readonly Chore[];
}

/** Playbooks change when somebody edits them; a card need not wait for eight files each time. */
const PLAYBOOK_MS = 60_000;

/** Starts what keeps incidents: joins, next steps, timelines. */
export function keepIncidents(options: IncidentKeepingOptions): IncidentKeeping {
  const { state, registry, telling, clock, log, wakeDelivery, pseudonymKey } = options;
  const words = slackIncidentWords();
  const mask = createMasking(pseudonymKey === undefined ? {} : { pseudonymKey });
  const ports: IncidentPorts = {
    state,
    telling,
    words,
    clock,
    log,
    mask,
    wakeDelivery,
    guidanceOf: guidanceBy(registry, clock, log),
  };
  const following = new IncidentFollowing(ports);
  return {
    ports,
    following,
    slack: {
      desk: new IncidentDesk(ports),
      record: incidentId => incidentRecord(incidentId, state),
    },
    chores: [{ name: 'look after incidents', at: '*/5 * * * * *', perform: () => following.tend() }],
  };
}

/** The playbook of an incident, else of its service, with the unit for commands; read once a minute. */
function guidanceBy(registry: CachedRegistry, clock: Clock, log: Log): IncidentPorts['guidanceOf'] {
  const load = playbookLoader({ registry, environment: process.env });
  const kept = new Map<string, { readonly atMs: number; readonly loading: ReturnType<typeof load> }>();
  const loaded = (id: string) => {
    const before = kept.get(id);
    if (before && clock.nowMs() - before.atMs < PLAYBOOK_MS) return before.loading;
    const fresh = { atMs: clock.nowMs(), loading: load(id) };
    kept.set(id, fresh);
    return fresh.loading;
  };
  return async (serviceId, playbook): Promise<Guidance | undefined> => {
    try {
      const stored = await registry.read();
      const service = (stored.ok ? stored.registry : registry.last())?.services.get(serviceId);
      const reading = await loaded(playbook ?? service?.playbook ?? DEFAULT_PLAYBOOK);
      if (reading.ok) return { playbook: reading.playbook, unit: service?.unit ?? `${serviceId}.service` };
      log.warn(
        { service: serviceId, problems: reading.problems },
        'a playbook cannot be used: no next step is shown',
      );
    } catch (error) {
      log.error({ err: error, service: serviceId }, 'a playbook could not be read');
    }
    return undefined;
  };
}
