import type { Answer, Question } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import type { Clock, Source } from '../../src/workflows/ports.ts';
import type { Fleet, RecordedServer } from './fleet.ts';
import { type ChangedHosts, UNCHANGED } from './host-change.ts';
import { type HostFiles, openHostFiles } from './host-files.ts';
import { answerFrom } from './recorded-host.ts';

/** Time as the fleet sees it. `sleep` ends early, without a word, when `cancel` fires. */
export interface Pace {
  readonly clock: Clock;
  /** What was changed on the servers since; nothing when not said. */
  readonly changed?: ChangedHosts;
  sleep(ms: number, cancel: AbortSignal): Promise<void>;
}

const ENDED_BEFORE_MS = 180_000;
/** A login and each question take as long as they do over a network: progress is there to be seen. */
const SHORTEST_MS = 60;
const LONGEST_MS = 300;
/** Once connected, a clock answers within a round trip. */
const CLOCK_MS = 24;

/** Servers that answer the questions of the read script from recordings, as if the incident had just happened. */
export class RecordedServers implements Source {
  readonly #fleet: Fleet;
  readonly #pace: Pace;
  readonly #hosts = new Map<string, Promise<HostFiles>>();
  /** Answers so far, by server: the delays of a server are the same in every session. */
  readonly #asked = new Map<string, number>();

  constructor(fleet: Fleet, pace: Pace) {
    this.#fleet = fleet;
    this.#pace = pace;
  }

  async ask(server: Server, questions: readonly Question[], cancel: AbortSignal): Promise<readonly Answer[]> {
    const recorded = this.#fleet.servers.get(server.id);
    if (recorded === undefined || recorded.unreachable !== undefined) {
      await this.#pace.sleep(LONGEST_MS, cancel);
      const detail =
        recorded?.unreachable ??
        `${server.id} is not in the demo fleet: practice mode reaches no other server. Its servers: ${[...this.#fleet.servers.keys()].join(', ')}.`;
      return questions.map(() => (cancel.aborted ? CANCELLED : { ok: false, reason: 'unreachable', detail }));
    }
    const files = await this.#open(server.id, recorded).catch((error: Error) => error);
    if (files instanceof Error) {
      const detail = `The recording of ${server.id} cannot be read: ${files.message}. Is the folder complete?`;
      return questions.map(() => ({ ok: false, reason: 'unreachable', detail }));
    }
    const answers: Answer[] = [];
    for (const question of questions) answers.push(await this.#answer(server, question, files, cancel));
    return answers;
  }

  async close(): Promise<void> {
    this.#hosts.clear();
  }

  #open(id: string, server: RecordedServer): Promise<HostFiles> {
    const opened = this.#hosts.get(id);
    if (opened !== undefined) return opened;
    const opening = openRecordedFiles(server, this.#fleet.openedAtMs);
    this.#hosts.set(id, opening);
    // What could not be read may be readable for the next diagnosis.
    opening.catch(() => this.#hosts.delete(id));
    return opening;
  }

  async #answer(server: Server, question: Question, files: HostFiles, cancel: AbortSignal): Promise<Answer> {
    const sentAtMs = this.#pace.clock.nowMs();
    const delayMs = this.#delayMs(server.id, question);
    await this.#pace.sleep(delayMs / 2, cancel);
    // Half way: there the server looks at its clock.
    const change = this.#pace.changed?.of(server.id) ?? UNCHANGED;
    const told = answerFrom(files, question, server.user, this.#pace.clock.nowMs(), change);
    await this.#pace.sleep(delayMs / 2, cancel);
    if (cancel.aborted) return CANCELLED;
    const { maxBytes } = question.limits;
    const bytes = Buffer.from(told.text, 'latin1');
    return {
      ok: true,
      bytes: bytes.subarray(0, maxBytes),
      exitCode: told.exitCode,
      complaint: told.complaint,
      ...(bytes.length >= maxBytes && { cutAtBytes: maxBytes }),
      tookMs: this.#pace.clock.nowMs() - sentAtMs,
    };
  }

  #delayMs(id: string, question: Question): number {
    const turn = this.#asked.get(id) ?? 0;
    this.#asked.set(id, turn + 1);
    if (turn > 0 && question.verb === 'clock') return CLOCK_MS;
    return SHORTEST_MS + (hashOf(`${id} ${turn} ${question.verb}`) % (LONGEST_MS - SHORTEST_MS + 1));
  }
}

/** A server's recording as of the moment the fleet was opened. */
export function openRecordedFiles(server: RecordedServer, openedAtMs: number): Promise<HostFiles> {
  return openHostFiles(server, openedAtMs - (server.endedBeforeMs ?? ENDED_BEFORE_MS), openedAtMs);
}

const CANCELLED: Answer = {
  ok: false,
  reason: 'cancelled',
  detail: 'The diagnosis was cancelled before this server had answered.',
};

/** FNV-1a, 32 bit: small numbers that look like chance and are the same every time. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
