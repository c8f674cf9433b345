import type { HomeView, KnownBlock, RichTextElement } from '@slack/types';
import { ACTION } from '../action-ids.ts';
import {
  actions,
  bold,
  button,
  code,
  context,
  gapOf,
  header,
  line,
  list,
  richText,
  section,
  words,
} from './block-parts.ts';
import { type HomeChanges, homeChanges } from './home-changes.ts';
import { type HomeIncidents, homeIncidents } from './home-incidents.ts';
import { byUrgency, type HomeService, homeService, watchSummary } from './home-service.ts';
import { firstOf, moreWords } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';

/** A step of setting Staunch up. */
export interface SetupStep {
  readonly done: boolean;
  readonly what: string;
  /** What to do while it is not done: words, or a command to copy. */
  readonly todo?: string;
  readonly command?: string;
}

export interface HomeModel {
  /** Why this person sees nothing, in plain sentences; then nothing else is shown. */
  readonly refusal?: string;
  /** The services this person may see. */
  readonly services: readonly HomeService[];
  readonly changes?: HomeChanges;
  readonly incidents?: HomeIncidents;
  /** For admins only. */
  readonly setup?: readonly SetupStep[];
  readonly version: string;
}

/** Two blocks each; with everything else this stays far below what a view may hold. */
const SERVICES = 35;
const STEPS = 20;

/** The App Home of one person. */
export function homeView(model: HomeModel): HomeView {
  const end = context(own`Staunch ${model.version} · nothing is changed that others have not approved`);
  if (model.refusal !== undefined)
    return {
      type: 'home',
      blocks: [header('Staunch'), section(shown(model.refusal, 2_500)), end],
    };
  return {
    type: 'home',
    blocks: [
      ...(model.changes ? homeChanges(model.changes) : []),
      ...(model.incidents ? homeIncidents(model.incidents) : []),
      ...setupBlocks(model.setup ?? []),
      header('Services'),
      ...servicesBlocks(model.services),
      { type: 'divider' },
      ...whatToType(),
      end,
    ],
  };
}

function setupBlocks(steps: readonly SetupStep[]): KnownBlock[] {
  if (steps.length === 0) return [];
  const { shown: first, more } = firstOf(steps, STEPS);
  const done = steps.filter(step => step.done).length;
  const items = first.map(({ done: isDone, what, todo, command }): RichTextElement[] => [
    words(isDone ? '✓ done: ' : '✗ to do: '),
    words(what, 200),
    ...(isDone || todo === undefined ? [] : [gapOf('\n'), words(todo, 300)]),
    ...(isDone || command === undefined ? [] : [gapOf(todo === undefined ? '\n' : ' '), code(command, 300)]),
  ]);
  return [
    header(`Setting up: ${done} of ${steps.length} done`),
    richText(list('bullet', items), ...(more > 0 ? [line(words(moreWords(more, 'steps')))] : [])),
  ];
}

function servicesBlocks(services: readonly HomeService[]): KnownBlock[] {
  if (services.length === 0)
    return [
      section(
        'No service is registered that you may see. An admin of Staunch adds services, and who may ask for them, in staunch.yml.',
      ),
    ];
  const { shown: first, more } = firstOf(byUrgency(services), SERVICES);
  const anyMay = services.some(service => service.mayDiagnose);
  return [
    ...watchSummary(services),
    ...first.flatMap(homeService),
    ...(more > 0
      ? [section(`${moreWords(more, 'services')}: type /diagnose-502 and the name of the service.`)]
      : []),
    ...(anyMay ? [actions([button('Choose a service and a window', ACTION.startDiagnosis, '')])] : []),
  ];
}

function whatToType(): KnownBlock[] {
  return [
    richText(
      line(bold('In a channel, type'), gapOf(' '), code('/diagnose-502 checkout since 30m')),
      line(
        words('In a thread, write '),
        code('@staunch diagnose checkout'),
        words('. More: '),
        code('/diagnose-502 help'),
      ),
    ),
  ];
}
