import { sliceLines } from '../signals/lines.ts';
import { errorLogMoment } from '../signals/moments.ts';
import { readNginxErrorLine } from '../signals/nginx-error-log.ts';
import { patternReader } from '../signals/pattern-hits.ts';
import { type Collector, LONG } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import { bundledLogName } from './log-names.ts';
import { logsOfService } from './nginx-config.ts';
import type { Recording } from './recording.ts';

/** How NGINX lost its upstream, line by line. */
export const nginxErrorLog: Collector = {
  id: 'error-log',
  source: 'nginx-error-log',
  holds: name => /^nginx-(?:.*[-_.])?error.*\.log(\.\d+)?(\.gz)?$/.test(name),
  questions: ({ runsNginx, errorLogs, window, known, peers }) => {
    if (!runsNginx) return [];
    const paths = errorLogs ?? logsOfService(known, peers).error;
    return paths.map(path => ({
      verb: 'error-log' as const,
      args: [path, String(Math.floor(window.fromMs / 1000)), String(Math.ceil(window.toMs / 1000))],
      limits: LONG,
      name: bundledLogName('error', path, paths),
      subject: path,
    }));
  },
  *read(recordings, draft) {
    if (!draft.runsNginx) return;
    if (recordings.length === 0 && draft.nginx && unreadableTargets(draft)) return;
    const readable = draft.readable('nginx-error-log', recordings);
    for (const recording of readable) yield* readOne(recording, draft);
  },
};

/** Logging to syslog, stderr or nowhere: there is no file to read, and that is said. */
function unreadableTargets(draft: HostDraft): boolean {
  const targets = draft.nginx?.errorLogs.map(l => l.target) ?? [];
  const elsewhere = targets.filter(t => !t.startsWith('/') || t === '/dev/null');
  if (targets.length === 0 || elsewhere.length < targets.length) return false;
  draft.cover('nginx-error-log', 'absent', { detail: `NGINX writes it to ${elsewhere[0]}, not to a file` });
  return true;
}

function* readOne(recording: Recording, draft: HostDraft): Generator<undefined, void> {
  const context = draft.context;
  const covers = new Coverage();
  const listener = patternReader(draft.patterns, 'nginx-error-log', context.clock);
  for (const slice of sliceLines(recording.bytes)) {
    for (const line of slice) {
      if (line.startsWith('#staunch ')) {
        covers.note(line);
        continue;
      }
      const signal = readNginxErrorLine(line, context);
      if (signal) draft.signals.push(signal);
      const at = listener && (signal?.at ?? errorLogMoment(line, 0, context.clock));
      if (listener === undefined || at === undefined) continue;
      const { server } = draft;
      const told = signal?.line ?? { server, source: 'nginx-error-log' as const, text: line, at };
      draft.signals.push(...listener.hitsOf(line, told, at));
    }
    yield;
  }
  draft.cover(
    'nginx-error-log',
    recording.cut || covers.leftOut > 0 ? 'cut' : recording.bytes.length === 0 ? 'empty' : 'read',
    covers.span(recording.name),
  );
}

/** What the read script says about the file it read. */
export class Coverage {
  leftOut = 0;
  #fromMs: number | undefined;
  #toMs: number | undefined;

  note(line: string): void {
    const covers = /^#staunch covers (\d{1,12}|-) (\d{1,12}|-)/.exec(line);
    if (covers) {
      if (covers[1] !== '-') this.#fromMs = Number(covers[1]) * 1000;
      if (covers[2] !== '-') this.#toMs = Number(covers[2]) * 1000;
    }
    const left = /^#staunch left-out (\d{1,12})/.exec(line);
    if (left) this.leftOut += Number(left[1]);
  }

  span(name: string): { fromMs?: number; toMs?: number; detail?: string } {
    return {
      ...(this.#fromMs !== undefined && { fromMs: this.#fromMs }),
      ...(this.#toMs !== undefined && { toMs: this.#toMs }),
      ...(this.leftOut > 0 && { detail: `${this.leftOut} lines of ${name} were left out` }),
    };
  }
}
