import { answerLines, known, lineMaker, pressureAvg60, wholeNumber } from './answer-lines.ts';
import type { CgroupMemory } from './host-state.ts';

/**
 * Reads the `FILE:LINE` dump of a unit's `memory.*` and `cgroup.procs` files (kernel: admin-guide/cgroup-v2
 * and cgroup-v1/memory). `memory.events` counts the whole subtree, `memory.events.local` only the level
 * itself, so the former is what an OOM kill of a worker in a delegated child shows up in.
 * Undefined when no such line is there.
 */
export function readCgroupMemory(text: string, server: string): CgroupMemory | undefined {
  const line = lineMaker(server, 'cgroup-memory');
  const files = new Map<string, string[]>();
  const keyed = new Map<string, { value: string; text: string }>();
  const pids: number[] = [];
  for (const row of answerLines(text)) {
    const match = /^((?:memory|cgroup)\.[\w.]{1,60}):(.*)$/.exec(row);
    const file = match?.[1];
    const content = match?.[2];
    if (file === undefined || content === undefined) continue;
    if (file === 'cgroup.procs') {
      const pid = wholeNumber(content);
      if (pid !== undefined && pid > 0) pids.push(pid);
      continue;
    }
    files.set(file, [...(files.get(file) ?? []).slice(0, 3), content]);
    const key = /^(\w{1,60}) (\d{1,20})$/.exec(content);
    if (key?.[1] !== undefined && key[2] !== undefined) {
      keyed.set(`${file} ${key[1]}`, { value: key[2], text: row });
    }
  }
  if (files.size === 0 && pids.length === 0) return undefined;

  // "No limit" is `max` in v2 and a 19-digit number in v1: neither is a whole number here, so both are undefined.
  const single = (file: string) => wholeNumber(files.get(file)?.[0]);
  const version1 = files.has('memory.limit_in_bytes') || files.has('memory.usage_in_bytes');
  const version = version1 || files.has('memory.oom_control') ? 1 : 2;
  const kills = keyed.get(version === 1 ? 'memory.oom_control oom_kill' : 'memory.events oom_kill');
  const high = keyed.get('memory.events high');
  const pressure = files.get('memory.pressure') ?? [];
  const average = (kind: string) => {
    const found = pressure.find(content => content.startsWith(`${kind} `));
    return found === undefined ? undefined : pressureAvg60(found);
  };
  const memoryAndSwap = single('memory.memsw.usage_in_bytes');
  const usage = single('memory.usage_in_bytes');
  return known({
    version: version as 1 | 2,
    oomKills: wholeNumber(kills?.value),
    oomKillsLine: kills && line(kills.text),
    limitHits:
      version === 1
        ? wholeNumber(files.get('memory.failcnt')?.[0])
        : wholeNumber(keyed.get('memory.events max')?.value),
    highHits: wholeNumber(high?.value),
    highHitsLine: high && line(high.text),
    limitBytes: single(version === 1 ? 'memory.limit_in_bytes' : 'memory.max'),
    highBytes: single('memory.high'),
    currentBytes: version === 1 ? usage : single('memory.current'),
    peakBytes: single(version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak'),
    swapBytes:
      version === 2
        ? single('memory.swap.current')
        : memoryAndSwap !== undefined && usage !== undefined
          ? Math.max(0, memoryAndSwap - usage)
          : undefined,
    pressureSome: average('some'),
    pressureFull: average('full'),
    pids,
  }) as CgroupMemory;
}
