import { guessLogFormat } from '../signals/access-format-guess.ts';
import { sliceLines } from '../signals/lines.ts';
import { type AccessLogReader, compileLogFormat } from '../signals/nginx-access-log.ts';
import { goodAnswerForm, statusPlace } from '../signals/nginx-log-format.ts';
import type { AccessRequest } from '../signals/signal.ts';
import type { StatusTotal } from './case-file.ts';
import { type Collector, LONG } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import { bundledLogName } from './log-names.ts';
import { logsOfService } from './nginx-config.ts';
import { Coverage } from './nginx-error-log.ts';
import type { Recording } from './recording.ts';

/** How many requests failed, and which. */
export const nginxAccessLog: Collector = {
  id: 'access-log',
  source: 'nginx-access-log',
  holds: name => /^nginx-(?:.*[-_.])?access.*\.(log|json)(\.\d+)?(\.gz)?$/.test(name),
  questions: ({ runsNginx, accessLogs, window, known, peers }) => {
    if (!runsNginx) return [];
    const paths = accessLogs ?? logsOfService(known, peers).access;
    const allPaths = [...paths, ...targetsOf(known)];
    return paths.map(path => {
      const format = formatOf(path, known);
      return {
        verb: 'access-log' as const,
        args: [
          path,
          String(Math.floor(window.fromMs / 1000)),
          String(Math.ceil(window.toMs / 1000)),
          format ? statusPlace(format.template, format.escape) : 'after-request',
          ...(format ? goodAnswerForm(format.template, format.escape) : []),
        ],
        limits: LONG,
        name: bundledLogName('access', path, allPaths),
        subject: path,
      };
    });
  },
  *read(recordings, draft) {
    if (!draft.runsNginx) return;
    const targets = draft.nginx?.accessLogs ?? [];
    if (
      recordings.length === 0 &&
      targets.length > 0 &&
      targets.every(t => !t.target.startsWith('/') || t.target === '/dev/null')
    ) {
      draft.cover('nginx-access-log', 'absent', {
        detail:
          targets[0]?.target === 'off'
            ? 'access_log is off'
            : `NGINX writes it to ${targets[0]?.target}, not to a file`,
      });
      return;
    }
    for (const recording of draft.readable('nginx-access-log', recordings)) yield* readOne(recording, draft);
  },
};

function formatOf(path: string, draft: HostDraft) {
  const target = draft.nginx?.accessLogs.find(l => l.target === path);
  return target && draft.nginx?.formats.get(target.style);
}

/** Bundle files carry the log's base name (`nginx-app_access.json` for `/var/log/nginx/app_access.json`). */
function pathOf(recording: Recording, draft: HostDraft): string | undefined {
  if (recording.subject !== undefined) return recording.subject;
  const name = recording.name.replace(/(\.\d+)?(\.gz)?$/, '');
  const targets = targetsOf(draft);
  return targets.find(target => bundledLogName('access', target, targets) === name);
}

const targetsOf = (draft: HostDraft): string[] => [
  ...new Set(draft.nginx?.accessLogs.map(log => log.target)),
];

function* readOne(recording: Recording, draft: HostDraft): Generator<undefined, void> {
  const path = pathOf(recording, draft);
  const format = path === undefined ? undefined : formatOf(path, draft);
  // The innermost level that names a log is the one in force where its requests are answered.
  const levels = draft.nginx?.accessLogs.filter(l => l.target === path).map(l => l.level) ?? [];
  const level = levels.sort((a, b) => b.length - a.length)[0] ?? 'http';
  const covers = new Coverage();
  const requests: AccessRequest[] = [];
  const totals: StatusTotal[] = [];
  let reader: AccessLogReader | undefined = format && compileLogFormat(format.template, format.escape);
  let guessed = false;
  let strange = 0;
  for (const slice of sliceLines(recording.bytes)) {
    for (const line of slice) {
      if (line.startsWith('#staunch ')) {
        covers.note(line);
        totals.push(...totalsOf(line, draft.clock.offsetMs ?? 0));
        continue;
      }
      if (line === '') continue;
      let request = reader?.read(line, draft.context);
      // The configuration may be newer than the lines: what it cannot read is tried as what it looks like.
      if (!request && !guessed) {
        guessed = true;
        const guess = guessLogFormat(slice.filter(l => !l.startsWith('#')));
        request = guess?.read(line, draft.context);
        if (request && guess) reader = guess;
      }
      if (request) requests.push(request);
      else strange++;
    }
    yield;
  }
  if (strange > 0 && requests.length === 0 && totals.length === 0) {
    draft.cover('nginx-access-log', 'absent', {
      detail: `the format of ${recording.name} is not understood`,
    });
    return;
  }
  draft.accessLogs.push({ name: recording.name, level, requests, ...(totals.length > 0 && { totals }) });
  const state = recording.cut || covers.leftOut > 0 ? 'cut' : recording.bytes.length === 0 ? 'empty' : 'read';
  draft.cover('nginx-access-log', state, covers.span(recording.name));
}

/** `#staunch total MINUTE STATUS N,N,,N`: how many requests ended so, in that minute and in those that follow. */
function totalsOf(line: string, offsetMs: number): StatusTotal[] {
  const [, minute, status, counts = ''] =
    /^#staunch total (\d{1,12}) (\d{3}) ([\d,]{1,16000})$/.exec(line) ?? [];
  return counts.split(',').flatMap((count, at) =>
    count === ''
      ? []
      : [
          {
            minuteAtMs: (Number(minute) + at * 60) * 1000 - offsetMs,
            status: Number(status),
            count: Number(count),
          },
        ],
  );
}
