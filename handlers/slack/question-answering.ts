import type { ThreadRequest } from '../../src/questions/question.ts';
import type { Message } from '../../src/workflows/message.ts';
import { inThread } from '../../src/workflows/run-parcels.ts';
import type { Run } from '../../src/workflows/state-ports.ts';
import { askInThread } from '../../src/workflows/thread-questions.ts';
import type { AskedHere } from './asked-here.ts';
import { answerMessage } from './blocks/answer-message.ts';
import { incidentGoneNotice, keptNotice, sayMoreNotice } from './blocks/incident-notices.ts';
import { alreadyRunningNotice, goneNotice, notUnderstoodNotice } from './blocks/notices.ts';
import { pressedRun } from './pressed-run.ts';
import { readRequest } from './request-text.ts';
import { answerRequest } from './requests.ts';
import type { SlackContext } from './slack-context.ts';

/** A person waits in a thread; a model that takes longer is not waited for. */
const ANSWER_MS = 120_000;
const DAY_MS = 86_400_000;

/** A question in the thread of an incident: answered there for everybody, from the evidence that is kept. */
export async function answerInThread(
  text: string,
  run: Run,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const pressed = await pressedRun(run.id, here.user, 'view', context);
  if ('notice' in pressed) return pressed.notice;
  const done = run.state === 'done' ? run : await lastDone(run, context);
  const document = done && (await context.state.incidents.document(done.id));
  if (!done || !document)
    return run.state === 'running'
      ? alreadyRunningNotice()
      : sayMoreNotice('There is no diagnosis here that could answer.', '@staunch again');
  const reply = await askInThread(
    { runId: done.id, document, person: here.user, text, cancel: AbortSignal.timeout(ANSWER_MS) },
    context.questions,
  );
  if (reply.kind === 'request') return act(reply.request, done, here, context);
  const atMs = context.clock.nowMs();
  const message = answerMessage({ runId: done.id, document, answer: reply.answer });
  await context.state.atomically(async within => {
    if (!(await within.inbox.claim(`${here.deliveryKey}/answer`, atMs))) return;
    await within.outbox.put(
      { ...inThread(done.incident), key: `${done.id}/answer/${here.deliveryKey}`, kind: 'post', message },
      atMs,
    );
  });
  context.wakeDelivery();
  return undefined;
}

async function lastDone({ incident }: Run, { state }: SlackContext): Promise<Run | undefined> {
  return (await state.incidents.runsOf([incident.id])).findLast(({ state: is }) => is === 'done');
}

async function act(
  request: ThreadRequest,
  run: Run,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const { user, deliveryKey } = here;
  if (request.kind === 'plan') return answerRequest('plan', here, context);
  const pressed = await pressedRun(run.id, user, 'diagnose', context);
  if ('notice' in pressed) return pressed.notice;
  const { timeZone } = pressed.asker;
  if (request.kind === 'again') {
    const asked = await context.runs.again({ deliveryKey, runId: run.id, askedBy: user, timeZone });
    if ('running' in asked) return alreadyRunningNotice();
    return 'gone' in asked ? goneNotice() : undefined;
  }
  if (request.kind === 'note') return note(request.text, run, here, context);
  const nowMs = context.clock.nowMs();
  const said = request.kind === 'window' ? request.said : request.said || 'yesterday';
  const { service } = run.incident;
  if (request.kind === 'window' && !/^(?:yesterday|today|\d{4}-)/.test(said))
    return answerRequest(`diagnose ${service} since ${said}`, here, context);
  if (request.kind === 'compare' && /^(?:yesterday|before|last week|the day before)$/.test(said)) {
    const shift = said === 'last week' ? 7 * DAY_MS : DAY_MS;
    return look(
      run,
      { fromMs: run.window.fromMs - shift, toMs: run.window.toMs - shift },
      here,
      timeZone,
      context,
    );
  }
  const reading = readRequest(`${service} ${said}`, { nowMs, timeZone, names: [service] });
  if (reading.kind !== 'diagnose')
    return reading.kind === 'not-understood'
      ? notUnderstoodNotice(
          reading.problem,
          `@staunch ${request.kind === 'compare' ? 'compare yesterday' : 'since 6h'}`,
        )
      : undefined;
  return look(run, reading.window, here, timeZone, context);
}

/** Another time beside the incident's own: a verdict of its own in the thread, and the root stays as it is. */
async function look(
  { incident }: Run,
  window: { readonly fromMs: number; readonly toMs: number },
  { deliveryKey, user }: AskedHere,
  timeZone: string,
  context: SlackContext,
): Promise<Message | undefined> {
  const asked = await context.runs.ask({
    deliveryKey,
    service: incident.service,
    workspace: incident.workspace,
    channel: incident.channel,
    ...(incident.threadTs !== undefined && { threadTs: incident.threadTs }),
    threadOf: incident.threadOf ?? `${incident.id}/root`,
    askedBy: user,
    window,
    timeZone,
  });
  return 'running' in asked ? alreadyRunningNotice() : undefined;
}

async function note(
  text: string,
  run: Run,
  { deliveryKey, user }: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const incidentId = run.incident.threadOf?.replace(/\/root$/, '') ?? run.incident.id;
  const acted = await context.incidents.desk.note({ deliveryKey, incidentId, person: user, text });
  if (acted.ok) return keptNotice('Noted. It stands in the timeline of the incident.');
  return acted.why === 'duplicate' ? undefined : incidentGoneNotice();
}
