import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { Coverage, SourceId } from '../signals/signal.ts';
import type { DiagnosisGap } from './diagnosis-document.ts';

/** What each source would have told, and how a server lets a plain user read it. */
const SOURCES: Record<SourceId, { name: string; tells: string; grant: string; file: string }> = {
  'nginx-error-log': {
    name: 'the NGINX error log',
    tells: 'how NGINX lost its upstream',
    grant: 'sudo usermod -aG adm USER',
    file: 'nginx-error.log',
  },
  'nginx-access-log': {
    name: 'the NGINX access log',
    tells: 'how many requests failed',
    grant: 'sudo usermod -aG adm USER',
    file: 'nginx-access.log',
  },
  'unit-journal': {
    name: "the unit's journal",
    tells: 'what became of the workers',
    grant: 'sudo usermod -aG systemd-journal USER',
    file: 'journal-UNIT.json (journalctl -u UNIT -o json)',
  },
  'kernel-log': {
    name: 'the kernel log',
    tells: 'whether the kernel killed a worker for memory',
    grant: 'sudo usermod -aG systemd-journal USER',
    file: 'journal-kernel.json (journalctl -k -o json)',
  },
  'unit-state': {
    name: "the unit's state",
    tells: 'its limits, OOMPolicy and restarts',
    grant: 'systemctl show UNIT',
    file: 'systemctl-show-UNIT.txt',
  },
  'unit-files': {
    name: "the unit's files",
    tells: 'where its settings stand',
    grant: 'systemctl cat UNIT',
    file: 'systemctl-cat-UNIT.txt',
  },
  'cgroup-memory': {
    name: "the unit's memory counters",
    tells: 'whether its oom_kill counter rose',
    grant: 'ls /sys/fs/cgroup',
    file: 'cgroup.txt',
  },
  'worker-table': {
    name: 'the process table',
    tells: 'which workers run and how large they are',
    grant: 'check that /proc is not mounted with hidepid',
    file: 'proc.txt',
  },
  'accept-queue': {
    name: 'the accept queues',
    tells: 'whether connections waited unaccepted',
    grant: 'sudo apt-get install iproute2',
    file: 'ss-unix.txt (ss -xl; ss -tl)',
  },
  'nginx-config': {
    name: "NGINX's configuration",
    tells: 'which logs, formats and upstreams are in use',
    grant: 'name errorLogs and accessLogs in staunch.yml',
    file: 'nginx-T.txt (nginx -T)',
  },
  'gunicorn-settings': {
    name: "Gunicorn's settings",
    tells: 'its class, threads and timeouts',
    grant: 'sudo chmod o+r the gunicorn.conf.py',
    file: 'gunicorn-environment.txt',
  },
  'host-memory': {
    name: "the host's memory",
    tells: 'whether the whole host ran short',
    grant: 'cat /proc/meminfo',
    file: 'meminfo.txt',
  },
  clock: {
    name: "the server's clock and zone",
    tells: 'how its times compare with other servers',
    grant: 'timedatectl',
    file: 'clock.txt',
  },
  'recent-changes': {
    name: 'recent package and unit changes',
    tells: 'what was changed shortly before',
    grant: 'sudo usermod -aG adm USER',
    file: 'recent-changes.txt',
  },
  versions: {
    name: 'the versions',
    tells: 'which wording and which faults to expect',
    grant: 'nginx -v',
    file: 'versions.txt',
  },
  'memory-samples': { name: 'memory samples', tells: 'how the workers grew', grant: '', file: 'rss.csv' },
};

/** Sources whose absence changes what a verdict may say; the rest is said only when it was denied. */
const DECISIVE: ReadonlySet<SourceId> = new Set([
  'nginx-error-log',
  'nginx-access-log',
  'unit-journal',
  'kernel-log',
  'cgroup-memory',
  'unit-state',
]);

/** Everything the diagnosis could not see, each with the way to mend it. Empty when nothing was missing. */
export function gapsOf(caseFile: CaseFile): readonly DiagnosisGap[] {
  const gaps: DiagnosisGap[] = caseFile.unreached.map(u => ({
    server: u.server,
    source: 'connection',
    kind: u.reason === 'timed-out' ? 'timed-out' : 'unreachable',
    text: `${u.server} did not answer: ${u.detail}`,
    fix: u.fix,
  }));
  for (const host of caseFile.hosts) {
    if (host.runningUnits) gaps.push(missingUnit(host, host.runningUnits, caseFile));
    for (const coverage of host.coverage) {
      // Without the unit its journal and counters cannot be there either: one gap says it all.
      if (host.runningUnits && OF_THE_UNIT.has(coverage.source)) continue;
      const gap = gapOf(coverage, host, caseFile);
      if (gap) gaps.push(gap);
    }
    gaps.push(...clockGaps(host, caseFile), ...lostLines(host, caseFile.unit), ...bufferedLogs(host));
  }
  return gaps;
}

const OF_THE_UNIT: ReadonlySet<SourceId> = new Set([
  'unit-state',
  'unit-files',
  'unit-journal',
  'cgroup-memory',
  'worker-table',
  'gunicorn-settings',
]);

function missingUnit(host: HostFile, running: readonly string[], { unit, service }: CaseFile): DiagnosisGap {
  const base = { server: host.server, source: 'unit-state', kind: 'absent' } as const;
  const text = `${host.server}: there is no unit ${unit} here, so nobody can say what became of the workers.`;
  if (running.length === 0) {
    return {
      ...base,
      text: `${text} No systemd unit runs Gunicorn on this server: it may run in a container, under supervisor or by hand, whose logs Staunch does not read yet.`,
      fix: `If it runs on another server, correct servers: of ${service} in staunch.yml.`,
    };
  }
  return {
    ...base,
    text: `${text} Gunicorn runs here as ${running.join(', ')}.`,
    fix: `Set unit: ${running[0]} for ${service} in staunch.yml.`,
  };
}

function gapOf(coverage: Coverage, host: HostFile, caseFile: CaseFile): DiagnosisGap | undefined {
  const { source, state, server, detail } = coverage;
  if (state === 'read' && !(source === 'kernel-log' && startsLate(coverage, caseFile))) return undefined;
  if (state === 'empty' && source !== 'kernel-log' && source !== 'unit-journal') return undefined;
  if (state === 'absent' && !DECISIVE.has(source)) return undefined;
  const words = SOURCES[source];
  const recorded = caseFile.recorded;
  const name = words.name.replaceAll('UNIT', caseFile.unit);
  // Where the read script itself names the fix, it says once more what this gap and its own fix say.
  const because = detail && !(state === 'denied' && / Fix: /.test(detail)) ? ` (${detail})` : '';
  const missing = `so nobody can say ${words.tells}`;
  const texts: Record<Coverage['state'], string> = {
    read: `${server}: ${name} begins only after the window does: what came before is unknown.`,
    empty: `${server}: ${name} is empty, which does not prove that it could be read, ${missing}.`,
    unproven: `${server}: ${name} shows nothing at all, which does not prove that it could be read, ${missing}.`,
    denied: `${server}: ${name} may not be read${because}, ${missing}.`,
    absent: `${server}: ${name} is not ${recorded ? 'in the bundle' : 'there'}${because}, ${missing}.`,
    unanswered: `${server}: the question for ${name} was not answered${because}, ${missing}.`,
    cut: `${server}: ${name} was larger than what is read at once${because}; totals are complete, lines are not.`,
  };
  const file = words.file.replaceAll('UNIT', host.unit?.unit ?? caseFile.unit);
  const fixes: Record<Coverage['state'], string> = {
    read: 'Choose a window inside what the log covers, or look where older logs are kept.',
    empty: recorded
      ? `Collect it again as a user who may read it: ${file}`
      : grant(words.grant, host, caseFile),
    unproven: recorded
      ? `Collect it again as a user who may read it, with at least one older line: ${file}`
      : grant(words.grant, host, caseFile),
    denied: grant(words.grant, host, caseFile),
    absent: recorded
      ? `Add ${file} to the bundle.`
      : source === 'nginx-error-log' || source === 'nginx-access-log'
        ? 'Name the right path in staunch.yml (nginx.errorLogs, nginx.accessLogs).'
        : grant(words.grant, host, caseFile),
    unanswered: `Run the diagnosis again; if it stays so: staunch server test ${server}`,
    cut: 'Choose a shorter window to see every line.',
  };
  return {
    server,
    source,
    kind: state === 'read' ? 'cut' : state === 'unanswered' ? 'timed-out' : state,
    text: texts[state],
    fix: fixes[state],
  };
}

const startsLate = (coverage: Coverage, { window, recorded }: CaseFile) =>
  !recorded && coverage.fromMs !== undefined && coverage.fromMs > window.fromMs;

function grant(command: string, host: HostFile, caseFile: CaseFile): string {
  const user = host.user ?? 'USER';
  return `On ${host.server}: ${command.replace('USER', user).replaceAll('UNIT', caseFile.unit)}${command.includes('usermod') ? ' (then log in again)' : ''}`;
}

/** Several servers need comparable clocks; a zone that nobody told is an assumption to say aloud. */
function clockGaps(host: HostFile, caseFile: CaseFile): DiagnosisGap[] {
  const gaps: DiagnosisGap[] = [];
  if (host.clock.assumed && host.signals.some(s => s.kind === 'upstream-failure')) {
    gaps.push({
      server: host.server,
      source: 'clock',
      kind: 'clock-unsure',
      text: `${host.server}: nothing tells the time zone of its logs; UTC was assumed.`,
      fix: caseFile.recorded
        ? 'Add clock.txt to the bundle with a line like zone=Europe/Berlin.'
        : 'Check that `date` and `timedatectl` run on the server.',
    });
  }
  if (Math.abs(host.clock.offsetMs ?? 0) > 2_000) {
    gaps.push({
      server: host.server,
      source: 'clock',
      kind: 'clock-unsure',
      text: `${host.server}: its clock is ${Math.round((host.clock.offsetMs ?? 0) / 100) / 10} s off this machine's; times were corrected by that.`,
      fix: `On ${host.server}: check NTP with timedatectl.`,
    });
  }
  return gaps;
}

function lostLines(host: HostFile, unit: string): DiagnosisGap[] {
  const lost = host.signals
    .filter(s => s.kind === 'log-loss')
    .filter(s => s.unit === undefined || s.unit === unit);
  if (lost.length === 0) return [];
  const lines = lost.reduce((sum, s) => sum + (s.count ?? 0), 0);
  const limited = lost.some(s => s.unit !== undefined);
  return [
    {
      server: host.server,
      source: 'unit-journal',
      kind: 'lines-lost',
      text: `${host.server}: journald dropped ${lines > 0 ? `${lines} ` : ''}lines (${limited ? 'rate limit of the unit' : 'it could not keep up with the kernel'}): a death may be missing.`,
      fix: limited
        ? 'Set RateLimitBurst= higher in journald.conf, or log less.'
        : 'Look at what fills the kernel log: journalctl -k',
    },
  ];
}

/** `access_log … buffer=` keeps lines back until the buffer is full or flushed. */
function bufferedLogs(host: HostFile): DiagnosisGap[] {
  const buffered = host.nginx?.accessLogs.find(log => log.buffered && log.target.startsWith('/'));
  if (!buffered || !host.runsNginx) return [];
  return [
    {
      server: host.server,
      source: 'nginx-access-log',
      kind: 'lines-lost',
      text: `${host.server}: NGINX writes ${buffered.target} in blocks (buffer=): the newest requests may not be in it yet.`,
      fix: 'Diagnose again a little later, or set a short flush= for that log.',
    },
  ];
}
