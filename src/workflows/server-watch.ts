import type { Answer, Question } from '../collectors/question.ts';
import { watchQuestion } from '../collectors/watch-question.ts';
import type { RequestCounts, UnitSample } from '../growth/worker-sample.ts';
import type { Server, Service } from '../inventory/registry.ts';
import { type LogCursor, type LogReading, readUnitMinute, type UnitMinute } from '../signals/unit-minute.ts';
import { NOTHING_CHANGED, type UnitChange, type UnitMoment, unitChange } from './unit-change.ts';
import { countsOf, gapsOf, momentOf, readUnit } from './unit-sample.ts';
import { UssTurns } from './uss-turns.ts';
import { type Ask, discoverPlaces, type WatchedPlace } from './watch-discovery.ts';
import type { WatchGap } from './watch-events.ts';

/** One service on one server in one minute. */
export interface ServiceVisit {
  readonly service: string;
  readonly unit: string;
  /** Absent where the unit is not on this server, or was not answered for. */
  readonly sample?: UnitSample;
  readonly counts?: RequestCounts;
  readonly change: UnitChange;
  /** When the sample before was made; the same moment for the first. */
  readonly fromMs: number;
  readonly atMs: number;
  /** Takes it as the "before" of the next visit: only what was stored may be, or it would be lost. */
  readonly settle: () => void;
}

export type ServerVisit =
  | { readonly answered: true; readonly visits: readonly ServiceVisit[]; readonly gaps: readonly WatchGap[] }
  | { readonly answered: false; readonly failure: Extract<Answer, { ok: false }> };

interface Seen {
  readonly moment: UnitMoment;
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;
/** Where something was not there, it is looked for again after this time. */
const AGAIN_MS = 10 * 60_000;
/** A stored sample older than this is no "before": what happened since then is no news. */
const RECALLED_MS = 15 * 60_000;
/** The read script's answer to a verb it does not know (EX_USAGE). */
const UNKNOWN_VERB = 64;

/** One server's watch: what it remembers from minute to minute, and one visit. */
export class ServerWatch {
  readonly #server: Server;
  readonly #services: readonly Service[];
  readonly #cursors = new Map<string, LogCursor>();
  readonly #seen = new Map<string, Seen>();
  readonly #masters = new Map<string, UnitMoment['master']>();
  readonly #uss = new Map<string, UssTurns>();
  #places: readonly WatchedPlace[] | undefined;
  #discoverAtMs = Number.NEGATIVE_INFINITY;

  constructor(server: Server, services: readonly Service[]) {
    this.#server = server;
    this.#services = services;
  }

  get services(): readonly string[] {
    return this.#services.map(service => service.id);
  }

  /**
   * Takes over from the process that watched this server before, by the last two samples that it stored. Answers with
   * what the newest one showed: whether that process lived to tell of it is not known.
   */
  recall(unit: string, last: UnitSample, before: UnitSample | undefined, nowMs: number): UnitChange {
    if (nowMs - last.atMs > RECALLED_MS || this.#seen.has(unit)) return NOTHING_CHANGED;
    const moment = momentOf(last);
    this.#seen.set(unit, { moment, atMs: last.atMs });
    if (moment.master) this.#masters.set(unit, moment.master);
    const isNear = before !== undefined && last.atMs - before.atMs <= RECALLED_MS;
    return unitChange(isNear ? momentOf(before) : undefined, moment);
  }

  /** Asks for all units and logs of the server in one round trip, now and then for their places first. */
  async visit(ask: Ask, atMs: number): Promise<ServerVisit> {
    let failure: Extract<Answer, { ok: false }> | undefined;
    const asking: Ask = async questions => {
      const answers = await ask(questions);
      failure ??= answers.find(answer => !answer.ok);
      return answers;
    };
    if (this.#places === undefined || atMs >= this.#discoverAtMs) {
      const places = await discoverPlaces(this.#server, this.#services, asking);
      if (places === undefined) return { answered: false, failure: failure ?? unanswered(this.#server.id) };
      this.#places = places;
      this.#discoverAtMs = atMs + HOUR_MS * (0.75 + 0.5 * fractionOf(this.#server.id));
    }
    const places = this.#places;
    const logs = this.#logsOf(places);
    const asked = questionsOf(places, logs, this.#cursors, place => this.#ussOf(place).next(atMs));
    const answers = await asking(asked.questions);
    const lost = answers.find(answer => !answer.ok);
    if (lost !== undefined && answers.every(answer => !answer.ok)) return { answered: false, failure: lost };
    const minutes = answers.map(answer => minuteOf(answer, this.#server.id));
    const readings = new Map(logs.map((log, at) => [log.path, minutes[0]?.logs[at]]));
    const visits: ServiceVisit[] = [];
    const gaps: WatchGap[] = [];
    for (const [at, place] of places.entries()) {
      const minute = minutes[asked.indexes[at] ?? 0];
      const answer = answers[asked.indexes[at] ?? 0];
      if (minute === undefined) {
        if (answer?.ok) gaps.push(this.#notUnderstood(place, answer));
        continue;
      }
      const own = place.logs.map(log => readings.get(log.path));
      gaps.push(...gapsOf(this.#server.id, place, minute, own));
      visits.push(this.#visitOf(place, minute, own, atMs));
    }
    if (gaps.some(gap => gap.what === 'workers' || gap.what === 'requests'))
      this.#discoverAtMs = Math.min(this.#discoverAtMs, atMs + AGAIN_MS);
    return { answered: true, visits, gaps };
  }

  #visitOf(
    place: WatchedPlace,
    minute: UnitMinute,
    readings: readonly (LogReading | undefined)[],
    atMs: number,
  ): ServiceVisit {
    const { service, unit } = place;
    const counts = countsOf(readings);
    const before = this.#seen.get(unit);
    const about = { service, unit, fromMs: before?.atMs ?? atMs, atMs, ...(counts && { counts }) };
    const settleLogs = () => {
      for (const [at, { path }] of place.logs.entries()) {
        const cursor = readings[at]?.cursor;
        if (cursor) this.#cursors.set(path, cursor);
      }
    };
    if (place.cgroup === undefined)
      return {
        ...about,
        change: NOTHING_CHANGED,
        settle: settleLogs,
      };
    const { sample, moment } = readUnit(minute, { server: this.#server.id, service, unit, atMs }, counts);
    return {
      ...about,
      sample,
      change: unitChange(before?.moment, moment, this.#masters.get(unit)),
      settle: () => {
        settleLogs();
        this.#seen.set(unit, { moment, atMs });
        if (moment.master) this.#masters.set(unit, moment.master);
        this.#ussOf(place).told(minute.uss, sample.workers, atMs);
      },
    };
  }

  #ussOf(place: WatchedPlace): UssTurns {
    const kept = this.#uss.get(place.unit) ?? new UssTurns();
    this.#uss.set(place.unit, kept);
    return kept;
  }

  /** Every log once, however many services write to it. */
  #logsOf(places: readonly WatchedPlace[]): WatchedPlace['logs'] {
    return [...new Map(places.flatMap(place => place.logs.map(log => [log.path, log] as const))).values()];
  }

  #notUnderstood(place: WatchedPlace, answer: Extract<Answer, { ok: true }>): WatchGap {
    const about = { server: this.#server.id, service: place.service, what: 'read-script' as const };
    const text =
      answer.exitCode === UNKNOWN_VERB && answer.complaint.includes('unknown question')
        ? `The read script that is installed on ${this.#server.id} is older than this Staunch and cannot sample. Fix: install it again ("staunch server add" prints how).`
        : `The sample of ${place.unit} on ${this.#server.id} is not understood (exit ${answer.exitCode}): ${answer.complaint.slice(0, 300)}`;
    return { ...about, text };
  }
}

/** One question for each unit, the first of which brings the logs of all; or one without a unit. */
function questionsOf(
  places: readonly WatchedPlace[],
  logs: WatchedPlace['logs'],
  cursors: ReadonlyMap<string, LogCursor>,
  ussOf: (place: WatchedPlace) => number | undefined,
): { readonly questions: readonly Question[]; readonly indexes: readonly number[] } {
  const counted = logs.map(log => {
    const cursor = cursors.get(log.path);
    return { ...log, ...(cursor && { cursor }) };
  });
  const questions: Question[] = [];
  const indexes = places.map(place => {
    if (place.cgroup === undefined) return 0;
    const ussPid = ussOf(place);
    const logsHere = questions.length === 0 ? counted : [];
    questions.push(
      watchQuestion({ cgroup: place.cgroup, logs: logsHere, ...(ussPid !== undefined && { ussPid }) }),
    );
    return questions.length - 1;
  });
  if (questions.length === 0) questions.push(watchQuestion({ logs: counted }));
  return { questions, indexes };
}

const decoder = new TextDecoder();

function minuteOf(answer: Answer, server: string): UnitMinute | undefined {
  if (!answer.ok || answer.exitCode !== 0) return undefined;
  return readUnitMinute(decoder.decode(answer.bytes), server);
}

function unanswered(server: string): Extract<Answer, { ok: false }> {
  return { ok: false, reason: 'unreachable', detail: `${server} answered nothing.` };
}

/** 0 to 1, the same for the same name: the servers' hourly look for changes is spread over the hour. */
function fractionOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return (hash % 1000) / 1000;
}
