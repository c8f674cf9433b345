import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import type { Progress } from '../../../src/workflows/investigation.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { type Run, STAUNCH_ITSELF } from '../../../src/workflows/state-ports.ts';
import { answerSamples } from './answer-samples.ts';
import { auditHeadMessage } from './audit-head-message.ts';
import { changeSamples } from './change-samples.ts';
import { evidenceView } from './evidence-view.ts';
import type { HomeIncidents } from './home-incidents.ts';
import type { HomeService } from './home-service.ts';
import { homeView } from './home-view.ts';
import { incidentMessages, incidentModals, sampleStanding } from './incident-samples.ts';
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
} from './notices.ts';
import { pickerView } from './picker-view.ts';
import { snoozeView } from './snooze-view.ts';
import { slackTelling } from './telling.ts';
import { slackWarningWords } from './warning-message.ts';
import { sampleWarnings, sampleWatches } from './warning-samples.ts';
import { wrongVerdictView } from './wrong-verdict-view.ts';

/** One message or view as it is sent. `name` is unique and says what it is. */
export interface Sample {
  readonly name: string;
  readonly kind: 'message' | 'modal' | 'home';
  readonly payload: Message | object;
}

/** A diagnosed incident to make samples of, by a name of its own. */
export interface SampleIncident {
  readonly name: string;
  readonly document: DiagnosisDocument;
}

const RUN_ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const PERSON = 'U0SAMPLE';
const CHANNEL = 'C0SAMPLE';
const TOOK_MS = 6_123;
const SOME_TIME_MS = Date.UTC(2026, 10, 22, 10, 20);
const BEYOND_THE_LAST = 99_999;

/** Every kind of message and view that Staunch sends, made of these incidents: to be validated, or looked at. */
export function allSamples(incidents: readonly SampleIncident[]): readonly Sample[] {
  const runs = incidents.map(({ name, document }) => ({ name, document, run: runOf(document) }));
  return [
    ...runs.flatMap(({ name, document, run }) => verdictSamples(name, document, run)),
    ...runningSamples(runs[0]?.run ?? someRun()),
    // Answers look alike whatever was found, and each sample is a call of blocks.validate.
    ...runs
      .slice(0, 1)
      .flatMap(({ document, run }) => answerSamples(document, run.id))
      .map(([name, payload]) => message(name, payload)),
    ...homeSamples(runs),
    ...pickerSamples(),
    ...warningSamples(),
    ...incidentSamples(),
    ...noticeSamples(),
    ...changeSamples(),
    message(
      'head of the audit',
      auditHeadMessage({ sequence: 214, hash: '9f2c41d07be35a68'.repeat(4), added: 12 }),
    ),
  ];
}

function verdictSamples(incident: string, document: DiagnosisDocument, run: Run): Sample[] {
  const telling = slackTelling();
  const ids = document.causes[0]?.because[0]?.evidence ?? Object.keys(document.evidence).slice(0, 2);
  const all = { runId: run.id };
  const claim = { runId: run.id, ids: ids.length > 0 ? ids.slice(0, 9) : ['E1'] };
  const samples = [
    message('verdict', telling.verdict(run, document, TOOK_MS)),
    message('verdict of a re-run', telling.verdict({ ...run, number: 2 }, document, TOOK_MS)),
    message('verdict, unasked', telling.verdict(unasked(run), document, TOOK_MS)),
    message(
      'verdict of an incident',
      telling.verdict(
        run,
        document,
        TOOK_MS,
        sampleStanding(usual => usual),
      ),
    ),
    ...telling.evidence(run, document).map((reply, at) => message(`evidence reply ${at + 1}`, reply)),
    modal('all evidence', evidenceView({ document, asked: all })),
    modal('last page of evidence', evidenceView({ document, asked: all, page: BEYOND_THE_LAST })),
    modal('evidence of a claim', evidenceView({ document, asked: claim })),
    modal('evidence that is gone', evidenceView({ document: { ...document, evidence: {} }, asked: claim })),
  ];
  return samples.map(sample => ({ ...sample, name: `${incident}: ${sample.name}` }));
}

function unasked(run: Run): Run {
  const because =
    "The kernel killed 2 processes of checkout.service on web-1 for memory: the unit's own counter rose.";
  return { ...run, askedBy: STAUNCH_ITSELF, because };
}

function runningSamples(run: Run): Sample[] {
  const telling = slackTelling();
  const failure = 'Every server refused the login. Try: staunch server test web-1';
  return [
    message('running', telling.running(run)),
    message('running, unasked', telling.running(unasked(run))),
    message('progress', telling.progress(run, PROGRESS, false)),
    message('progress, ended', telling.progress(run, PROGRESS, true)),
    message('failed', telling.failed({ ...run, state: 'failed', failure })),
    message('begun again', telling.begunAgain({ ...run, attempts: 2 })),
    modal('wrong verdict', wrongVerdictView(run)),
  ];
}

function homeSamples(diagnosed: readonly { readonly document: DiagnosisDocument; readonly run: Run }[]) {
  const version = '0.0.0';
  const failed: Run = { ...someRun(), state: 'failed', failure: 'web-1 did not answer.' };
  const services = [
    ...diagnosed.map(({ run, document }, at) => ({
      id: `service-${at}`,
      mayDiagnose: true,
      last: { run, document },
    })),
    { id: 'cart', mayDiagnose: true, last: { run: failed } },
    { id: 'shop', mayDiagnose: true, last: { run: { ...failed, state: 'running' as const } } },
    { id: 'search', mayDiagnose: false },
  ];
  const setup = [
    { done: true, what: 'Servers registered: 2' },
    { done: false, what: 'Services registered: 0', todo: 'Name the systemd unit of each app.' },
    { done: false, what: 'Somebody may ask', command: 'staunch doctor --slack' },
  ];
  return [
    home('home of an admin', homeView({ services, setup, version })),
    home('home of a viewer', homeView({ services, version })),
    home('home of what is watched', homeView({ services: watchedServices(services), version })),
    home('home with open incidents', homeView({ services, incidents: someIncidents(), version })),
    home('home without services', homeView({ services: [], version })),
    home('home of a refused person', homeView({ refusal: REFUSAL, services: [], version })),
  ];
}

/** One that somebody has, one that nobody has, and more than are listed. */
function someIncidents(): HomeIncidents {
  const mine = sampleStanding(usual => usual);
  const { owner: _, card: __, notice: ___, ...bare } = mine;
  return {
    open: [mine, ...Array.from({ length: 12 }, (_, at) => ({ ...bare, number: 13 + at }))],
    nameOf: () => 'Ana Silva',
  };
}

/** Each service in another state of its watch. */
function watchedServices(services: readonly HomeService[]): HomeService[] {
  const watches = sampleWatches();
  return watches.map((watch, at) => ({
    ...(services[at % services.length] ?? { id: 'shop', mayDiagnose: true }),
    id: `service-${at}`,
    watch,
  }));
}

function pickerSamples(): Sample[] {
  const services = ['checkout', 'search'];
  const many = Array.from({ length: 120 }, (_, at) => `service-${at}`);
  const place = { channel: CHANNEL, threadTs: '1700000000.000100' };
  return [
    modal('picker', pickerView({ services, place })),
    modal('picker, chosen already', pickerView({ services, service: 'search', place: {} })),
    modal('picker of very many services', pickerView({ services: many, place })),
    modal('picker without a service', pickerView({ services: [], place })),
  ];
}

function warningSamples(): Sample[] {
  const telling = slackWarningWords({ pingOf: () => 'S0SAMPLE' });
  const views = sampleWarnings(PERSON);
  return [
    ...views.map(([name, view]) => message(name, telling.warning(view))),
    ...views.flatMap(([name, view]) => [
      ...(view.telling?.kind === 'raise' ? [message(`${name}: raised`, telling.raised(view))] : []),
      ...(view.telling?.kind === 'resolve' ? [message(`${name}: resolved`, telling.resolved(view))] : []),
      ...(view.kills.length > 0 ? [message(`${name}: killed`, telling.killed(view))] : []),
    ]),
    // All states ask the same; only what is critical already says more.
    ...views.slice(0, 2).map(([name, view]) => modal(`${name}: snooze`, snoozeView(view.warning))),
  ];
}

function incidentSamples(): Sample[] {
  const warnings = sampleWarnings(PERSON).map(([, { warning }]) => warning);
  return [
    ...incidentMessages(warnings).map(([name, payload]) => message(name, payload)),
    ...incidentModals().map(([name, payload]) => modal(name, payload)),
  ];
}

const REFUSAL = `You have no role that lets you ask for a diagnosis. Ask an admin of Staunch to add you (${PERSON}).`;

function noticeSamples(): Sample[] {
  const notices: readonly (readonly [name: string, notice: Message])[] = [
    ['help', helpNotice()],
    ['refused', refusedNotice(REFUSAL)],
    ['not understood', notUnderstoodNotice('"soon" is no time.', '/diagnose-502 checkout since 30m')],
    ['unknown target', unknownTargetNotice('chekout', ['checkout', 'checkout-staging', 'cart'])],
    ['unknown target, nothing near', unknownTargetNotice('nothing-like-it', [])],
    ['found nothing', foundNothingNotice('bastion')],
    ['not member', notMemberNotice()],
    ['already running', alreadyRunningNotice()],
    ['gone', goneNotice()],
    ['registry problem', registryProblemNotice()],
    ['picker unavailable', pickerUnavailableNotice()],
    ['broken', brokenNotice('3f2a91')],
    ['undeliverable', undeliverableNotice(someRun(), 'not_in_channel')],
    ['thanks', thanksNotice()],
    ['warning gone', warningGoneNotice()],
    ['advise', adviseNotice('checkout')],
  ];
  return notices.map(([name, notice]) => message(`notice: ${name}`, notice));
}

/** One server in each state. */
const PROGRESS: ReadonlyMap<string, Progress> = new Map(
  (
    [
      { server: 'web-1', state: 'done', bytes: 1_258_291, tookMs: 812 },
      { server: 'web-2', state: 'asking' },
      { server: 'web-3', state: 'connecting' },
      { server: 'web-4', state: 'failed', detail: 'web-4 did not answer: connect ECONNREFUSED' },
    ] satisfies Progress[]
  ).map(progress => [progress.server, progress]),
);

function runOf({ service, window }: DiagnosisDocument): Run {
  const run = someRun();
  return {
    ...run,
    incident: { ...run.incident, service },
    window: { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) },
  };
}

function someRun(): Run {
  return {
    id: RUN_ID,
    incident: {
      id: 'sample',
      service: 'checkout',
      workspace: 'T0SAMPLE',
      channel: CHANNEL,
      openedBy: PERSON,
      openedAtMs: SOME_TIME_MS,
    },
    number: 1,
    askedBy: PERSON,
    askedAtMs: SOME_TIME_MS,
    window: { fromMs: SOME_TIME_MS - 7_200_000, toMs: SOME_TIME_MS },
    state: 'done',
    attempts: 1,
  };
}

function message(name: string, payload: Message): Sample {
  return { name, kind: 'message', payload };
}

function modal(name: string, payload: object): Sample {
  return { name, kind: 'modal', payload };
}

function home(name: string, payload: object): Sample {
  return { name, kind: 'home', payload };
}
