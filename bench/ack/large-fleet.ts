import { openSource as openPractice } from '../../practice/fleet/open-fleet.ts';
import type { Answer, Question } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import type { Source } from '../../src/workflows/ports.ts';

/** What one server's logs bring, as much as the read script sends: five such servers are 20 MB. */
const ERROR_BYTES = 2_400_000;
const ACCESS_BYTES = 1_600_000;

/** Servers that all answer as checkout's of practice mode, at once, and with logs of 4 MB. */
export async function openSource(): Promise<Source> {
  process.env.STAUNCH_PRACTICE_PACE = '0';
  const practice = await openPractice();
  return {
    async ask(server: Server, questions: readonly Question[], cancel: AbortSignal) {
      const answers = await practice.ask({ ...server, id: 'checkout-1' }, questions, cancel);
      return answers.map((answer, at) => enlarged(answer, questions[at]?.verb));
    },
    close: () => practice.close(),
  };
}

function enlarged(answer: Answer, verb: Question['verb'] | undefined): Answer {
  const bytes = verb === 'error-log' ? ERROR_BYTES : verb === 'access-log' ? ACCESS_BYTES : 0;
  if (!answer.ok || bytes === 0 || answer.bytes.length === 0) return answer;
  const times = Math.ceil(bytes / answer.bytes.length);
  return { ...answer, bytes: Buffer.concat(Array.from({ length: times }, () => answer.bytes)) };
}
