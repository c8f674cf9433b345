import type { Registry } from '../../src/inventory/registry.ts';
import { refusalOf, servicesFor } from '../../src/policy/asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import { helpNotice, pickerUnavailableNotice } from './blocks/notices.ts';
import { type PickerPlace, pickerView } from './blocks/picker-view.ts';
import { openModal } from './modal-opening.ts';
import type { Asker, Spot } from './people.ts';
import { askingOf, refusedAsker, registryOrNotice } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

export interface PickerAsked {
  readonly user: string;
  readonly asker: Asker;
  readonly spot: Spot;
  readonly registry: Registry;
  readonly triggerId?: string;
  readonly place: PickerPlace;
  /** Chosen already. */
  readonly service?: string;
}

/** Opens the modal to choose a service and a window in. */
export async function openPicker(asked: PickerAsked, context: SlackContext): Promise<Message | undefined> {
  const { asker, spot, registry, triggerId, place, service } = asked;
  // A mention opens no modal; what to type is the next best.
  if (triggerId === undefined) return helpNotice();
  const asking = askingOf(asker.person, spot.place, registry, context);
  const services = servicesFor({ ...asking, what: 'diagnose' }, registry.services.values()).map(
    each => each.id,
  );
  try {
    const view = pickerView({ services, place, ...(service !== undefined && { service }) });
    await openModal(context.client, triggerId, view);
    return undefined;
  } catch (error) {
    context.log.warn({ err: error }, 'the picker could not be opened');
    return pickerUnavailableNotice();
  }
}

/** The same from the App Home or the shortcuts menu, where no channel is given: the answer comes directly. */
export async function openPickerAnywhere(
  {
    user,
    triggerId,
    service,
  }: { readonly user: string; readonly triggerId: string; readonly service?: string },
  context: SlackContext,
): Promise<Message | undefined> {
  const [asker, reading] = await Promise.all([context.people.asker(user), registryOrNotice(context)]);
  if ('notice' in reading) return reading.notice;
  const { registry } = reading;
  const spot: Spot = { place: { id: user, kind: 'home' }, appIsMember: true };
  const asking = askingOf(asker.person, spot.place, registry, context);
  const refusal = refusalOf({ ...asking, what: 'diagnose' });
  if (refusal) return refusedAsker(refusal, 'diagnose', user, context);
  return openPicker(
    { user, asker, spot, registry, triggerId, place: {}, ...(service !== undefined && { service }) },
    context,
  );
}
