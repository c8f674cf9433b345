import { readQuestion } from '../../src/questions/question-reading.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { AskedHere } from './asked-here.ts';
import { staunchHelpNotice, unknownCommandNotice } from './blocks/incident-notices.ts';
import { readChangeRequest } from './change-request.ts';
import { plainText } from './plain-text.ts';
import { answerInThread } from './question-answering.ts';
import { answerRequest } from './requests.ts';
import type { SlackContext } from './slack-context.ts';
import { answerStaunchRequest } from './staunch-answering.ts';
import { nearestStaunchCommands, readStaunchRequest } from './staunch-request.ts';

const DIAGNOSE = /^\/?diagnose(?:-502s?)?\b/i;
/** What no service is called, and what questions begin with. */
const LONGEST_NAME = 100;

/**
 * Answers what was typed after `/staunch` or after a mention: words of its own, changes, diagnoses, and in the thread of
 * an incident questions about it. Resolves with what only the asker is told. Whatever it is, there is an answer.
 */
export async function answerWords(
  text: string,
  here: AskedHere,
  context: SlackContext,
  way: 'command' | 'mention',
): Promise<Message | undefined> {
  const said = plainText(text).trim();
  if (said === '' && way === 'command') return staunchHelpNotice();
  if (readChangeRequest(text)) return answerRequest(text, here, context);
  const own = readStaunchRequest(text);
  if (own) return answerStaunchRequest(own, here, context);
  if (DIAGNOSE.test(said)) return answerRequest(text, here, context);
  const { threadTs, channel } = here;
  const run =
    threadTs === undefined ? undefined : await context.state.incidents.runOfThread(channel, threadTs);
  if (run && !(await isService(said, context))) return answerInThread(text, run, here, context);
  if (await isRequest(said, way, context)) return answerRequest(text, here, context);
  return unknownCommandNotice(said, nearestStaunchCommands(said));
}

/** The first word names something that can be diagnosed. */
async function isService(said: string, context: SlackContext): Promise<boolean> {
  const first = (said.split(/\s+/)[0] ?? '').replace(/^#/, '').slice(0, LONGEST_NAME);
  const stored = await context.registry.read();
  if (!stored.ok) return false;
  const { services, servers, groups } = stored.registry;
  return services.has(first) || servers.has(first) || groups.has(first);
}

/**
 * A mention was a request for a diagnosis from the first day on, and says by itself what it did not understand; behind
 * the command other words are likelier.
 */
async function isRequest(said: string, way: 'command' | 'mention', context: SlackContext): Promise<boolean> {
  if (nearestStaunchCommands(said).length > 0 && !(await isService(said, context))) return false;
  if (way === 'mention') return true;
  const reading = readQuestion(said);
  return (
    (reading.kind === 'request' && reading.request.kind === 'window') || (await isService(said, context))
  );
}
