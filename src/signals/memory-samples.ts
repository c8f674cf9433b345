import { answerLines, decimalNumber, known, lineMaker, wholeNumber } from './answer-lines.ts';
import type { MemorySample } from './host-state.ts';

/**
 * Reads a bundle's `rss.csv`: one row per process and instant, columns by header (`ts` epoch seconds, `pid`,
 * `ppid`, `vmrss_kb`, then optional `mem_current` in bytes and `oom_kill`). A row cut short while it was
 * written, or without a number where one is needed, is left out.
 */
export function readMemorySamples(text: string, server: string): readonly MemorySample[] {
  const line = lineMaker(server, 'memory-samples');
  const samples: MemorySample[] = [];
  let columns: ReadonlyMap<string, number> | undefined;
  for (const row of answerLines(text)) {
    const cells = row.split(',', 32);
    if (cells[0] === 'ts') {
      columns = new Map(cells.map((name, index) => [name.trim(), index]));
      continue;
    }
    if (columns === undefined) continue;
    const cell = (name: string) => {
      const index = columns?.get(name);
      return index === undefined ? undefined : cells[index]?.trim();
    };
    const seconds = decimalNumber(cell('ts'));
    const pid = wholeNumber(cell('pid'));
    const parentPid = wholeNumber(cell('ppid'));
    const rssKib = wholeNumber(cell('vmrss_kb'));
    if (seconds === undefined || !pid || parentPid === undefined || rssKib === undefined) continue;
    samples.push(
      known({
        atMs: Math.round(seconds * 1000),
        pid,
        parentPid,
        rssBytes: rssKib * 1024,
        unitBytes: wholeNumber(cell('mem_current')),
        oomKills: wholeNumber(cell('oom_kill')),
        line: line(row),
      }) as MemorySample,
    );
  }
  return samples;
}
