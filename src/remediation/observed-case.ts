import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import { known } from '../signals/answer-lines.ts';
import { gunicornWords } from '../signals/gunicorn-options.ts';
import { systemdDurationMs } from '../signals/unit-state.ts';
import type { ObservedFile, ObservedUnit, RunningMaster } from './observed-unit.ts';
import { shownCommand, shownEnvironment, shownEnvironmentFiles, shownPaths } from './shown-properties.ts';

/**
 * The unit as the read side saw it: enough to say what a person would change, never enough to change it, because nobody
 * read the files with their mode and owner. Undefined when the unit's state was not read.
 */
export function observedByReading(host: HostFile, caseFile: CaseFile): ObservedUnit | undefined {
  const { unit, gunicorn } = host;
  if (unit === undefined || unit.loadState === 'not-found') return undefined;
  const shown = (name: string) => unit.lines.get(name)?.text.slice(name.length + 1) || undefined;
  const environmentFiles = unit.environmentFiles?.flatMap(shownEnvironmentFiles) ?? [];
  const environment = shownEnvironment(unit.environment ?? '');
  const dropInPaths = shownPaths(shown('DropInPaths') ?? '');
  const workers = host.workers.filter(worker => worker.parentPid === unit.mainPid);
  return known({
    service: caseFile.service,
    server: host.server,
    unit: caseFile.unit,
    from: 'case-file' as const,
    activeState: unit.activeState,
    type: unit.type,
    fragmentPath: unit.fragmentPath,
    dropInPaths,
    needsDaemonReload: unit.needsDaemonReload,
    ephemeral:
      unit.fragmentPath?.startsWith('/run/') === true ||
      /^(?:generated|transient)$/.test(shown('UnitFileState') ?? ''),
    command: shownCommand(shown('ExecStart'), shown('ExecStartEx')),
    canReload: shown('ExecReload') !== undefined || unit.type === 'notify-reload',
    environment,
    environmentFiles,
    workingDirectory: (unit.workingDirectory ?? '/').replace(/^[!-]/, ''),
    socketActivated: unit.triggeredBy?.some(name => name.endsWith('.socket')) ?? false,
    oomPolicy: unit.oomPolicy,
    memoryMaxBytes: unit.memoryMaxBytes,
    memoryHighBytes: unit.memoryHighBytes,
    memoryCurrentBytes: host.cgroup?.currentBytes ?? unit.memoryCurrentBytes,
    hostAvailableBytes: host.memory?.availableBytes,
    restart: unit.restart,
    startLimitBurst: unit.startLimitBurst,
    startLimitIntervalMs: systemdDurationMs(shown('StartLimitIntervalUSec')),
    running: runningOf(host, environmentFiles.length > 0),
    workers: workers.map(({ pid, rssBytes }) => ({ pid, startTicks: 0, ...(rssBytes && { rssBytes }) })),
    gunicornVersion: gunicorn?.version ?? host.versions?.gunicorn,
    files: dropInFile(caseFile.unit, dropInPaths),
  }) as ObservedUnit;
}

function runningOf({ workers, unit, gunicorn }: HostFile, hasFiles: boolean): RunningMaster {
  const commandLine = workers.find(worker => worker.pid === unit?.mainPid)?.commandLine;
  // A default is claimed only when every layer above it was read: then the environment sets nothing either.
  const nothingSet =
    gunicorn?.maxRequests?.from === 'default' && gunicorn.maxRequestsJitter?.from === 'default';
  return known({
    words: commandLine && gunicornWords(commandLine.split(' ')),
    environment: hasFiles && nothingSet ? new Map<string, string>() : undefined,
  }) as RunningMaster;
}

/** The place where a person would write; its content is known only while it does not exist. */
function dropInFile(unit: string, dropInPaths: readonly string[]): ReadonlyMap<string, ObservedFile> {
  const path = `/etc/systemd/system/${unit}.d/90-staunch.conf`;
  return new Map([[path, { path, exists: dropInPaths.includes(path) }]]);
}
