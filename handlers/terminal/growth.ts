import { type ReplayEvent, replayGrowth } from '../../src/growth/replay.ts';
import { spanOf } from '../../src/growth/worker-life.ts';
import { readWorkerMemory } from '../../src/growth/worker-memory-csv.ts';
import { EXIT } from './context.ts';
import { type GrowthNowContext, growthNow } from './growth-now.ts';
import type { ReadText } from './server-import.ts';

/** Options of `staunch growth --replay`. */
export interface GrowthReplayOptions {
  readonly replay: string;
  /** Limit of one worker in MB of 1,048,576 bytes, as it was typed. */
  readonly limitMb: string;
  readonly json?: boolean;
}

export interface GrowthReplayContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly readText: ReadText;
}

/** `staunch growth`: of a service as it is, or of a recording. */
export async function growthCommand(
  options: {
    readonly target?: string;
    readonly replay?: string;
    readonly limitMb?: string;
    readonly json?: boolean;
  },
  context: GrowthReplayContext & GrowthNowContext,
): Promise<number> {
  const { target, replay, limitMb, json } = options;
  if (replay === undefined) {
    if (limitMb !== undefined) {
      context.writeError(
        '--limit-mb belongs to --replay FILE. The limits of a running service are read from its servers.\n',
      );
      return EXIT.usage;
    }
    return growthNow({ ...(target !== undefined && { target }), ...(json && { json }) }, context);
  }
  if (target !== undefined) {
    context.writeError(`--replay judges a recording and no service: leave "${target}" out, or --replay.\n`);
    return EXIT.usage;
  }
  if (limitMb === undefined) {
    context.writeError('--replay needs the limit of one worker: --limit-mb 512\n');
    return EXIT.usage;
  }
  return growthReplay({ replay, limitMb, ...(json && { json }) }, context);
}

const MEGABYTE = 1_048_576;
const MINUTE_MS = 60_000;
/** For JSON, where a worker is at its limit without growing: any time within the reach of a warning. */
const ANY_TIME = [0, 720] as const;

/** `staunch growth --replay FILE --limit-mb N`: what would have been told about a recording, and when. */
export async function growthReplay(
  options: GrowthReplayOptions,
  context: GrowthReplayContext,
): Promise<number> {
  const limitMb = /^\d{1,9}(\.\d{1,6})?$/.test(options.limitMb) ? Number(options.limitMb) : 0;
  if (limitMb <= 0) {
    context.writeError(
      `--limit-mb must be the limit of one worker in MB, such as 512 or 86.8; it is "${options.limitMb}".\n`,
    );
    return EXIT.usage;
  }
  const file = await context.readText(options.replay);
  if (!file.ok) {
    context.writeError(`${options.replay} could not be read: ${file.detail}\n`);
    return EXIT.failed;
  }
  const recording = readWorkerMemory(file.text);
  if (!recording.ok) {
    context.writeError(`${options.replay} is no recording of worker memory: ${recording.problem}.\n`);
    return EXIT.usage;
  }
  const { lives, skippedRows } = recording;
  if (skippedRows > 0)
    context.writeError(`${skippedRows} rows of ${options.replay} lack a needed number and were left out.\n`);
  const events = replayGrowth(lives, limitMb * MEGABYTE);
  if (options.json) {
    const told = events.filter(({ kind }) => kind !== 'reset-by-restart').map(jsonEvent);
    context.write(`${JSON.stringify({ events: told })}\n`);
    return EXIT.fine;
  }
  const spans = lives.map(spanOf);
  const minutes =
    (Math.max(...spans.map(({ toMs }) => toMs)) - Math.min(...spans.map(({ fromMs }) => fromMs))) / MINUTE_MS;
  const what = `${minutes} minutes of ${lives.length === 1 ? '1 worker life' : `${lives.length} worker lives`}`;
  context.write(
    events.length === 0
      ? `Nothing to tell in ${what} with a limit of ${limitMb} MB per worker.\n`
      : `${what}, limit ${limitMb} MB per worker:\n${events.map(eventLine).join('')}`,
  );
  return EXIT.fine;
}

function jsonEvent({ minute, kind, etaMinutes, reason }: ReplayEvent) {
  const eta = etaMinutes ?? (kind === 'resolve' ? undefined : ANY_TIME);
  return { minute, kind, ...(eta && { etaMinutes: eta }), reason };
}

function eventLine({ minute, kind, etaMinutes, reason }: ReplayEvent): string {
  const eta =
    etaMinutes === undefined ? '' : `, limit in ${hours(etaMinutes[0])} to ${hours(etaMinutes[1])} h`;
  return `  minute ${String(minute).padStart(6)}  ${kind}${eta}\n                 ${reason}\n`;
}

function hours(minutes: number): string {
  return (minutes / 60).toFixed(1);
}
