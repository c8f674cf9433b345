import type { KnownBlock, RichTextElement } from '@slack/types';
import { NAME_PATTERN } from '../../../src/inventory/name-form.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { limitWords } from '../../../src/report/limit-words.ts';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import type { WatchOverview } from '../../../src/workflows/watch-overview.ts';
import { ACTION } from '../action-ids.ts';
import { arrivalElements, instant } from './arrival-parts.ts';
import { button, context, list, richText, section, timeElement, words } from './block-parts.ts';
import { firstOf, LIMITS, moreWords } from './slack-limits.ts';
import { joined, type Mrkdwn, own, readersTime, shown, TIME_FORMAT } from './slack-text.ts';
import { verdictHeadline } from './verdict-words.ts';

/** A service in the App Home: how its workers are now, and its last diagnosis if there was one. */
export interface HomeService {
  readonly id: string;
  readonly last?: { readonly run: Run; readonly document?: DiagnosisDocument };
  readonly mayDiagnose: boolean;
  /** Absent where nothing is watched at all. */
  readonly watch?: WatchOverview;
}

type WatchState = WatchOverview['state'];

/** The state as a sign that differs in shape, not only in colour; the word stands behind it. */
const SIGNS: Readonly<Record<WatchState, string>> = {
  critical: '🛑',
  warning: '🔶',
  blind: '❔',
  calm: '✅',
  'not-watched': '⚪',
};
const ORDER: readonly WatchState[] = ['critical', 'warning', 'blind', 'calm', 'not-watched'];
/** Gaps and silent servers of one service that are listed. */
const UNSEEN = 3;

/** Those that need somebody first; services of one state stay in the order of `staunch.yml`. */
export function byUrgency(services: readonly HomeService[]): readonly HomeService[] {
  const rank = ({ watch }: HomeService) => (watch === undefined ? ORDER.length : ORDER.indexOf(watch.state));
  return services.toSorted((one, other) => rank(one) - rank(other));
}

/** How many are in which state, in a line; empty where nothing is watched. */
export function watchSummary(services: readonly HomeService[]): KnownBlock[] {
  const watches = services.map(({ watch }) => watch).filter(watch => watch !== undefined);
  if (watches.length === 0) return [];
  const counts = ORDER.map(state => ({
    state,
    count: watches.filter(watch => watch.state === state).length,
  })).filter(({ count }) => count > 0);
  const silent = new Set(watches.flatMap(watch => watch.silent.map(({ server }) => server))).size;
  const parts = counts.map(({ state, count }) => own`${SIGNS[state]} ${count} ${STATE_WORDS[state]}`);
  const ends = silent === 0 ? [] : [own`${silent} ${silent === 1 ? 'server does' : 'servers do'} not answer`];
  return [context(joined([...parts, ...ends], ' · '))];
}

const STATE_WORDS: Readonly<Record<WatchState, string>> = {
  critical: 'critical',
  warning: 'warned of',
  blind: 'not known yet',
  calm: 'calm',
  'not-watched': 'not watched',
};

/** A service with its button, and below it what there is to know. */
export function homeService(service: HomeService): KnownBlock[] {
  const { id, last, mayDiagnose, watch } = service;
  const name = shown(id, 80);
  const press = mayDiagnose
    ? button(
        'Diagnose',
        ACTION.startDiagnosis,
        NAME_PATTERN.test(id) ? id.slice(0, LIMITS.buttonValue.most) : '',
        { label: `Diagnose ${name}` },
      )
    : undefined;
  if (watch !== undefined)
    return [section(watchWords(watch, name), press), richText(list('bullet', facts(service, watch)))];
  if (last === undefined) return [section(`${name}: not diagnosed yet`, press)];
  return [section(lastWords(last, name), press), context(whenMrkdwn(last))];
}

function watchWords({ state, workers, growing }: WatchOverview, name: string): string {
  const of = `of ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  switch (state) {
    case 'critical':
    case 'warning':
      if (growing === 0) return `${SIGNS[state]} ${name}: at its memory limit (${state.toUpperCase()})`;
      return `${SIGNS[state]} ${name}: ${growing} ${of} ${growing === 1 ? 'grows' : 'grow'} (${state.toUpperCase()})`;
    case 'blind':
      return `${SIGNS[state]} ${name}: not enough is known of its workers yet (BLIND)`;
    case 'calm':
      return `${SIGNS[state]} ${name}: ${workers} ${workers === 1 ? 'worker' : 'workers'}, none near its limit (CALM)`;
    case 'not-watched':
      return `${SIGNS[state]} ${name}: not watched, diagnosed when somebody asks`;
  }
}

function facts({ id, last }: HomeService, watch: WatchOverview): RichTextElement[][] {
  const { eta, blindUntilMs, snoozedUntilMs, silent, gaps } = watch;
  const atMs = watch.asOfMs ?? 0;
  const unseen: RichTextElement[][] = [
    ...silent.map(({ server, sinceMs }): RichTextElement[] => [
      words(`${shown(server, 60)} has not answered since `),
      instant(sinceMs, atMs),
    ]),
    ...gaps.map((gap): RichTextElement[] => [words(shown(gap, 250))]),
  ];
  const { shown: first, more } = firstOf(unseen, UNSEEN);
  return [
    ...(eta === undefined ? [] : [[words(`${capital(limitWords(watch))} `), ...arrivalElements(eta, atMs)]]),
    ...(snoozedUntilMs === undefined ? [] : [[words('💤 Snoozed until '), instant(snoozedUntilMs, atMs)]]),
    ...(blindUntilMs === undefined
      ? []
      : [[words('Workers are too young to be judged until '), instant(blindUntilMs, atMs)]]),
    ...first,
    ...(more > 0 ? [[words(moreWords(more, 'that is not seen'))]] : []),
    lastElements(last, shown(id, 80)),
  ];
}

function lastElements(last: HomeService['last'], name: string): RichTextElement[] {
  if (last === undefined) return [words('No incident so far')];
  const atMs = endOf(last.run);
  const gaps = gapsWords(last.document);
  return [
    words(`Last: ${lastWords(last, name).replace(/\.$/, '')}, `),
    timeElement(atMs, TIME_FORMAT.dayMinute, utcOf(atMs)),
    ...(gaps === '' ? [] : [words(gaps)]),
  ];
}

function lastWords({ run, document }: NonNullable<HomeService['last']>, name: string): string {
  return document === undefined ? withoutVerdict(run, name) : verdictHeadline(document);
}

function withoutVerdict({ state, failure = '' }: Run, name: string): string {
  if (state === 'running') return `⏳ ${name}: being diagnosed now`;
  if (state === 'done') return `${name}: its last verdict is no longer kept`;
  return `❗ ${name}: the diagnosis failed. ${shown(failure, 300)}`;
}

function whenMrkdwn({ run, document }: NonNullable<HomeService['last']>): Mrkdwn {
  const atMs = endOf(run);
  const utc = utcOf(atMs);
  return own`${readersTime(atMs, TIME_FORMAT.dayMinute, utc)} your time · ${utc}${gapsWords(document)}`;
}

function endOf({ endedAtMs, askedAtMs }: Run): number {
  return endedAtMs ?? askedAtMs;
}

function utcOf(atMs: number): string {
  return `${dayWords(atMs, 'UTC')} ${clockWords(atMs, 'UTC', 'minute')} UTC`;
}

function gapsWords(document: DiagnosisDocument | undefined): string {
  const gaps = document?.gaps.length ?? 0;
  return gaps === 0 ? '' : ` · ${gaps} ${gaps === 1 ? 'gap' : 'gaps'} in what could be read`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
