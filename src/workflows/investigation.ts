import type { CaseFile } from '../collectors/case-file.ts';
import type { NamedQuestion } from '../collectors/collector.ts';
import { HostDraft } from '../collectors/host-draft.ts';
import { readRecordings } from '../collectors/host-reading.ts';
import type { Answer, Window } from '../collectors/question.ts';
import { EVERYTHING, type ReadingPlan, roundsOf } from '../collectors/reading-plan.ts';
import { type Recording, UNANSWERED } from '../collectors/recording.ts';
import type { Server, Service } from '../inventory/registry.ts';
import { readUnitList } from '../inventory/unit-list.ts';
import { readHostClock } from '../signals/host-clock.ts';
import type { Clock, Pause, Source } from './ports.ts';
import { type UpstreamMap, upstreamMapOf } from './upstream-map.ts';

/** What a person is told while servers are read. */
export type Progress =
  | { readonly server: string; readonly state: 'connecting' | 'asking' }
  | { readonly server: string; readonly state: 'done'; readonly bytes: number; readonly tookMs: number }
  | { readonly server: string; readonly state: 'failed'; readonly detail: string };

export interface InvestigationContext {
  readonly source: Source;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly cancel: AbortSignal;
  /** What the playbook wants read; everything when not said. */
  readonly plan?: ReadingPlan;
  progress(progress: Progress): void;
}

/** A case file and the raw answers it was read from, by server. */
export interface Investigation {
  readonly caseFile: CaseFile;
  readonly recordings: ReadonlyMap<string, readonly Recording[]>;
}

interface Visit {
  readonly server: Server;
  readonly draft: HostDraft;
  readonly recordings: Recording[];
  readonly startedAtMs: number;
}

type Unreached = CaseFile['unreached'][number];

/**
 * Reads every server of a service, all at once, in rounds of one round trip each, and makes the case file.
 * A server that does not answer becomes a gap; the others are read all the same.
 */
export async function investigate(
  service: Service,
  window: Window,
  context: InvestigationContext,
): Promise<Investigation> {
  const servers = [...new Map([...service.servers, ...service.nginx.servers].map(s => [s.id, s])).values()];
  const met = await Promise.all(
    servers.map(server => meet(server, service, window, context, servers.length > 1)),
  );
  const unreached = met.flatMap(m => ('reason' in m ? [m] : []));
  const visits = met.flatMap(m => ('draft' in m ? [m] : []));
  let upstreams: UpstreamMap = { upstreams: service.upstreams };
  const rounds = roundsOf(context.plan ?? EVERYTHING);
  for (const [round, collectors] of rounds.entries()) {
    if (round === rounds.length - 1)
      upstreams = upstreamMapOf(
        service,
        visits.map(v => v.draft),
      );
    await Promise.all(
      visits.map(async visit => {
        const { draft } = visit;
        const questions = collectors
          .flatMap(c =>
            c.questions({
              unit: service.unit,
              runsApp: draft.runsApp,
              runsNginx: draft.runsNginx,
              window: draft.window,
              known: draft,
              ...(service.nginx.errorLogs && { errorLogs: service.nginx.errorLogs }),
              ...(service.nginx.accessLogs && { accessLogs: service.nginx.accessLogs }),
              ...(upstreams.peers && { peers: upstreams.peers }),
            }),
          )
          .filter(q => q.verb !== 'clock');
        const answers = await ask(visit, questions, context);
        const clock = round === 0 ? visit.recordings.filter(r => r.name === 'clock.txt') : [];
        visit.recordings.push(...answers);
        const reading = readRecordings(draft, [...clock, ...answers], collectors);
        while (!reading.next().done) await context.pause();
        if (round === 0 && draft.runsApp && !draft.unit) await lookForUnits(visit, context);
      }),
    );
  }
  for (const visit of visits) {
    const bytes = visit.recordings.reduce((sum, r) => sum + r.bytes.length, 0);
    context.progress({
      server: visit.server.id,
      state: 'done',
      bytes,
      tookMs: context.clock.nowMs() - visit.startedAtMs,
    });
  }
  return {
    caseFile: {
      service: service.id,
      unit: service.unit,
      window,
      hosts: visits.map(v => v.draft.finish(v.server.user)),
      recorded: false,
      unreached,
      ...upstreams,
    },
    recordings: new Map(visits.map(v => [v.server.id, v.recordings])),
  };
}

/** Connects, and measures the server's clock against ours with one small question of its own. */
async function meet(
  server: Server,
  service: Service,
  window: Window,
  context: InvestigationContext,
  comparesClocks: boolean,
): Promise<Visit | Unreached> {
  context.progress({ server: server.id, state: 'connecting' });
  const question = { verb: 'clock' as const, args: [], limits: { timeoutMs: 10_000, maxBytes: 4_096 } };
  const startedAtMs = context.clock.nowMs();
  let [answer] = await context.source.ask(server, [question], context.cancel);
  let sentAtMs = startedAtMs;
  if (answer?.ok && comparesClocks) {
    // The first question paid for the connection; the second measures only the way there and back. The logs of
    // a single server share one clock, so there it need not be that exact.
    sentAtMs = context.clock.nowMs();
    [answer] = await context.source.ask(server, [question], context.cancel);
  }
  const receivedAtMs = context.clock.nowMs();
  if (!answer?.ok) {
    const detail = answer?.detail ?? 'no answer';
    context.progress({ server: server.id, state: 'failed', detail });
    return {
      server: server.id,
      reason: answer?.reason ?? 'unreachable',
      detail,
      fix: `Try: staunch server test ${server.id}`,
    };
  }
  const recording = recordingOf({ ...question, name: 'clock.txt' }, answer);
  const clock = readHostClock(new TextDecoder().decode(answer.bytes), { sentAtMs, receivedAtMs });
  const offsetMs =
    clock?.offsetMs !== undefined && Math.abs(clock.offsetMs) > clock.errorMs ? clock.offsetMs : 0;
  const draft = new HostDraft({
    server: server.id,
    unitName: service.unit,
    runsApp: service.servers.some(s => s.id === server.id),
    runsNginx: service.nginx.servers.some(s => s.id === server.id),
    recorded: false,
    window: { fromMs: window.fromMs + offsetMs, toMs: window.toMs + offsetMs },
    ...(context.plan && { patterns: context.plan.patterns }),
  });
  if (clock) draft.clock = comparesClocks ? clock : { ...clock, errorMs: 0, offsetMs };
  return { server, draft, recordings: [recording], startedAtMs };
}

/** The unit of the service is not there: which ones are? The answer is the way to mend staunch.yml. */
async function lookForUnits(visit: Visit, context: InvestigationContext): Promise<void> {
  const question = {
    verb: 'unit-list' as const,
    args: [],
    limits: { timeoutMs: 5_000, maxBytes: 64 * 1024 },
    name: 'units.txt',
  };
  const [recording] = await ask(visit, [question], context);
  // A server without systemd cannot tell; its own complaint is in the gap already.
  if (recording?.exitCode !== 0) return;
  visit.draft.runningUnits = readUnitList(new TextDecoder().decode(recording.bytes)).map(u => u.unit);
}

async function ask(
  visit: Visit,
  questions: readonly NamedQuestion[],
  context: InvestigationContext,
): Promise<Recording[]> {
  if (questions.length === 0) return [];
  context.progress({ server: visit.server.id, state: 'asking' });
  const answers = await context.source.ask(visit.server, questions, context.cancel);
  return questions.map((question, i) => recordingOf(question, answers[i]));
}

export function recordingOf(question: NamedQuestion, answer: Answer | undefined): Recording {
  const about = { name: question.name, ...(question.subject !== undefined && { subject: question.subject }) };
  if (!answer?.ok)
    return {
      ...about,
      bytes: new Uint8Array(),
      exitCode: UNANSWERED,
      complaint: answer?.detail ?? 'not answered',
      cut: false,
    };
  return {
    ...about,
    bytes: answer.bytes,
    exitCode: answer.exitCode,
    complaint: answer.complaint,
    cut: answer.cutAtBytes !== undefined,
  };
}
