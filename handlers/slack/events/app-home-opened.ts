import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import type { Registry } from '../../../src/inventory/registry.ts';
import { refusalOf, servicesFor } from '../../../src/policy/asking.ts';
import { refusalWords } from '../../../src/policy/refusal-words.ts';
import { homeView, type SetupStep } from '../blocks/home-view.ts';
import { homeChangesOf } from '../home-changes-of.ts';
import { afterAck } from '../listening.ts';
import { overviewOf } from '../overview-answering.ts';
import { askingOf } from '../permission.ts';
import type { SlackContext } from '../slack-context.ts';

/** The App Home: services with their last verdicts, and for admins what is still to set up. */
export async function appHomeOpened(
  { event }: SlackEventMiddlewareArgs<'app_home_opened'> & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  if (event.tab !== 'home') return;
  const { user } = event;
  await afterAck('app-home', { user }, context, async () => {
    await context.client.views.publish({ user_id: user, view: homeView(await homeModel(user, context)) });
    return undefined;
  });
}

async function homeModel(user: string, context: SlackContext): Promise<Parameters<typeof homeView>[0]> {
  const { version } = context;
  const [asker, stored, latest] = await Promise.all([
    context.people.asker(user),
    context.registry.read(),
    context.state.incidents.latest(),
  ]);
  if (!stored.ok) {
    const refusal =
      'staunch.yml has a mistake, so nothing can be shown. Whoever runs Staunch sees where with "staunch doctor".';
    return { refusal, services: [], version };
  }
  const { registry } = stored;
  const { person } = asker;
  const asking = askingOf(person, { id: user, kind: 'home' }, registry, context);
  const refusal = refusalOf({ ...asking, what: 'view' });
  if (refusal) return { refusal: refusalWords(refusal), services: [], version };
  const all = [...registry.services.values()];
  const mayDiagnose = new Set(servicesFor({ ...asking, what: 'diagnose' }, all).map(service => service.id));
  const last = new Map(latest.map(each => [each.run.incident.service, each]));
  const isAdmin = refusalOf({ ...asking, what: 'administer' }) === undefined;
  const visible = servicesFor({ ...asking, what: 'view' }, all);
  const watched = await context.watched?.(visible);
  const { overview, nameOf } = await overviewOf(visible, context);
  return {
    services: visible.map(({ id }) => {
      const found = last.get(id);
      const watch = watched?.get(id);
      return {
        id,
        mayDiagnose: mayDiagnose.has(id),
        ...(found && { last: found }),
        ...(watch && { watch }),
      };
    }),
    changes: await homeChangesOf(asker, registry, new Set(visible.map(({ id }) => id)), context),
    incidents: { open: overview.incidents, nameOf },
    ...(isAdmin && { setup: await setupSteps(registry, context) }),
    version,
  };
}

async function setupSteps(registry: Registry, context: SlackContext): Promise<SetupStep[]> {
  const { servers, services, access } = registry;
  const held = (role: 'requester' | 'approver') =>
    (access.roles.get(role) ?? []).length > 0 ||
    [...access.teams.values()].some(team => (team.roles.get(role) ?? []).length > 0);
  const unbound = [...services.values()].filter(service => service.channels.length === 0);
  const { waiting } = await context.state.outbox.backlog();
  return [
    {
      done: servers.size > 0,
      what: `Servers registered: ${servers.size}`,
      command: 'staunch server add staunch@web-1.example.com',
    },
    {
      done: services.size > 0,
      what: `Services registered: ${services.size}`,
      todo: 'Name the systemd unit of each app under services: in staunch.yml.',
    },
    {
      done: held('requester'),
      what: 'Somebody may ask for diagnoses',
      todo: 'Name people or user groups under slack.roles.requester in staunch.yml.',
    },
    {
      done: held('approver'),
      what: 'Somebody may approve changes',
      todo: 'Name people or user groups under slack.roles.approver in staunch.yml.',
    },
    {
      done: unbound.length === 0,
      what: 'Every service has its channel',
      todo: `Without channels: ${unbound
        .slice(0, 5)
        .map(s => s.id)
        .join(
          ', ',
        )}${unbound.length > 5 ? ' and others' : ''}. Name them under channels: in staunch.yml, and /diagnose-502 needs no name there, and what the watch sees is told there.`,
    },
    {
      done: waiting < 20,
      what: waiting < 20 ? 'Messages to Slack arrive' : `${waiting} messages to Slack are waiting`,
      todo: 'Slack refuses or limits them; the log of Staunch says why.',
    },
  ];
}
