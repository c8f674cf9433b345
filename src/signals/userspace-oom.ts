import type { Moment, SourceLine, UserspaceOomKill } from './signal.ts';

// systemd oomd-manager.c; "Considered N cgroups" and its list are candidates, not victims.
const OOMD_CGROUP = /^(?:Killed|Marked) (\/?\S{1,4096}) (?:due to|for killing due to) /;
const OOMD_PID = /^oomd attempting to kill (\d{1,10}) with /;
// earlyoom kill.c, 1.4 to 1.9, and the two forms before it.
const EARLYOOM = /^sending SIG(?:TERM|KILL) to process (\d{1,10})(?: uid \d{1,10})? "(.{0,64}?)":? /;
const EARLYOOM_OLD = /^[Kk]illing process:? "(.{0,64}?)",? with signal \d{1,2}, pid:? (\d{1,10})/;
const EARLYOOM_OLDER = /^[Kk]illing process (\d{1,10}) "?(.{0,64}?)"? with signal \d{1,2}/;
const NOHANG_VICTIM = /Sending SIG(?:TERM|KILL) to the victim/;
const NOHANG_PID = /\bPID: (\d{1,10})/;

/**
 * What a userspace OOM killer says about a kill it carries out, by the identifier it logs under. Undefined
 * for its warnings, candidates and failures.
 */
export function readUserspaceOomMessage(
  identifier: string | undefined,
  message: string,
  at: Moment,
  line: SourceLine,
): UserspaceOomKill | undefined {
  const base = { kind: 'userspace-oom-kill', at, line } as const;
  switch (identifier) {
    case 'systemd-oomd': {
      const cgroup = OOMD_CGROUP.exec(message)?.[1];
      if (cgroup !== undefined) return { ...base, killer: 'systemd-oomd', cgroup };
      const pid = OOMD_PID.exec(message)?.[1];
      return pid === undefined ? undefined : { ...base, killer: 'systemd-oomd', pid: Number(pid) };
    }
    case 'earlyoom': {
      const match = EARLYOOM.exec(message) ?? EARLYOOM_OLDER.exec(message);
      if (match !== null) return { ...base, killer: 'earlyoom', pid: Number(match[1]), comm: match[2]! };
      const old = EARLYOOM_OLD.exec(message);
      return old === null ? undefined : { ...base, killer: 'earlyoom', pid: Number(old[2]), comm: old[1]! };
    }
    case 'nohang':
    case 'nohang-desktop': {
      if (!NOHANG_VICTIM.test(message)) return undefined;
      const pid = NOHANG_PID.exec(message)?.[1];
      return { ...base, killer: 'other', ...(pid !== undefined && { pid: Number(pid) }) };
    }
    default:
      return undefined;
  }
}
