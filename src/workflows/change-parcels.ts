import type { ChangeView, ChangeWords, OutcomeReport } from './change-ports.ts';
import type { Message } from './message.ts';
import type { Proposal } from './remediation-ports.ts';
import type { Parcel, State } from './state-ports.ts';

/**
 * The card of a change that belongs to no diagnosis and no warning is the root of an incident of its own, which then
 * has the proposal's id.
 */
const cardKey = ({ id, incidentId }: Proposal) => (id === incidentId ? `${id}/root` : `${id}/card`);
const progressKey = ({ id }: Proposal) => `${id}/progress`;

/** A proposal with all that belongs to it; undefined when it is not kept any more. */
export async function changeView(state: State, proposalId: string): Promise<ChangeView | undefined> {
  const { remediations, incidents } = state;
  const proposal = await remediations.find(proposalId);
  const incident = proposal && (await incidents.find(proposal.incidentId));
  if (!proposal || !incident) return undefined;
  const [approvals, steps] = [await remediations.approvals(proposalId), await remediations.steps(proposalId)];
  return { proposal, incident, approvals, steps };
}

/** The card and, where its diff is too long to stand in it, the files with it. */
export function proposalParcels(view: ChangeView, words: ChangeWords): readonly Parcel[] {
  const { proposal, incident } = view;
  const isRoot = proposal.id === proposal.incidentId;
  const place = isRoot
    ? {
        ...placeOf(view),
        ...(incident.threadTs !== undefined && { threadTs: incident.threadTs }),
      }
    : inThread(view);
  const card: Parcel = { ...place, key: cardKey(proposal), kind: 'post', message: words.card(view) };
  const files = words.files(view).map(
    ({ name, title, text }, at): Parcel => ({
      ...inThread(view),
      key: `${proposal.id}/diff/${at + 1}`,
      kind: 'upload',
      file: { name, title, altText: title, bytes: new TextEncoder().encode(text) },
    }),
  );
  return [card, ...files];
}

/** The card as it stands now: buttons that do nothing any more are gone from it. */
export function cardEdit(view: ChangeView, words: ChangeWords): Parcel {
  return edit(view, cardKey(view.proposal), words.card(view));
}

/** The message that shows how the change gets on, edited in place afterwards. */
export function progressParcel(view: ChangeView, words: ChangeWords): Parcel {
  return reply(view, 'progress', words.progress(view));
}

export function progressEdit(view: ChangeView, words: ChangeWords): Parcel {
  return edit(view, progressKey(view.proposal), words.progress(view));
}

export function endedParcel(view: ChangeView, words: ChangeWords): Parcel {
  return reply(view, 'ended', words.ended(view));
}

export function reminderParcel(
  view: ChangeView,
  round: number,
  ask: readonly string[],
  words: ChangeWords,
): Parcel {
  return reply(view, `reminder/${round}`, words.reminder(view, round, ask));
}

export function brokenGlassParcel(view: ChangeView, words: ChangeWords): Parcel {
  return reply(view, 'break-glass', words.brokenGlass(view));
}

export function outcomeParcel(view: ChangeView, report: OutcomeReport, words: ChangeWords): Parcel {
  return reply(view, `outcome/${report.dueAtMs}`, words.outcome(view, report));
}

/** `mark` tells this drift from another one: the same is told once. */
export function driftParcel(
  view: ChangeView,
  drift: { readonly server: string; readonly what: string; readonly mark: string },
  words: ChangeWords,
): Parcel {
  return reply(view, `drift/${drift.server}/${drift.mark}`, words.drift(view, drift.server, drift.what));
}

function reply(view: ChangeView, name: string, message: Message): Parcel {
  return { ...inThread(view), key: `${view.proposal.id}/${name}`, kind: 'post', message };
}

function edit(view: ChangeView, target: string, message: Message): Parcel {
  return { ...placeOf(view), key: `${target}/edit`, kind: 'update', target, message };
}

/** Threads are one level deep. */
function inThread(view: ChangeView) {
  const { incident } = view;
  if (incident.threadTs !== undefined) return { ...placeOf(view), threadTs: incident.threadTs };
  return { ...placeOf(view), inThreadOf: incident.threadOf ?? `${incident.id}/root` };
}

function placeOf({ proposal: { incidentId, channel } }: ChangeView) {
  return { incidentId, channel };
}
