import type { Standing } from '../../src/workflows/incident-ports.ts';
import type { Message } from '../../src/workflows/message.ts';
import type { AskedHere } from './asked-here.ts';
import {
  incidentGoneNotice,
  keptNotice,
  sayMoreNotice,
  staunchHelpNotice,
  whichIncidentNotice,
} from './blocks/incident-notices.ts';
import { exportHere, timelineHere } from './incident-telling.ts';
import { handOver, hostsHere, snoozeHere, statusHere } from './overview-answering.ts';
import { pressedIncident } from './pressed-incident.ts';
import type { SlackContext } from './slack-context.ts';
import type { StaunchRequest } from './staunch-request.ts';

/** Answers a word of Staunch's own. Resolves with what only the asker is told. */
export async function answerStaunchRequest(
  request: StaunchRequest,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  switch (request.kind) {
    case 'help':
      return staunchHelpNotice();
    case 'status':
      return statusHere(here, context);
    case 'handover':
      return handOver(here, context);
    case 'hosts':
      return hostsHere(request.target, here, context);
    case 'snooze':
      return snoozeHere(request, here, context);
    default:
      return inIncident(request, here, context);
  }
}

type OfIncident = Exclude<StaunchRequest, { kind: 'help' | 'status' | 'handover' | 'hosts' | 'snooze' }>;

async function inIncident(
  request: OfIncident,
  here: AskedHere,
  context: SlackContext,
): Promise<Message | undefined> {
  const meant = await incidentMeant('number' in request ? request.number : undefined, here, context);
  if (meant === undefined) return whichIncidentNotice(request.kind);
  const reads = request.kind === 'timeline' || request.kind === 'export';
  const pressed = await pressedIncident(meant.incident.id, here.user, reads ? 'view' : 'diagnose', context);
  if ('notice' in pressed) return pressed.notice;
  const { standing } = pressed;
  const { desk } = context.incidents;
  const act = { deliveryKey: here.deliveryKey, incidentId: standing.incident.id, person: here.user };
  switch (request.kind) {
    case 'timeline':
      return timelineHere(standing, here, context);
    case 'export':
      return exportHere(standing, here, context);
    case 'take':
      return told(
        await desk.take(act),
        `You look after incident ${standing.number} now; its message says so.`,
      );
    case 'severity':
      if (request.severity === undefined)
        return sayMoreNotice('A severity is low, high or critical.', '@staunch severity critical');
      return told(
        await desk.weigh({ ...act, severity: request.severity }),
        `Incident ${standing.number} is of severity ${request.severity} now.`,
      );
    case 'note':
      if (request.text === '')
        return sayMoreNotice('Write what is to be kept.', '@staunch note the cache was cleared');
      return told(
        await desk.note({ ...act, text: request.text }),
        `Noted. It stands in the timeline of incident ${standing.number}.`,
      );
    case 'resolve':
      if (request.reason === '')
        return sayMoreNotice(
          'Say why it is over: it stands in the post-mortem.',
          '@staunch resolve the limit was raised',
        );
      return told(
        await desk.resolve({ ...act, reason: request.reason }),
        undefined,
        'It is resolved already.',
      );
    case 'reopen':
      if (request.reason === '')
        return sayMoreNotice('Say why it is open again.', '@staunch reopen 502s came back');
      return told(await desk.reopen({ ...act, because: request.reason }), undefined);
  }
}

function told(
  acted: Awaited<ReturnType<SlackContext['incidents']['desk']['take']>>,
  kept: string | undefined,
  stale = 'Nothing happened: the incident has changed meanwhile.',
): Message | undefined {
  if (acted.ok) return kept === undefined ? undefined : keptNotice(kept);
  if (acted.why === 'duplicate') return undefined;
  return acted.why === 'gone' ? incidentGoneNotice() : keptNotice(stale);
}

/** Incidents that are looked through for the last one of a channel. */
const LOOKED_BACK = 100;

/** By its number, by the thread it is written in, or the channel's: the only one that is open, else the last. */
async function incidentMeant(
  number: number | undefined,
  { channel, threadTs }: AskedHere,
  { state }: SlackContext,
): Promise<Standing | undefined> {
  if (number !== undefined) return state.standings.numbered(number);
  if (threadTs !== undefined) return state.standings.ofThread(channel, threadTs);
  const isHere = ({ incident, origin }: Standing) => incident.channel === channel && origin !== 'change';
  const open = (await state.standings.open()).filter(isHere);
  if (open.length > 0) return open.length === 1 ? open[0] : undefined;
  return (await state.standings.recent(LOOKED_BACK)).find(isHere);
}
