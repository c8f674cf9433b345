import type { LogCursor } from '../signals/unit-minute.ts';
import type { Question } from './question.ts';

/** A log to count in, and from where; without a cursor it is only found out where it ends. */
export interface CountedLog {
  readonly path: string;
  /** Where the status stands, in the words of the read script. */
  readonly place: string;
  readonly cursor?: LogCursor;
}

/** A minute of 500 processes takes about 40 KB. */
const LIMITS = { timeoutMs: 15_000, maxBytes: 128 * 1024 };

/**
 * The question of the watch: one unit's processes and memory, and what is new in logs. `cgroup` absent: only the
 * host and the logs. `ussPid`: the one worker whose unshared memory is read as well, which is dear.
 */
export function watchQuestion(about: {
  readonly cgroup?: string;
  readonly ussPid?: number;
  readonly logs: readonly CountedLog[];
}): Question {
  const logs = about.logs.flatMap(({ path, place, cursor }) => [
    path,
    place,
    cursor?.file ?? '-',
    String(cursor?.offset ?? 0),
  ]);
  return {
    verb: 'watch-sample',
    args: [about.cgroup ?? '-', about.ussPid === undefined ? '-' : String(about.ussPid), ...logs],
    limits: LIMITS,
  };
}
