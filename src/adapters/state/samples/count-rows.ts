import type { Kysely, Selectable } from 'kysely';
import type { ServiceMinute, Span } from '../../../workflows/sample-ports.ts';
import type { Tables } from '../tables.ts';
import { HOUR_MS, MINUTE_MS } from './resolution.ts';
import { addedUp, unpackCounts } from './service-hour-bytes.ts';

export interface CountRow {
  readonly service: string;
  readonly minute: ServiceMinute;
}

/** Adds counts to what is there, those of one service and minute together. */
export async function addCounts(
  db: Kysely<Tables>,
  rows: readonly CountRow[],
): Promise<readonly undefined[]> {
  // In the order of their keys: processes that count for the same services never wait in a circle.
  const services = [...Map.groupBy(rows, row => row.service)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [service, ofService] of services) {
    for (const minute of addedUp(ofService.map(row => row.minute))) {
      await db
        .insertInto('service_minute')
        .values(rowOf(service, minute))
        .onConflict(conflict =>
          conflict.columns(['service', 'minute']).doUpdateSet(eb => {
            const sum = (column: keyof ReturnType<typeof countsOf>) =>
              eb(eb.ref(`service_minute.${column}`), '+', eb.ref(`excluded.${column}`));
            return {
              requests: sum('requests'),
              http502: sum('http502'),
              http504: sum('http504'),
              oom_kills: sum('oom_kills'),
              worker_ends: sum('worker_ends'),
              restarts: sum('restarts'),
            };
          }),
        )
        .execute();
    }
  }
  return rows.map(() => undefined);
}

/** The counts of a service in a span, folded or not. */
export async function countsWithin(
  db: Kysely<Tables>,
  service: string,
  { fromMs, toMs }: Span,
): Promise<readonly ServiceMinute[]> {
  const hours = await db
    .selectFrom('service_hour')
    .select(['hour', 'body'])
    .where('service', '=', service)
    .where('hour', '>=', Math.floor(fromMs / HOUR_MS))
    .where('hour', '<=', Math.floor(toMs / HOUR_MS))
    .execute();
  const minutes = await db
    .selectFrom('service_minute')
    .selectAll()
    .where('service', '=', service)
    .where('minute', '>=', Math.floor(fromMs / MINUTE_MS))
    .where('minute', '<=', Math.floor(toMs / MINUTE_MS))
    .execute();
  return addedUp([
    ...hours.flatMap(row => unpackCounts(row.hour, row.body)),
    ...minutes.map(serviceMinuteOf),
  ]).filter(({ atMs }) => atMs + MINUTE_MS > fromMs && atMs <= toMs);
}

export function serviceMinuteOf(row: Selectable<Tables['service_minute']>): ServiceMinute {
  return {
    atMs: row.minute * MINUTE_MS,
    requests: row.requests,
    http502: row.http502,
    http504: row.http504,
    oomKills: row.oom_kills,
    workerEnds: row.worker_ends,
    restarts: row.restarts,
  };
}

function rowOf(service: string, minute: ServiceMinute): Tables['service_minute'] {
  return { service, minute: Math.floor(minute.atMs / MINUTE_MS), ...countsOf(minute) };
}

function countsOf({ requests, http502, http504, oomKills, workerEnds, restarts }: ServiceMinute) {
  return {
    requests,
    http502,
    http504,
    oom_kills: oomKills,
    worker_ends: workerEnds,
    restarts,
  };
}
