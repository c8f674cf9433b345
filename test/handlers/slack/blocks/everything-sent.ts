import { answerMessage } from '../../../../handlers/slack/blocks/answer-message.ts';
import { answerSamples } from '../../../../handlers/slack/blocks/answer-samples.ts';
import { changeSamples } from '../../../../handlers/slack/blocks/change-samples.ts';
import { evidenceView } from '../../../../handlers/slack/blocks/evidence-view.ts';
import { type HomeModel, homeView } from '../../../../handlers/slack/blocks/home-view.ts';
import {
  incidentMessages,
  incidentModals,
  sampleStanding,
} from '../../../../handlers/slack/blocks/incident-samples.ts';
import {
  adviseNotice,
  alreadyRunningNotice,
  brokenNotice,
  foundNothingNotice,
  goneNotice,
  helpNotice,
  notMemberNotice,
  notUnderstoodNotice,
  pickerUnavailableNotice,
  refusedNotice,
  registryProblemNotice,
  thanksNotice,
  undeliverableNotice,
  unknownTargetNotice,
  warningGoneNotice,
} from '../../../../handlers/slack/blocks/notices.ts';
import { pickerView } from '../../../../handlers/slack/blocks/picker-view.ts';
import type { Sent } from '../../../../handlers/slack/blocks/slack-violations.ts';
import { snoozeView } from '../../../../handlers/slack/blocks/snooze-view.ts';
import { slackTelling } from '../../../../handlers/slack/blocks/telling.ts';
import { slackWarningWords } from '../../../../handlers/slack/blocks/warning-message.ts';
import { sampleWarnings, sampleWatches } from '../../../../handlers/slack/blocks/warning-samples.ts';
import { wrongVerdictView } from '../../../../handlers/slack/blocks/wrong-verdict-view.ts';
import type { Window } from '../../../../src/collectors/question.ts';
import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import type { Progress } from '../../../../src/workflows/investigation.ts';
import type { Run } from '../../../../src/workflows/state-ports.ts';
import type { ThreadAnswer } from '../../../../src/workflows/thread-questions.ts';
import type { WarningView } from '../../../../src/workflows/warning-ports.ts';
import { aRun } from './runs.ts';

/** All that is told of one diagnosis, by name. */
export function toldOf(document: DiagnosisDocument, run: Run = aRun()): [name: string, sent: Sent][] {
  const telling = slackTelling();
  const ids = Object.keys(document.evidence);
  const claim = document.causes[0]?.because[0]?.evidence ?? ids.slice(0, 2);
  const asked = { runId: run.id, ...(claim.length > 0 && { ids: claim.slice(0, 200) }) };
  return [
    ['running', telling.running(run)],
    ['progress', telling.progress(run, progressOf(document.servers), false)],
    ['progress, ended', telling.progress(run, progressOf(document.servers), true)],
    ['verdict', telling.verdict(run, document, 6_123)],
    ...telling.evidence(run, document).map((reply, index): [string, Sent] => [`evidence ${index}`, reply]),
    ...answerSamples(document, run.id).map(([name, payload]): [string, Sent] => [name, payload]),
    ['answer to anything', answerMessage({ runId: run.id, document, answer: hostileAnswer(document) })],
    ['failed', telling.failed(run)],
    ['begun again', telling.begunAgain({ ...run, attempts: 2 })],
    ['all evidence', evidenceView({ document, asked: { runId: run.id } })],
    ['last page', evidenceView({ document, asked: { runId: run.id }, page: 99_999 })],
    ['evidence of a claim', evidenceView({ document, asked })],
    ['home', homeView(homeOf(document, run))],
    ['wrong verdict', wrongVerdictView(run)],
  ];
}

/** An answer in which every word is a server's or a model's. */
function hostileAnswer(document: DiagnosisDocument): ThreadAnswer {
  const text = document.correlation.wording;
  const evidence = Object.keys(document.evidence).slice(0, 200);
  const sentences = Array.from({ length: 30 }, (_, at) => ({ text, evidence: at % 2 === 0 ? evidence : [] }));
  return {
    said: text,
    understood: false,
    answer: {
      sentences,
      lines: evidence,
      gaps: document.gaps,
      commands: [[text, text]],
      suggestions: [text, text, text, text],
    },
    narration: { model: text, sentences, dropped: 3, missing: 'nothing-stood' },
  };
}

/** All that is told to one person, with these words put in wherever words are. */
export function noticesWith(text: string, window: Window): [name: string, sent: Sent][] {
  const run = aRun({ window });
  return [
    ...changeSamples(text, PERSON).map(({ name, payload }): [string, Sent] => [name, payload]),
    ['help', helpNotice()],
    ['refused', refusedNotice(text)],
    ['not understood', notUnderstoodNotice(text, text)],
    ['unknown target', unknownTargetNotice(text, [text, text])],
    ['unknown target, nothing near', unknownTargetNotice(text, [])],
    ['found nothing', foundNothingNotice(text)],
    ['not a member', notMemberNotice()],
    ['already running', alreadyRunningNotice()],
    ['gone', goneNotice()],
    ['registry problem', registryProblemNotice()],
    ['picker unavailable', pickerUnavailableNotice()],
    ['broken', brokenNotice(text)],
    ['thanks', thanksNotice()],
    ['warning gone', warningGoneNotice()],
    ['advise', adviseNotice(text)],
    [
      'undeliverable',
      undeliverableNotice({ ...run, incident: { ...run.incident, service: text } }, text.slice(0, 50)),
    ],
    ['picker', pickerView({ services: ['checkout', 'shop'], service: text, place: { channel: 'C0' } })],
    ['picker without a service', pickerView({ services: [], place: {} })],
    ['home of nobody', homeView({ refusal: text, services: [], version: '0.1.0' })],
  ];
}

/** All that is told of a growing service in every state, with these words put in wherever words are. */
export function warningsWith(take: () => string): [name: string, sent: Sent][] {
  const telling = slackWarningWords({ pingOf: take });
  return sampleWarnings(take()).flatMap(([name, sample]): [name: string, sent: Sent][] => {
    const view = withTexts(sample, take);
    return [
      [name, telling.warning(view)],
      [`${name}: raised`, telling.raised(view)],
      [`${name}: killed`, telling.killed(view)],
      [`${name}: resolved`, telling.resolved(view)],
      [`${name}: snooze`, snoozeView(view.warning)],
    ];
  });
}

/** All that is told of an incident, with these words put in wherever somebody else's words are. */
export function incidentsWith(take: () => string): [name: string, sent: Sent][] {
  const warnings = sampleWarnings(take()).map(([, view]) => withTexts(view, take).warning);
  const telling = slackTelling();
  const standing = sampleStanding(take);
  const resolved = { atMs: 0, by: take(), reason: take() };
  return [
    ...incidentMessages(warnings, take).map(([name, sent]): [string, Sent] => [name, sent]),
    ...incidentModals(take).map(([name, sent]): [string, Sent] => [name, sent as Sent]),
    ['running, of an incident', telling.running(aRun(), standing)],
    ['failed, of a resolved incident', telling.failed(aRun(), { ...standing, owner: take(), resolved })],
  ];
}

/** The App Home with these words wherever words of the watch are. */
export function watchedHomeWith(take: () => string): [name: string, sent: Sent] {
  const services = sampleWatches().map(watch => ({
    id: take(),
    mayDiagnose: true,
    watch: {
      ...watch,
      gaps: watch.gaps.map(take),
      silent: watch.silent.map(({ sinceMs }) => ({ server: take(), sinceMs })),
    },
  }));
  const incidents = { open: [sampleStanding(take), sampleStanding(take, { owner: take() })], nameOf: take };
  return ['home of what is watched', homeView({ services, incidents, version: '0.1.0' })];
}

function withTexts(view: WarningView, take: () => string): WarningView {
  const { warning } = view;
  const workers = warning.growth.workers.map(worker => ({ ...worker, server: take(), reason: take() }));
  const growth = { ...warning.growth, service: take(), workers };
  return {
    warning: {
      ...warning,
      service: take(),
      growth,
      ...(warning.snooze && { snooze: { ...warning.snooze, by: take(), reason: take() } }),
    },
    telling: { kind: view.telling?.kind ?? 'edit', because: take() },
    kills: view.kills.map(kill => ({ ...kill, server: take() })),
    silent: [{ server: take(), sinceMs: warning.changedAtMs }],
    gaps: [take(), take()],
  };
}

const PERSON = 'U0ANA';
const STATES: readonly ((server: string) => Progress)[] = [
  server => ({ server, state: 'done', bytes: 1_258_291, tookMs: 812 }),
  server => ({ server, state: 'failed', detail: `${server} did not answer: ${server}` }),
  server => ({ server, state: 'connecting' }),
  server => ({ server, state: 'asking' }),
];

function progressOf(servers: readonly string[]): ReadonlyMap<string, Progress> {
  return new Map(servers.map((server, index) => [`${index}`, STATES[index % STATES.length]!(server)]));
}

function homeOf(document: DiagnosisDocument, run: Run): HomeModel {
  const service = { id: document.service.slice(0, 100) || 'checkout', mayDiagnose: true };
  return {
    services: [
      { ...service, last: { run, document } },
      { ...service, last: { run: { ...run, state: 'failed', failure: document.correlation.wording } } },
      { ...service, mayDiagnose: false },
    ],
    setup: [
      { done: true, what: document.service },
      { done: false, what: document.service, todo: document.correlation.wording, command: document.service },
    ],
    version: '0.1.0',
  };
}
