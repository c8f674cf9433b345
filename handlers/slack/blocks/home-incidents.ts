import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import { gapOf, header, line, list, richText, words } from './block-parts.ts';
import { incidentLine } from './incident-line.ts';
import { firstOf, moreWords } from './slack-limits.ts';
import type { NameOf } from './timeline-message.ts';

/** Incidents that one person may see, as the App Home lists them. */
export interface HomeIncidents {
  /** The oldest first. */
  readonly open: readonly Standing[];
  readonly nameOf: NameOf;
}

const MOST = 12;

/** Those that were asked for in a direct message stand there. */
function where(channel: string): RichTextElement {
  return /^[CG]/.test(channel) ? { type: 'channel', channel_id: channel } : words('In a direct message:');
}

/** What is open, each with the channel it stands in; nothing where nothing is. */
export function homeIncidents({ open, nameOf }: HomeIncidents): KnownBlock[] {
  if (open.length === 0) return [];
  const { shown: first, more } = firstOf(open, MOST);
  const items = first.map((standing): RichTextElement[] => [
    where(standing.incident.channel),
    gapOf(' '),
    ...incidentLine(standing, nameOf),
  ]);
  return [
    header(`Open incidents: ${open.length}`),
    richText(
      list('bullet', items),
      ...(more > 0 ? [line(words(`${moreWords(more, 'incidents')}: “@staunch status” lists them.`))] : []),
    ),
  ];
}
