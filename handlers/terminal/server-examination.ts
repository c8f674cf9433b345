import type { Answer, Question, ReadVerb } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import { type RunningUnit, readUnitList } from '../../src/inventory/unit-list.ts';
import { type AccessCheck, readAccessCheck } from '../../src/signals/access-check.ts';
import { readHostClock } from '../../src/signals/host-clock.ts';
import type { HostClock, Versions } from '../../src/signals/host-state.ts';
import { readVersions } from '../../src/signals/versions.ts';
import type { TerminalContext } from './context.ts';

/** What a server said about itself and about what may be read on it. */
export type ServerExamination =
  | { readonly reached: false; readonly server: Server; readonly reason: string; readonly detail: string }
  | {
      readonly reached: true;
      readonly server: Server;
      readonly units: readonly RunningUnit[];
      readonly versions: Versions | undefined;
      readonly clock: HostClock | undefined;
      readonly checks: readonly AccessCheck[];
      /** Questions that a reached server did not answer, in people's words. */
      readonly unanswered: readonly string[];
    };

/** Where no unit runs Gunicorn the server is read for its NGINX, if at all. */
const NGINX_UNIT = 'nginx.service';

/** A question of a survey: a tired server gets ten seconds, no answer here is long. */
export function surveyQuestion(verb: ReadVerb, args: readonly string[] = [], maxBytes = 1 << 20): Question {
  return { verb, args, limits: { timeoutMs: 10_000, maxBytes } };
}

/** The text of an answer, or undefined when there is none. */
export function answerText(answer: Answer | undefined): string | undefined {
  return answer?.ok ? new TextDecoder().decode(answer.bytes) : undefined;
}

/** Asks a server what it is and what may be read on it, for each of `units` (or for all that run Gunicorn). */
export async function examineServer(
  server: Server,
  units: readonly string[],
  context: Pick<TerminalContext, 'source' | 'clock' | 'cancel'>,
): Promise<ServerExamination> {
  const { source, clock, cancel } = context;
  const first = await source.ask(server, [surveyQuestion('unit-list'), surveyQuestion('versions')], cancel);
  const [unitList] = first;
  if (!unitList?.ok && unitList?.reason !== 'timed-out') {
    return {
      reached: false,
      server,
      reason: unitList?.reason ?? 'unreachable',
      detail: unitList?.detail ?? 'no answer',
    };
  }
  const running = readUnitList(answerText(unitList) ?? '');
  // Only now is the connection open: the round trip measures the clock, not the login.
  const sentAtMs = clock.nowMs();
  const [time] = await source.ask(server, [surveyQuestion('clock')], cancel);
  const receivedAtMs = clock.nowMs();
  const asked = units.length > 0 ? units : running.map(unit => unit.unit);
  const accessOf = asked.length > 0 ? asked : [NGINX_UNIT];
  const access = await source.ask(
    server,
    accessOf.map(unit => surveyQuestion('access', [unit])),
    cancel,
  );

  const unanswered = [
    ...refusals('unit-list', [unitList]),
    ...refusals('versions', [first[1]]),
    ...refusals('clock', [time]),
    ...refusals('access', access),
  ];
  return {
    reached: true,
    server,
    units: running,
    versions: readVersions(answerText(first[1]) ?? ''),
    clock: readHostClock(answerText(time) ?? '', { sentAtMs, receivedAtMs }),
    checks: distinct(access.flatMap(answer => readAccessCheck(answerText(answer) ?? ''))),
    unanswered,
  };
}

function refusals(what: string, answers: readonly (Answer | undefined)[]): string[] {
  return answers.flatMap(answer => {
    if (answer?.ok)
      return answer.bytes.length > 0 ? [] : emptyRefusal(what, answer.exitCode, answer.complaint);
    return [`${what}: ${answer?.detail ?? 'no answer'}`];
  });
}

/** No unit may run Gunicorn, which is no failure; a tool that ends with an error is one. */
function emptyRefusal(what: string, exitCode: number, complaint: string): string[] {
  return exitCode === 0 && what === 'unit-list'
    ? []
    : [`${what}: nothing was answered (exit ${exitCode}) ${complaint}`];
}

/** Two units on one server share most of what is checked: each finding is told once. */
function distinct(checks: readonly AccessCheck[]): AccessCheck[] {
  return [
    ...new Map(checks.map(check => [`${check.name}\t${check.state}\t${check.detail ?? ''}`, check])).values(),
  ];
}
