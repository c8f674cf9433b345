import type { StepAction } from '../../src/guidance/next-step.ts';
import type { StepSaid } from '../../src/workflows/incident-desk.ts';
import type { Standing } from '../../src/workflows/incident-ports.ts';
import type { Message } from '../../src/workflows/message.ts';
import { rootKey } from '../../src/workflows/run-parcels.ts';
import type { ButtonPress } from './actions/show-evidence.ts';
import { incidentGoneNotice, otherCardNotice } from './blocks/incident-notices.ts';
import { resolveView, stepNoteView } from './blocks/incident-views.ts';
import { alreadyRunningNotice } from './blocks/notices.ts';
import { afterAck } from './listening.ts';
import { openModal } from './modal-opening.ts';
import { type PressedIncident, pressedIncident } from './pressed-incident.ts';
import { proposeForStep } from './proposing.ts';
import type { SlackContext } from './slack-context.ts';

/** `INCIDENT CARD WHICH`, as the buttons of a next-step card carry it. */
export interface PressedStep {
  readonly incidentId: string;
  readonly card: number;
  /** `0` for the main button, `1` … for the others, else `skip`, `na`, `note`. */
  readonly which: string;
}

export function stepOfValue(value: string | undefined): PressedStep {
  const [incidentId = '', card = '', which = ''] = (value ?? '').split(' ');
  return { incidentId, card: Number(card), which };
}

/** A button of a next-step card. What it does is read from the card that is kept, never from the button. */
export async function pressStep(
  { ack, action, body, respond }: ButtonPress,
  context: SlackContext,
): Promise<void> {
  await ack();
  const user = body.user.id;
  await afterAck(action.action_id, { user, respond }, context, async () => {
    const step = stepOfValue(action.value);
    const pressed = await pressedIncident(step.incidentId, user, 'diagnose', context);
    if ('notice' in pressed) return pressed.notice;
    const { card } = pressed.standing;
    if (card?.step === undefined || card.number !== step.card) return otherCardNotice();
    const deliveryKey = `press/${action.action_ts}/${user}/${action.action_id}`;
    const press = { ...step, deliveryKey, user, triggerId: body.trigger_id };
    if (step.which === 'skip') return said({ how: 'skipped' }, press, context);
    if (step.which === 'na') return said({ how: 'not-applicable' }, press, context);
    if (step.which === 'note') {
      await openModal(context.client, body.trigger_id, stepNoteView(pressed.standing));
      return undefined;
    }
    const chosen = [card.step.primary, ...card.step.alternatives][Number(step.which)];
    return chosen === undefined ? otherCardNotice() : perform(chosen, pressed, press, context);
  });
}

interface Press extends PressedStep {
  readonly deliveryKey: string;
  readonly user: string;
  readonly triggerId: string;
}

async function perform(
  chosen: StepAction,
  pressed: PressedIncident,
  press: Press,
  context: SlackContext,
): Promise<Message | undefined> {
  const { label } = chosen;
  switch (chosen.kind) {
    case 'done':
      return said({ how: 'done', label }, press, context);
    case 'choose':
      return said({ how: 'chosen', answer: chosen.answer, label }, press, context);
    case 'resolve':
      await openModal(
        context.client,
        press.triggerId,
        resolveView(pressed.standing, reasonOf(pressed.standing, chosen.reason)),
      );
      return undefined;
    case 'propose':
      return propose(chosen.remedy, label, pressed, press, context);
    case 'diagnose':
      return diagnose(chosen.fromMs, pressed, press, context);
  }
}

/** What the evidence speaks for; of a watch that is not over nobody can say yet that nothing failed since. */
function reasonOf({ card }: Standing, reason: string): string {
  return card?.step?.kind === 'watch' ? 'Closed before it was watched for long enough: ' : reason;
}

async function said(answer: StepSaid, press: Press, context: SlackContext): Promise<Message | undefined> {
  const { deliveryKey, incidentId, user, card } = press;
  const acted = await context.incidents.desk.answer({
    deliveryKey,
    incidentId,
    person: user,
    card,
    said: answer,
  });
  return acted.ok || acted.why === 'duplicate' ? undefined : otherCardNotice();
}

/** The step is settled when the change was made or given up; where it would be wrong, with the reason, at once. */
async function propose(
  remedy: Extract<StepAction, { kind: 'propose' }>['remedy'],
  label: string,
  { standing }: PressedIncident,
  press: Press,
  context: SlackContext,
): Promise<Message | undefined> {
  const { incident, card } = standing;
  const proposed = await proposeForStep(
    {
      deliveryKey: `${press.deliveryKey}/plan`,
      user: press.user,
      service: incident.service,
      remedy,
      reason: `A step of incident ${standing.number}: ${card?.step?.title ?? label}`,
      place: { incidentId: incident.id, channel: incident.channel },
    },
    context,
  );
  if (!('refused' in proposed)) return proposed.notice;
  const note = `Not proposed: ${[proposed.refused, ...proposed.instead].join(' ')}`;
  return said({ how: 'not-applicable', label, note }, press, context);
}

async function diagnose(
  fromMs: number | undefined,
  { standing, asker }: PressedIncident,
  press: Press,
  context: SlackContext,
): Promise<Message | undefined> {
  const { incident, card } = standing;
  const { deliveryKey, user, incidentId } = press;
  const { timeZone } = asker;
  const toMs = context.clock.nowMs();
  const isRelapse = card?.step?.kind === 'watch' && card.step.dueAtMs === undefined;
  if (fromMs !== undefined && !isRelapse) {
    const asked = await context.runs.ask({
      ...{ deliveryKey, timeZone, askedBy: user },
      service: incident.service,
      workspace: incident.workspace,
      channel: incident.channel,
      // Threads are one level deep.
      ...(incident.threadTs === undefined ? {} : { threadTs: incident.threadTs }),
      threadOf: rootKey(incident),
      window: { fromMs, toMs },
    });
    return 'running' in asked ? alreadyRunningNotice() : undefined;
  }
  const last = await lastRun(standing, context);
  if (last === undefined) return incidentGoneNotice();
  if (isRelapse) {
    const because = 'It came back while it was being watched.';
    await context.incidents.desk.reopen({
      deliveryKey: `${deliveryKey}/relapse`,
      incidentId,
      person: user,
      because,
    });
  }
  const window = fromMs === undefined ? {} : { window: { fromMs, toMs } };
  const asked = await context.runs.again({ deliveryKey, runId: last, askedBy: user, timeZone, ...window });
  if ('running' in asked) return alreadyRunningNotice();
  if ('gone' in asked) return incidentGoneNotice();
  return card?.step?.kind === 'look'
    ? said(
        { how: 'done', label: card.step.primary.label },
        { ...press, deliveryKey: `${deliveryKey}/said` },
        context,
      )
    : undefined;
}

async function lastRun({ incident }: Standing, { state }: SlackContext): Promise<string | undefined> {
  const own = await state.incidents.runsOf([incident.id]);
  const parts = own.length > 0 ? own : await state.incidents.runsOf(await state.standings.parts(incident.id));
  return parts.at(-1)?.id;
}
