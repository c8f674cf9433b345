import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Answer, Question } from '../../src/collectors/question.ts';
import { type Server, type Service, USUAL_WARNINGS } from '../../src/inventory/registry.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import type { Source } from '../../src/workflows/ports.ts';

const RECORDINGS = resolve(import.meta.dirname, '../../practice/recordings');

/** The bytes of one file of a recorded incident. */
export const recorded = (incident: string, file: string): Uint8Array =>
  readFileSync(join(RECORDINGS, incident, file));

const FILES: Record<string, string | ((args: readonly string[]) => string)> = {
  'unit-state': 'systemctl-show-gunicorn.txt',
  'unit-files': 'systemctl-cat-gunicorn.txt',
  'unit-journal': 'journal-gunicorn.json',
  'kernel-log': 'journal-kernel.json',
  'nginx-config': 'nginx-T.txt',
  'error-log': 'nginx-error.log',
  'access-log': ([path = '']) => `nginx-${path.split('/').at(-1)}`,
  'cgroup-memory': 'cgroup.txt',
  'worker-table': 'proc.txt',
  'accept-queue': 'ss-unix.txt',
  'host-memory': 'meminfo.txt',
  versions: 'versions.txt',
};

export const answer = (text: string | Uint8Array, exitCode = 0, complaint = ''): Answer => ({
  ok: true,
  bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  exitCode,
  complaint,
  tookMs: 1,
});

/** A server that answers with what an incident recorded; single verbs can be answered otherwise. */
export class RecordedSource implements Source {
  readonly asked: { readonly server: string; readonly questions: readonly Question[] }[] = [];
  readonly #incident: string;
  readonly #instead: (server: Server, question: Question) => Answer | undefined;

  constructor(
    incident: string,
    instead: (server: Server, question: Question) => Answer | undefined = () => undefined,
  ) {
    this.#incident = incident;
    this.#instead = instead;
  }

  async ask(server: Server, questions: readonly Question[]): Promise<readonly Answer[]> {
    this.asked.push({ server: server.id, questions });
    return questions.map(question => this.#instead(server, question) ?? this.#answer(question));
  }

  async close(): Promise<void> {}

  #answer({ verb, args }: Question): Answer {
    const file = FILES[verb];
    const name = typeof file === 'function' ? file(args) : file;
    if (name === undefined) return answer('', 69, `${verb} is not recorded`);
    try {
      return answer(recorded(this.#incident, name));
    } catch {
      return answer('', 69, `${name} is not recorded`);
    }
  }
}

export const aServer = (id = 'lab1', host = '10.213.0.11'): Server => ({
  id,
  host,
  port: 22,
  user: 'readonly',
  tier: 'production',
  hostKey: { kind: 'known-hosts', paths: [] },
});

export const aService = (
  servers: readonly Server[] = [aServer()],
  nginx: readonly Server[] = servers,
): Service => ({
  id: 'checkout',
  unit: 'gunicorn.service',
  servers,
  nginx: { servers: nginx },
  upstreams: new Map(),
  channels: [],
  warnings: USUAL_WARNINGS,
  changes: USUAL_CHANGES,
});
