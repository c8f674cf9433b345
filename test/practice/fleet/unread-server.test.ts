import { describe, expect, it } from 'vitest';
import { RecordedServers } from '../../../practice/fleet/recorded-servers.ts';
import { countsLines } from '../../../src/report/counts-words.ts';
import { aService, askedDocument, RECORDINGS } from './diagnosed.ts';

const NOW = Date.parse('2027-10-31T00:59:00Z');
const DENIED = ['journal-gunicorn.json', 'journal-kernel.json'];

/** Two app servers; workers of the second one are killed for memory. */
async function diagnosed(denied: readonly string[]) {
  const servers = new Map([
    ['app-1', { recording: `${RECORDINGS}/deploy-reload-bookworm-ns`, endedBeforeMs: 12 * 60_000 }],
    ['app-2', { recording: `${RECORDINGS}/oom-gthread-bookworm-ns`, denied }],
  ]);
  const pace = { clock: { nowMs: () => NOW }, sleep: async () => {} };
  const source = new RecordedServers({ servers, openedAtMs: NOW }, pace);
  return askedDocument(source, aService(['app-1', 'app-2']), NOW);
}

describe('a server into which nobody may look', () => {
  it('is the one that did it, when somebody may', async () => {
    const { causes, verdict } = await diagnosed([]);
    expect([verdict, causes[0]?.id]).toEqual(['confirmed', 'worker-oom-kill']);
  });

  it('is not cleared by what the other one says', async () => {
    const document = await diagnosed(DENIED);
    expect(document.verdict).toBe('inconclusive');
    expect(document.causes.map(cause => cause.id)).not.toContain('worker-oom-kill');
    expect(document.correlation.wording).toContain('not every journal could be read');
    expect(countsLines(document)[1]).toContain('worker deaths not known (OOM kills not known)');
    const refused = document.gaps.filter(gap => gap.kind === 'denied');
    expect(refused.map(gap => gap.text)).toEqual([
      "app-2: the unit's journal may not be read, so nobody can say what became of the workers.",
      'app-2: the kernel log may not be read, so nobody can say whether the kernel killed a worker for memory.',
    ]);
  });
});
