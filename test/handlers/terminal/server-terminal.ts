import type { TerminalContext } from '../../../handlers/terminal/context.ts';
import type { Answer, ReadVerb } from '../../../src/collectors/question.ts';
import { editRegistry } from '../../../src/inventory/registry-edit.ts';
import { readRegistry } from '../../../src/inventory/registry-reading.ts';
import type { RegistryStore } from '../../../src/inventory/registry-store.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };

/** What the servers of a test answer: by server and verb, else by verb. A string is text, else the answer. */
export type Answers = Partial<Record<string, string | Answer>>;

/** A registry kept in memory, so that a test can look at its text. */
export function registryInMemory(start?: string): RegistryStore & { text: string | undefined } {
  const parts = [base, './staunch.schema.json'] as const;
  return {
    file: 'staunch.yml',
    text: start,
    async read() {
      if (this.text === undefined) {
        const message = 'there is no file';
        return {
          ok: false,
          absent: true,
          problems: [{ file: 'staunch.yml', line: 1, column: 1, path: '', message }],
        };
      }
      const reading = readRegistry(this.text, 'staunch.yml', base);
      return reading.ok ? reading : { ...reading, absent: false };
    },
    async preview(addition) {
      const edit = editRegistry(this.text, addition, 'staunch.yml', ...parts);
      const reading = edit.ok ? readRegistry(edit.text, 'staunch.yml', base) : edit;
      return reading.ok ? reading : { ...reading, absent: false };
    },
    async add(addition) {
      const edit = editRegistry(this.text, addition, 'staunch.yml', ...parts);
      if (!edit.ok) return edit;
      this.text = edit.text;
      return { ok: true };
    },
  };
}

/** A terminal, servers and a clock for one command. `replies` are typed one after the other. */
export function aTerminal(setup: {
  registry?: RegistryStore & { text: string | undefined };
  answers?: Answers;
  replies?: string[];
}) {
  const shown = { out: '', err: '', questions: [] as string[], asked: [] as string[] };
  const replies = [...(setup.replies ?? [])];
  let nowMs = Date.UTC(2026, 10, 22, 3, 0, 0);
  const context: TerminalContext & { registry: ReturnType<typeof registryInMemory> } = {
    registry: setup.registry ?? registryInMemory(),
    write: text => {
      shown.out += text;
    },
    writeError: text => {
      shown.err += text;
    },
    // Every look at the clock takes 20 ms.
    clock: {
      nowMs: () => {
        nowMs += 20;
        return nowMs;
      },
    },
    isTty: false,
    colour: false,
    columns: 100,
    cancel: new AbortController().signal,
    source: {
      async ask(server, questions) {
        return questions.map(question => {
          shown.asked.push(`${server.id} ${[question.verb, ...question.args].join(' ')}`.trimEnd());
          return answerOf(setup.answers ?? {}, server.id, question.verb);
        });
      },
      async close() {},
    },
  };
  if (setup.replies) {
    context.ask = async question => {
      shown.questions.push(question);
      const reply = replies.shift();
      if (reply === undefined) throw new Error(`The test has no reply to: ${question}`);
      return reply;
    };
  }
  return { context, shown };
}

function answerOf(answers: Answers, server: string, verb: ReadVerb): Answer {
  const answer = answers[`${server} ${verb}`] ?? answers[server] ?? answers[verb] ?? '';
  if (typeof answer !== 'string') return answer;
  return { ok: true, bytes: new TextEncoder().encode(answer), exitCode: 0, complaint: '', tookMs: 5 };
}

/** An answer of a server that was not reached. */
export function notReached(reason: Extract<Answer, { ok: false }>['reason'], detail: string): Answer {
  return { ok: false, reason, detail };
}

/** What a healthy Debian 12 server answers. */
export const HEALTHY: Answers = {
  'unit-list': 'checkout.service\t815\t/srv/checkout/bin/gunicorn -w 4 shop.wsgi\n',
  versions:
    'Linux web-1 6.1.0-26-amd64 #1 SMP\nsystemd 252 (252.30-1~deb12u2)\nnginx version: nginx/1.22.1\ngunicorn (version 20.1.0)\nPython 3.11.2\n',
  clock: 'epoch=1795316400.250 zone=Europe/Berlin utc_offset=+0100 boot_epoch=1795000000\n',
  access:
    'check\tuser\tok\tuid=1002(a) groups=4(adm),999(systemd-journal)\ncheck\tjournal\tok\t\ncheck\tkernel-log\tok\t\ncheck\tnginx-error-log\tok\t/var/log/nginx/error.log\n',
  'nginx-config':
    '# configuration file /etc/nginx/nginx.conf:\nhttp { error_log /var/log/nginx/error.log; access_log /var/log/nginx/access.log;\n server { location / { proxy_pass http://unix:/run/g.sock; } } }\n',
};
