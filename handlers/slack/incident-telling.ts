import { incidentTimeline } from '../../src/report/incident-timeline.ts';
import { postmortem } from '../../src/report/postmortem.ts';
import { fileParcel, threadParcel } from '../../src/workflows/incident-parcels.ts';
import type { Standing } from '../../src/workflows/incident-ports.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { Parcel } from '../../src/workflows/state-ports.ts';
import type { AskedHere } from './asked-here.ts';
import { incidentGoneNotice, keptNotice } from './blocks/incident-notices.ts';
import { timelineMessage } from './blocks/timeline-message.ts';
import type { SlackContext } from './slack-context.ts';

/** The timeline: in the thread for everybody, else only for who asked. */
export async function timelineHere(
  standing: Standing,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const record = await context.incidents.record(standing.incident.id);
  if (record === undefined) return incidentGoneNotice();
  const events = incidentTimeline(record);
  const people = [...new Set(events.map(({ actor }) => actor))].filter(actor => /^[UW]/.test(actor));
  const message = timelineMessage(standing, events, await context.people.names(people));
  if (here.threadTs === undefined) return message;
  await put(threadParcel(standing, `timeline/${here.deliveryKey}`, message), here, context);
  return undefined;
}

/** The post-mortem as a file in the incident's thread. */
export async function exportHere(
  standing: Standing,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const record = await context.incidents.record(standing.incident.id);
  if (record === undefined) return incidentGoneNotice();
  const { number, incident } = standing;
  const file = {
    name: `incident-${number}-${incident.service}.md`,
    title: `Incident ${number}, ${incident.service}: post-mortem`,
    text: postmortem(record),
  };
  await put(fileParcel(standing, `export/${here.deliveryKey}`, file), here, context);
  const isInThread = here.threadTs !== undefined;
  return isInThread ? undefined : keptNotice(`${file.name} stands in the thread of incident ${number}.`);
}

async function put(parcel: Parcel, { deliveryKey }: AskedHere, context: SlackContext): Promise<void> {
  const atMs = context.clock.nowMs();
  await context.state.atomically(async within => {
    if (await within.inbox.claim(`${deliveryKey}/told`, atMs)) await within.outbox.put(parcel, atMs);
  });
  context.wakeDelivery();
}
