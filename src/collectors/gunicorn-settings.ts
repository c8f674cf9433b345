import { readGunicornSettings } from '../signals/gunicorn-settings.ts';
import type { GunicornEvent } from '../signals/signal.ts';
import { type Collector, SHORT } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import { textOf } from './nginx-config.ts';

/**
 * Gunicorn's settings in force: from the running master's command line, environment and configuration file,
 * and from what the master logged at its start. Read last, because it draws on unit state and journal.
 */
export const gunicornSettings: Collector = {
  id: 'gunicorn-environment',
  source: 'gunicorn-settings',
  holds: name =>
    /^gunicorn-environment\.txt$/.test(name) ||
    /^systemctl-cat-.*\.txt$/.test(name) ||
    name === 'gunicorn.conf.py',
  questions: ({ runsApp, known }) => {
    const mainPid = known.unit?.mainPid;
    if (!runsApp || mainPid === undefined || mainPid === 0) return [];
    return [
      {
        verb: 'gunicorn-environment',
        args: [String(mainPid)],
        limits: SHORT,
        name: 'gunicorn-environment.txt',
      },
    ];
  },
  *read(recordings, draft) {
    if (!draft.runsApp) return;
    const text = (pattern: RegExp) => {
      const found = recordings.find(r => pattern.test(r.name) && r.bytes.length > 0);
      return found && textOf(found.bytes);
    };
    const environmentText = text(/^gunicorn-environment/);
    const unitFilesText = text(/^systemctl-cat-(?!nginx)/);
    const configText = text(/^gunicorn\.conf\.py$/);
    const log = startLog(draft);
    const version = draft.parts.versions?.gunicorn;
    const settings = readGunicornSettings({
      server: draft.server,
      ...(environmentText !== undefined && { environmentText }),
      ...(draft.unit && { unitState: draft.unit }),
      ...(unitFilesText !== undefined && { unitFilesText }),
      ...(configText !== undefined && { configText }),
      ...(log && { log }),
      ...(version !== undefined && { version }),
    });
    if (settings) draft.parts.gunicorn = settings;
    draft.cover('gunicorn-settings', settings ? 'read' : 'absent');
    yield;
  },
};

function startLog(draft: HostDraft) {
  const last = (event: GunicornEvent['event']) =>
    draft.signals.findLast(
      (s): s is GunicornEvent => s.kind === 'gunicorn' && s.event === event && s.detail !== undefined,
    );
  const version = last('master-starting')?.detail;
  const workerClass = last('worker-class');
  if (version === undefined && workerClass === undefined) return undefined;
  return {
    ...(version !== undefined && { version }),
    ...(workerClass?.detail !== undefined && {
      workerClass: { value: workerClass.detail, line: workerClass.line },
    }),
  };
}
