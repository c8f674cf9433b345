import { releaseStart } from '../growth/release-start.ts';
import type { UnitHistory } from '../growth/unit-history.ts';
import type { Service } from '../inventory/registry.ts';
import type { Samples } from './sample-ports.ts';

/** What the analysis looks at: lives that ended count for a day. */
const SPAN_MS = 25 * 3_600_000;

/** A service as the analysis sees it: its unit on each of its servers, with what was stored up to `atMs`. */
export async function growthHistories(
  samples: Pick<Samples, 'lives' | 'last'>,
  service: Service,
  atMs: number,
): Promise<readonly UnitHistory[]> {
  const histories: UnitHistory[] = [];
  for (const { id: server } of service.servers) {
    const lives = await samples.lives(server, service.unit, { fromMs: atMs - SPAN_MS, toMs: atMs });
    const [last] = await samples.last(server, service.unit, 1);
    const releaseSinceMs = releaseStart(lives);
    histories.push({
      server,
      unit: service.unit,
      lives,
      ...(last && { last }),
      ...(releaseSinceMs !== undefined && { releaseSinceMs }),
    });
  }
  return histories;
}
