import type { JournalRecord } from './journal-record.ts';
import type { Moment, SourceLine, UnitEvent } from './signal.ts';

type Told = Pick<UnitEvent, 'event' | 'pid' | 'exitKind' | 'status' | 'result'> & { readonly unit?: string };

/** Source: systemd src/systemd/sd-messages.h. Texts change between versions, these do not. */
const BY_MESSAGE_ID: Readonly<Record<string, UnitEvent['event']>> = {
  '7d4958e842da4a758f6c1cdc7b36dcc5': 'starting',
  '39f53479d3a045ac8e11786248231fbf': 'started',
  be02cf6855d2428ba40df7e9d022f03d: 'start-failed',
  de5b426a63be47a7b6ac3eaac82e2f6f: 'stopping',
  '9d1aaa27d60140bd96365438aad20286': 'stopped',
  d34d037fff1847e6ae669a370e694725: 'reloading',
  '7b05ebc668384222baa8881179cfda54': 'reloaded',
  fe6faa94e7774663a0da52717891d8ef: 'oom-kill-noticed',
  d989611b15e44c9dbf31e3c81256e4ed: 'oomd-kill',
  d9b373ed55a64feb8242e02dbe79a49c: 'failed',
  '7ad2d189f7e94e70a38c781354912448': 'deactivated',
  '5eb03494b6584870a536b337290809b3': 'restart-scheduled',
  ae8f7b866b0347b9af31fe1c80b127c0: 'resources-consumed',
};

const EXITED = /^main process exited, code=(exited|killed|dumped), status=(\d{1,3})/i;
const RESULT = /^Failed with result '([a-z-]{1,40})'/;
const KILLING = /^Killing process (\d{1,10}) \(.{0,64}\) with signal SIG/;
const START = String.raw`(\S{1,256}\.(?:service|slice|scope|socket|target|mount|timer|path|swap))`;
/** `unit.service: …` (231 and later), `unit.service …` (219). */
const UNIT_FIRST = new RegExp(`^${START}(?:: | )`);
/** `Started unit.service - Description.` (252 and later). */
const UNIT_SECOND = new RegExp(`^[A-Z][a-z]{1,10}(?: to start)? ${START}(?: - |[ .]|$)`);

const JOB_WORDS: readonly (readonly [word: string, event: UnitEvent['event']])[] = [
  ['Starting ', 'starting'],
  ['Started ', 'started'],
  ['Failed to start ', 'start-failed'],
  ['Stopping ', 'stopping'],
  ['Stopped ', 'stopped'],
  ['Reloading ', 'reloading'],
  ['Reloaded ', 'reloaded'],
];

/**
 * What PID 1 says about a unit, by MESSAGE_ID where the journal has it, else by the words of systemd 219 to
 * 257. `assumedUnit` stands in where an old text does not name the unit (`Started My app.`). Nobody but
 * PID 1 is believed: an app can print the same words.
 */
export function readUnitEvent(
  record: JournalRecord,
  at: Moment,
  line: SourceLine,
  assumedUnit?: string,
): UnitEvent | undefined {
  if (record.pid !== 1 || (record.comm ?? record.identifier) !== 'systemd') return undefined;
  const told = toldBy(record.message, record.messageId);
  if (told === undefined) return undefined;
  const unit = record.aboutUnit ?? told.unit ?? assumedUnit;
  if (unit === undefined) return undefined;
  return {
    kind: 'unit',
    at,
    line,
    ...told,
    unit,
    ...(record.jobType !== undefined && { jobType: record.jobType }),
    ...(record.aboutUnit !== undefined &&
      record.invocation !== undefined && { invocation: record.invocation }),
  };
}

function toldBy(message: string, messageId: string | undefined): Told | undefined {
  const first = UNIT_FIRST.exec(message);
  const said = first === null ? message : message.slice(first[0].length);
  const told = aboutUnit(said) ?? (first === null ? (aboutJob(message) ?? inOldWords(message)) : undefined);
  const known = messageId === undefined ? undefined : BY_MESSAGE_ID[messageId];
  const event = known ?? told?.event;
  if (event === undefined) return undefined;
  return { ...told, event, ...(first !== null && { unit: first[1]! }) };
}

/** What follows `unit.service: `. */
function aboutUnit(said: string): Told | undefined {
  const exited = EXITED.exec(said);
  if (exited !== null) {
    return {
      event: 'main-exited',
      exitKind: exited[1] as 'exited' | 'killed' | 'dumped',
      status: Number(exited[2]),
    };
  }
  const result = RESULT.exec(said)?.[1];
  if (result !== undefined) return { event: 'failed', result };
  const killed = KILLING.exec(said)?.[1];
  if (killed !== undefined) return { event: 'process-killed', pid: Number(killed) };
  if (said.startsWith('A process of this unit has been killed by the OOM killer'))
    return { event: 'oom-kill-noticed' };
  if (said.startsWith('The kernel OOM killer killed ')) return { event: 'oom-kill-noticed' };
  if (said.startsWith('systemd-oomd killed ')) return { event: 'oomd-kill' };
  if (said.startsWith('Scheduled restart job')) return { event: 'restart-scheduled' };
  if (/^(?:Service )?hold-?off time over, scheduling restart/i.test(said))
    return { event: 'restart-scheduled' };
  if (said.startsWith('Start request repeated too quickly')) return { event: 'start-limit-hit' };
  if (/^(?:State ')?(?:stop|final)-[a-z]{1,20}'? timed out\. (?:Killing|Skipping|Terminating)/.test(said)) {
    return { event: 'stop-timed-out' };
  }
  if (/^stopping timed out\./i.test(said)) return { event: 'stop-timed-out' };
  if (/^watchdog timeout/i.test(said)) return { event: 'watchdog-timeout' };
  if (said.startsWith('Deactivated successfully') || said === 'Succeeded.') return { event: 'deactivated' };
  if (said.startsWith('Consumed ')) return { event: 'resources-consumed' };
  return undefined;
}

function aboutJob(message: string): Told | undefined {
  for (const [word, event] of JOB_WORDS) {
    if (!message.startsWith(word)) continue;
    const unit = UNIT_SECOND.exec(message)?.[1];
    return { event, ...(unit !== undefined && { unit }) };
  }
  return undefined;
}

/** systemd 219: `Unit X entered failed state.`, `start request repeated too quickly for X`. */
function inOldWords(message: string): Told | undefined {
  const failed = new RegExp(`^Unit ${START} entered failed state`).exec(message)?.[1];
  if (failed !== undefined) return { event: 'failed', unit: failed };
  const limit = new RegExp(`^start request repeated too quickly for ${START}`).exec(message)?.[1];
  return limit === undefined ? undefined : { event: 'start-limit-hit', unit: limit };
}
