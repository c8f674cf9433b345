import { serviceGrowth } from '../../src/growth/service-growth.ts';
import type { Service } from '../../src/inventory/registry.ts';
import { growthDocumentOf } from '../../src/report/growth-document.ts';
import { growthText } from '../../src/report/growth-text.ts';
import { growthHistories } from '../../src/workflows/growth-histories.ts';
import type { Clock } from '../../src/workflows/ports.ts';
import type { Samples, ServerNotes } from '../../src/workflows/sample-ports.ts';
import { sightOf } from '../../src/workflows/watch-sight.ts';
import { EXIT } from './context.ts';
import type { ServerContext } from './server-context.ts';
import { servicesOrTell } from './service-lookup.ts';

/** What the watch has kept, to be looked at whoever works with it. */
export interface WatchedState {
  readonly samples: Pick<Samples, 'lives' | 'last' | 'minutes'>;
  readonly notes: Pick<ServerNotes, 'all'>;
  close(): Promise<void>;
}

export type WatchedStateOpening =
  | { readonly ok: true; readonly state: WatchedState }
  /** Why there is nothing to look at, and what to try. */
  | { readonly ok: false; readonly problem: string };

export interface GrowthNowContext extends Pick<ServerContext, 'registry' | 'write' | 'writeError'> {
  readonly clock: Clock;
  readonly colour: boolean;
  readonly columns: number;
  readonly timeZone: string;
  openWatched(): Promise<WatchedStateOpening>;
}

/** `staunch growth [service]`: how its workers grow, by what the watch has kept until now. */
export async function growthNow(
  options: { readonly target?: string; readonly json?: boolean },
  context: GrowthNowContext,
): Promise<number> {
  const services = await servicesOrTell(options.target, context);
  if (typeof services === 'number') return services;
  const opening = await context.openWatched();
  if (!opening.ok) {
    context.writeError(`${opening.problem}\n`);
    return EXIT.failed;
  }
  const { state } = opening;
  try {
    const found: Awaited<ReturnType<typeof growthOf>>[] = [];
    for (const service of services) found.push(await growthOf(service, state, context.clock.nowMs()));
    if (options.json) {
      const documents = found.map(({ growth, around }) => growthDocumentOf(growth, around));
      context.write(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`);
    } else context.write(found.map(({ growth, around }) => growthText(growth, around, context)).join('\n'));
    return EXIT.fine;
  } finally {
    await state.close();
  }
}

async function growthOf(service: Service, { samples, notes }: WatchedState, nowMs: number) {
  const units = await growthHistories(samples, service, nowMs);
  const said = new Map((await notes.all()).map(note => [note.server, note]));
  const times = units.flatMap(({ last }) => (last === undefined ? [] : [last.atMs]));
  return {
    growth: serviceGrowth(service.id, units, nowMs),
    around: {
      unit: service.unit,
      ...sightOf(service, said),
      ...(times.length > 0 && { lastSampleMs: Math.max(...times) }),
    },
  };
}
