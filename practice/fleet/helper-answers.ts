import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HelperFile, HelperState } from '../../src/workflows/remediation-ports.ts';
import type { ChangedFile, HostChange } from './host-change.ts';
import type { HostFiles } from './host-files.ts';
import { CONFIG_FILE, DROP_IN, shownUnit } from './unit-words.ts';
import { watchedProcesses } from './watched-minute.ts';

/** The properties that the helper tells (docs/helper-protocol.md). */
const PROPERTIES = new Set(
  'ActiveState SubState MainPID Type FragmentPath DropInPaths NeedDaemonReload NRestarts Result ExecStart ExecStartEx ExecReload Environment EnvironmentFiles User Group WorkingDirectory OOMPolicy MemoryMax MemoryHigh MemoryCurrent Restart StartLimitBurst StartLimitIntervalUSec TriggeredBy TimeoutStopUSec UnitFileState Transient'.split(
    ' ',
  ),
);
const CONFIG = readFileSync(new URL('gunicorn.conf.py', import.meta.url));
const FREE_BYTES = 20 * 1024 ** 3;

/** What the helper of a demo server says of its unit now. */
export function helperState(files: HostFiles, change: HostChange, nowMs: number): HelperState {
  const shown = shownUnit(files, change);
  const unitState: Record<string, string> = {};
  for (const line of shown.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && PROPERTIES.has(line.slice(0, at))) unitState[line.slice(0, at)] = line.slice(at + 1);
  }
  const [master, ...workers] = watchedProcesses(files, change, nowMs).map(({ pid, startTicks, rssKib }) => ({
    pid,
    startTicks,
    rssBytes: rssKib * 1024,
  }));
  const words = commandLine(files, unitState);
  const version = /^gunicorn \(version (\S+)\)/m.exec(files.texts.get('versions.txt') ?? '')?.[1];
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(files.texts.get('meminfo.txt') ?? '')?.[1];
  return {
    unitState,
    files: [fileState(CONFIG_FILE, change), fileState(DROP_IN, change)],
    ...(master && {
      master: {
        ...master,
        commandLine: words,
        environment: {},
        ...(unitState.WorkingDirectory !== undefined && { workingDirectory: unitState.WorkingDirectory }),
      },
    }),
    workers,
    ...(version !== undefined && { gunicornVersion: version }),
    ...(available !== undefined && { memAvailableBytes: Number(available) * 1024 }),
    ...(files.bootEpochMs !== undefined && { uptimeTicks: Math.round((nowMs - files.bootEpochMs) / 10) }),
    helperVersion: 'practice',
  };
}

/** A file as it is now on a demo server; undefined where there is none. */
export function fileNow(path: string, change: HostChange): ChangedFile | undefined {
  const changed = change.files[path];
  if (changed) return changed;
  if (path === CONFIG_FILE) return { base64: CONFIG.toString('base64'), mode: 0o644, uid: 0, gid: 0 };
  return undefined;
}

export function sha256Of(file: ChangedFile): string {
  return createHash('sha256').update(Buffer.from(file.base64, 'base64')).digest('hex');
}

function fileState(path: string, change: HostChange): HelperFile {
  const file = fileNow(path, change);
  if (!file) return { path, exists: false, freeBytes: FREE_BYTES };
  const { base64, mode, uid, gid } = file;
  const bytes = Buffer.from(base64, 'base64').length;
  return { path, exists: true, sha256: sha256Of(file), mode, uid, gid, bytes, base64, freeBytes: FREE_BYTES };
}

/** As the recorded process table has it; the unit's own words where there is none. */
function commandLine(files: HostFiles, unitState: Readonly<Record<string, string>>): string[] {
  const main = /^### (\d+)\n(.*)$/m.exec(files.texts.get('proc.txt') ?? '')?.[2];
  const stated = / argv\[\]=(.*?) ; ignore_errors=/.exec(unitState.ExecStart ?? '')?.[1];
  return (main ?? stated ?? '').trim().split(/\s+/);
}
