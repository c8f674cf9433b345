import type { Action } from '../../src/policy/access.ts';
import { refusalOf } from '../../src/policy/asking.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { Run } from '../../src/workflows/state-ports.ts';
import { goneNotice } from './blocks/notices.ts';
import type { Asker } from './people.ts';
import { askingOf, refusedAsker, registryOrNotice } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** The run behind a button or a modal, and who pressed. */
export interface PressedRun {
  readonly run: Run;
  readonly asker: Asker;
}

/**
 * Finds the run that a value names, and whether this person may do that with it, here and now. Anybody who sees
 * a message can press its buttons, and a value may come from an old or a forwarded message.
 */
export async function pressedRun(
  runId: string,
  user: string,
  what: Action,
  context: SlackContext,
): Promise<PressedRun | { readonly notice: Message }> {
  const run = await context.state.incidents.run(runId);
  if (!run) return { notice: goneNotice() };
  const { channel, service: serviceId } = run.incident;
  const [asker, spot, reading] = await Promise.all([
    context.people.asker(user),
    context.people.spot(channel),
    registryOrNotice(context),
  ]);
  if ('notice' in reading) return reading;
  const { registry } = reading;
  // A service that was taken out of staunch.yml keeps its history where that was told.
  const service = registry.services.get(serviceId) ?? { id: serviceId, channels: [channel] };
  const asking = askingOf(asker.person, spot.place, registry, context);
  const refusal = refusalOf({ ...asking, what, service });
  return refusal ? { notice: await refusedAsker(refusal, what, user, context) } : { run, asker };
}
