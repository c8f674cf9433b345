import type { Registry } from '../../src/inventory/registry.ts';
import { changeRefusal } from '../../src/policy/change-asking.ts';
import { changeView } from '../../src/workflows/change-parcels.ts';
import type { ChangeView } from '../../src/workflows/change-ports.ts';
import type { HomeChanges } from './blocks/home-changes.ts';
import type { Asker } from './people.ts';
import { askingOf } from './permission.ts';
import type { SlackContext } from './slack-context.ts';

/** What of all changes concerns this person: those they may approve now, and those under way that they may see. */
export async function homeChangesOf(
  { person }: Asker,
  registry: Registry,
  visible: ReadonlySet<string>,
  context: SlackContext,
): Promise<HomeChanges> {
  const { remediations } = context.state;
  const [open, going, stopped] = await Promise.all([
    remediations.inState(['open']),
    remediations.inState(['approved', 'applying']),
    remediations.stopped(),
  ]);
  const viewsOf = async (all: typeof open) => {
    const views = await Promise.all(
      all.filter(each => visible.has(each.plan.service)).map(each => changeView(context.state, each.id)),
    );
    return views.filter(view => view !== undefined);
  };
  const mayApprove = ({ proposal, approvals }: ChangeView) => {
    const service = registry.services.get(proposal.plan.service);
    if (!service || proposal.plan.servers.length === 0) return false;
    if (approvals.some(each => each.approver === person.id)) return false;
    return (
      changeRefusal({
        ...askingOf(person, { id: person.id, kind: 'home' }, registry, context),
        what: 'approve',
        service,
        change: { tier: proposal.plan.tier, requester: proposal.requester, rules: service.changes },
        nowMs: context.clock.nowMs(),
      }) === undefined
    );
  };
  return {
    pending: (await viewsOf(open)).filter(mayApprove),
    going: await viewsOf(going),
    ...(stopped && { stopped }),
  };
}
