import { bundledLogName } from '../../src/collectors/log-names.ts';
import type { Question } from '../../src/collectors/question.ts';
import { ABSENT, DENIED } from '../../src/collectors/recording.ts';
import { offsetAt } from '../../src/signals/zone-rules.ts';
import { hostAccess } from './host-access.ts';
import { type HostChange, UNCHANGED } from './host-change.ts';
import type { HostFiles } from './host-files.ts';
import { kernelLogAnswer, unitJournalAnswer } from './journal-windows.ts';
import { accessLogAnswer, errorLogAnswer, type LogWindow } from './log-windows.ts';
import { offsetText } from './stamps.ts';
import { changedFiles } from './unit-words.ts';
import { watchedLogRow, watchedUnit } from './watched-minute.ts';

/** What a verb of the read script answers and how it exits (docs/reading.md). */
interface VerbAnswer {
  readonly text: string;
  readonly exitCode: number;
  readonly complaint: string;
}

const told = (text: string): VerbAnswer => ({ text, exitCode: 0, complaint: '' });
const refused = (exitCode: number, complaint: string): VerbAnswer => ({ text: '', exitCode, complaint });

/** Verbs that answer with one file as it is. */
const WHOLE_FILES: Partial<Record<Question['verb'], string>> = {
  'nginx-config': 'nginx-T.txt',
  'cgroup-memory': 'cgroup.txt',
  'worker-table': 'proc.txt',
  'accept-queue': 'ss-unix.txt',
  'gunicorn-environment': 'gunicorn-environment.txt',
  'host-memory': 'meminfo.txt',
  versions: 'versions.txt',
  'recent-changes': 'recent-changes.txt',
};

/** Answers every verb from the files of one host, as the read script would on it. */
export function answerFrom(
  recorded: HostFiles,
  { verb, args }: Question,
  user: string,
  nowMs: number,
  change: HostChange = UNCHANGED,
): VerbAnswer {
  const files = change === UNCHANGED ? recorded : changedFiles(recorded, change);
  const [first = '', second = '', third = '', fourth = ''] = args;
  switch (verb) {
    case 'clock':
      return told(clockText(files, nowMs));
    case 'unit-list':
      return told(unitList(files));
    case 'unit-state':
      return unitState(files, first, user);
    case 'unit-files':
      return wholeFile(files, `systemctl-cat-${bare(first)}.txt`, user);
    case 'unit-journal':
      return readFile(files, `journal-${bare(first)}.json`, user, text =>
        unitJournalAnswer(text, windowOf(second, third)),
      );
    case 'kernel-log':
      return kernelLog(files, windowOf(first, second), user);
    case 'error-log':
      return readFile(files, logFile(files, 'error', first), user, text =>
        errorLogAnswer(first, text, windowOf(second, third), files.clock),
      );
    case 'access-log':
      return readFile(files, logFile(files, 'access', first), user, text =>
        accessLogAnswer(first, text, windowOf(second, third), files.clock, fourth),
      );
    case 'watch-sample':
      return watchSample(files, args, nowMs, change);
    case 'access':
      return told(hostAccess(files, bare(first), user));
    default:
      return wholeFile(files, WHOLE_FILES[verb] ?? verb, user);
  }
}

/** A unit's name in the names of files. */
const bare = (unit: string) => unit.replace(/\.service$/, '');
const windowOf = (from: string, to: string): LogWindow => ({ from: Number(from), to: Number(to) });
const wholeFile = (files: HostFiles, name: string, user: string) => readFile(files, name, user, text => text);

function readFile(files: HostFiles, name: string, user: string, read: (text: string) => string): VerbAnswer {
  if (files.denied.has(name)) return refused(DENIED, denial(name, user));
  const text = files.texts.get(name);
  return text === undefined ? refused(ABSENT, `${name} is not in this recording.`) : told(read(text));
}

/** What the read script says when this user may not read something. */
function denial(name: string, user: string): string {
  if (name.startsWith('journal-'))
    return `User ${user} (groups: ${user}) may not read the system journal, which looks like an empty one. Fix: usermod -aG systemd-journal ${user}, then log in anew.`;
  if (name.startsWith('nginx-') && name !== 'nginx-T.txt')
    return `${name.replace('nginx-', '/var/log/nginx/')}: user ${user} may not read it. Add the user to the group of the file (root:adm -rw-r-----).`;
  return `${name}: user ${user} may not read it.`;
}

/** A log by its path; of two logs of one name the folder is in the file's name. */
function logFile(files: HostFiles, kind: 'access' | 'error', path: string): string {
  const plain = bundledLogName(kind, path, []);
  const twin = bundledLogName(kind, path, [`/${path}`]);
  return !files.texts.has(plain) && files.texts.has(twin) ? twin : plain;
}

function kernelLog(files: HostFiles, window: LogWindow, user: string): VerbAnswer {
  const name = 'journal-kernel.json';
  if (files.denied.has(name))
    return refused(
      DENIED,
      `The kernel's log is closed to user ${user} in every form (journal, dmesg, /var/log): OOM kills cannot be seen. ${denial(name, user)}`,
    );
  const answer = kernelLogAnswer(files.texts.get(name) ?? '', window);
  if (answer !== undefined) return told(answer);
  return refused(
    ABSENT,
    'No kernel log is kept here that could be read (a container sees none): OOM kills cannot be seen.',
  );
}

/** A minute as the watch asks for it: `-` or a cgroup, no unshared memory, then logs by four arguments each. */
function watchSample(
  files: HostFiles,
  [cgroup = '-', , ...logs]: readonly string[],
  nowMs: number,
  change: HostChange,
): VerbAnswer {
  const rows = ['boot recorded', 'page 4096', ...(cgroup === '-' ? [] : watchedUnit(files, nowMs, change))];
  const memory = files.texts.get('meminfo.txt') ?? '';
  rows.push(...(memory.match(/^Mem(?:Total|Available):.*$/gm) ?? []));
  for (let at = 0; at + 3 < logs.length; at += 4) {
    const [path = '', place = '', file = '-', offset = '0'] = logs.slice(at, at + 4);
    const name = logFile(files, 'access', path);
    const log = { number: at / 4 + 1, path, place, file, offset: Number(offset) };
    rows.push(files.denied.has(name) ? `log ${log.number} denied` : watchedLogRow(files, name, log, nowMs));
  }
  return told(`${rows.join('\n')}\n`);
}

/** systemctl answers about units that nobody ever heard of too, and the read script says so. */
function unitState(files: HostFiles, unit: string, user: string): VerbAnswer {
  const name = `systemctl-show-${bare(unit)}.txt`;
  if (files.texts.has(name) || files.denied.has(name)) return wholeFile(files, name, user);
  if (unitNames(files).length === 0) return refused(ABSENT, `${name} is not in this recording.`);
  return {
    text: `Id=${unit}\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n`,
    exitCode: ABSENT,
    complaint: `There is no unit ${unit} on this host.`,
  };
}

const unitNames = ({ texts }: HostFiles) =>
  [...texts.keys()].flatMap(name => /^systemctl-show-(.+)\.txt$/.exec(name)?.[1] ?? []);

/** `unit TAB main-pid TAB command line` of the units that the recording shows. */
function unitList(files: HostFiles): string {
  const list = files.texts.get('units.txt');
  if (list !== undefined) return list;
  const rows = unitNames(files).flatMap(name => {
    const shown = files.texts.get(`systemctl-show-${name}.txt`) ?? '';
    const command = /^ExecStart=.*? argv\[\]=(.*?) ; ignore_errors=/m.exec(shown)?.[1] ?? '';
    if (!/(?:^|[/ ])gunicorn3?(?: |$)/.test(command)) return [];
    return [`${name}.service\t${/^MainPID=(\d+)$/m.exec(shown)?.[1] ?? 0}\t${command}\n`];
  });
  return rows.join('');
}

/** The host's own clock runs as ours does; zone and boot are those of the recording. */
function clockText({ clock, bootEpochMs }: HostFiles, nowMs: number): string {
  const rows = [
    `epoch=${(nowMs / 1000).toFixed(6)}`,
    ...(clock.timeZone === undefined ? [] : [`zone=${clock.timeZone}`]),
    `utc_offset=${offsetText(offsetAt(nowMs, clock) / 60_000)}`,
    ...(bootEpochMs === undefined ? [] : [`boot_epoch=${Math.round(bootEpochMs / 1000)}`]),
  ];
  return `${rows.join('\n')}\n`;
}
