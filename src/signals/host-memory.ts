import { answerLines, decimalNumber, known, pressureAvg60, wholeNumber } from './answer-lines.ts';
import type { HostMemory } from './host-state.ts';
import { isoMoment } from './moments.ts';

/**
 * Reads `/proc/meminfo` (kB there means KiB), followed by `pressure:LINE` of `/proc/pressure/memory` and
 * `vmstat:LINE` of `/proc/vmstat`. Bundles carry the vmstat lines without the prefix: both are read.
 * Undefined without MemTotal.
 */
export function readHostMemory(text: string): HostMemory | undefined {
  const sizes = new Map<string, number>();
  const counters = new Map<string, number>();
  let pressureSome: number | undefined;
  let pressureFull: number | undefined;
  for (const row of answerLines(text)) {
    const size = /^([\w()]{1,40}):\s{0,40}(\d{1,15})(?: kB)?$/.exec(row);
    if (size?.[1] !== undefined && !sizes.has(size[1])) {
      const kib = wholeNumber(size[2]);
      if (kib !== undefined) sizes.set(size[1], kib * 1024);
      continue;
    }
    const counter = /^(?:vmstat:)?([a-z_]{1,40}) (\d{1,16})$/.exec(row);
    const count = wholeNumber(counter?.[2]);
    if (counter?.[1] !== undefined && count !== undefined) counters.set(counter[1], count);
    if (/^(?:pressure:)?some avg10=/.test(row)) pressureSome ??= pressureAvg60(row);
    if (/^(?:pressure:)?full avg10=/.test(row)) pressureFull ??= pressureAvg60(row);
  }
  const totalBytes = sizes.get('MemTotal');
  if (totalBytes === undefined) return undefined;
  return known({
    totalBytes,
    availableBytes: sizes.get('MemAvailable'),
    swapTotalBytes: sizes.get('SwapTotal'),
    swapFreeBytes: sizes.get('SwapFree'),
    pressureSome,
    pressureFull,
    oomKillsSinceBoot: counters.get('oom_kill'),
    swapInPages: counters.get('pswpin'),
  }) as HostMemory;
}

/**
 * When the host booted, from the `/proc/uptime` line and the ISO date that a bundle's `meminfo.txt` ends with
 * (the script's `clock` answer says it directly, see `readBootEpochMs`). Good to the time between two commands.
 */
export function bootEpochFromUptime(text: string): number | undefined {
  let uptimeSeconds: number | undefined;
  let nowMs: number | undefined;
  for (const row of answerLines(text)) {
    const uptime = /^(\d{1,12}\.\d\d) \d{1,14}\.\d\d$/.exec(row);
    if (uptime) uptimeSeconds = decimalNumber(uptime[1]);
    if (/^\d{4}-\d\d-\d\dT[\d:]{8}(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/.test(row)) {
      nowMs = isoMoment(row, 0, { errorMs: 0, assumed: true })?.epochMs;
    }
  }
  return uptimeSeconds === undefined || nowMs === undefined
    ? undefined
    : Math.round(nowMs - uptimeSeconds * 1000);
}
