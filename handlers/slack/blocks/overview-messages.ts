import type { KnownBlock, RichTextElement } from '@slack/types';
import { clockWords } from '../../../src/report/time-words.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Proposal } from '../../../src/workflows/remediation-ports.ts';
import type { ShiftOverview } from '../../../src/workflows/shift-overview.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import { bold, context, header, line, list, message, richText, words } from './block-parts.ts';
import { incidentLine, instantElement } from './incident-line.ts';
import { firstOf, fitted, moreWords } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';
import { STATE_WORDS } from './standing-blocks.ts';
import type { NameOf } from './timeline-message.ts';

const MOST = 12;
/** As many as fit, whatever they hold. */
const LEAST = 3;
const CALM = 'Nothing is open: no incident, no warning, no change.';

/** What is open, for who asks. */
export function statusMessage(overview: ShiftOverview, nameOf: NameOf = () => undefined): Message {
  return overviewMessage('📋 What is open', overview, nameOf);
}

/** The same for the next shift, with the last word of each incident. */
export function handoverMessage(overview: ShiftOverview, nameOf: NameOf = () => undefined): Message {
  return overviewMessage('🤝 Hand-over', overview, nameOf);
}

function overviewMessage(title: string, overview: ShiftOverview, nameOf: NameOf): Message {
  const { incidents, warnings, snoozed, waiting, underWay, stopped, atMs } = overview;
  const count = (many: number, one: string) => `${many} ${many === 1 ? one : `${one}s`}`;
  const said = [
    count(incidents.length, 'incident'),
    count(warnings.length, 'warning'),
    `${count(waiting.length, 'change')} waiting for approval`,
    `${underWay.length} under way`,
    `${count(snoozed.length, 'snooze')}`,
  ].join(', ');
  const isCalm = [incidents, warnings, waiting, underWay].every(each => each.length === 0);
  const build = (scale: number): KnownBlock[] => [
    header(title),
    ...(isCalm && stopped === undefined ? [richText(line(words(CALM)))] : []),
    ...group(
      'Incidents',
      incidents.map(standing => incidentLine(standing, nameOf, scale)),
      scale,
    ),
    ...group('Warnings of growth', warnings.map(warningLine), scale),
    ...group(
      'Waiting for approval',
      waiting.map(proposal => proposalLine(proposal, scale)),
      scale,
    ),
    ...group(
      'Being applied or watched',
      underWay.map(proposal => proposalLine(proposal, scale)),
      scale,
    ),
    ...group('Snoozed', snoozed.map(snoozeLine), scale),
    ...(stopped === undefined ? [] : group('Changes are stopped', [[words(shown(stopped.why, 300))]], scale)),
    context(own`As of ${clockWords(atMs, 'UTC', 'minute')} UTC · ${said}`),
  ];
  const spoken = incidents
    .slice(0, 5)
    .map(
      ({ number, incident, state }) =>
        `Incident ${number}, ${shown(incident.service, 60)}: ${STATE_WORDS[state]}.`,
    );
  return message(own`${title}: ${isCalm ? CALM : said}. ${spoken.join(' ')}`, fitted(build));
}

function group(title: string, items: readonly (readonly RichTextElement[])[], scale: number): KnownBlock[] {
  if (items.length === 0) return [];
  const { shown: first, more } = firstOf(items, Math.max(LEAST, Math.round(MOST * scale)));
  const rest = more > 0 ? [line(words(moreWords(more)))] : [];
  return [richText(line(bold(title)), list('bullet', first), ...rest)];
}

function warningLine({ service, growth }: Warning): RichTextElement[] {
  const { eta, growing, severity } = growth;
  return [
    bold(shown(service, 80)),
    words(` ${severity}: ${growing} ${growing === 1 ? 'worker grows' : 'workers grow'}`),
    ...(eta === undefined
      ? []
      : [
          words(', the first reaches its limit between '),
          instantElement(eta.fromMs),
          words(' and '),
          instantElement(eta.toMs),
        ]),
  ];
}

function proposalLine({ plan, brief, state, expiresAtMs }: Proposal, scale: number): RichTextElement[] {
  return [
    bold(shown(plan.service, 80)),
    words(` ${shown(brief.what, Math.round(200 * scale))}`),
    ...(state === 'open' ? [words(', until '), instantElement(expiresAtMs)] : []),
  ];
}

function snoozeLine({ service, snooze }: Warning): RichTextElement[] {
  const until = snooze?.untilMs;
  return [
    bold(shown(service, 80)),
    ...(until === undefined
      ? [words(' until its limit is near')]
      : [words(' until '), instantElement(until)]),
    words(snooze?.reason === undefined ? '' : `: ${shown(snooze.reason, 200)}`),
  ];
}

/** Servers of services, and how the watch sees them. */
export interface HostsShown {
  readonly service: string;
  readonly servers: readonly { readonly id: string; readonly silentSinceMs?: number }[];
  readonly gaps: readonly string[];
  readonly isWatched: boolean;
}

export function hostsMessage(services: readonly HostsShown[]): Message {
  const build = (scale: number): KnownBlock[] => {
    const { shown: first, more } = firstOf(services, Math.max(3, Math.round(MOST * scale)));
    return [
      header('🖥️ Servers'),
      ...first.flatMap(({ service, servers, gaps, isWatched }) => [
        richText(
          line(bold(shown(service, 80)), words(isWatched ? '' : '  not watched')),
          list('bullet', [
            ...servers
              .slice(0, MOST)
              .map(({ id, silentSinceMs }): RichTextElement[] =>
                silentSinceMs === undefined
                  ? [words(`${shown(id, 80)}${isWatched ? ': answers' : ''}`)]
                  : [words(`${shown(id, 80)}: ✗ does not answer since `), instantElement(silentSinceMs)],
              ),
            ...gaps.slice(0, 5).map(gap => [words(`not seen: ${shown(gap, Math.round(300 * scale))}`)]),
          ]),
        ),
      ]),
      ...(more > 0 ? [richText(line(words(moreWords(more, 'services'))))] : []),
      context(
        own`Whether each may be read in full, and what grants the rest, prints ${'staunch doctor'} where Staunch runs`,
      ),
    ];
  };
  const silent = services.flatMap(({ servers }) =>
    servers.filter(({ silentSinceMs }) => silentSinceMs !== undefined),
  );
  const spoken = silent.length === 0 ? 'None is known not to answer.' : `${silent.length} do not answer.`;
  return message(
    own`Servers of ${services.map(({ service }) => shown(service, 60)).join(', ')}. ${spoken}`,
    fitted(build),
  );
}
