import { type BuiltInCauseId, type CauseId, isOwnCause } from '../diagnosis/cause.ts';
import { meaningWords, wordsOf } from '../report/cause-words.ts';
import type { DiagnosisCause, DiagnosisDocument, DiagnosisGap } from '../report/diagnosis-document.ts';
import { outlineOf } from '../report/diagnosis-outline.ts';
import { percentWords } from '../report/headline.ts';
import { type Answer, type AnswerSentence, anAnswer, saying } from './answer.ts';

type Source = DiagnosisGap['source'];

/** Where a cause would show itself: a gap there makes "it was not" less sure. */
const TOLD_BY: Readonly<Record<BuiltInCauseId, readonly Source[]>> = {
  'worker-oom-kill': ['kernel-log', 'cgroup-memory', 'unit-journal'],
  'userspace-oom-kill': ['unit-journal', 'kernel-log'],
  'memory-stall': ['cgroup-memory', 'host-memory'],
  'worker-timeout': ['unit-journal', 'gunicorn-settings'],
  'worker-crash': ['unit-journal', 'kernel-log'],
  'worker-exit': ['unit-journal'],
  'worker-killed-externally': ['unit-journal', 'kernel-log'],
  'worker-died-mid-response': ['unit-journal', 'nginx-error-log'],
  'service-stopped': ['unit-journal', 'unit-state'],
  'deploy-restart': ['unit-journal', 'recent-changes'],
  'master-killed': ['unit-journal', 'kernel-log'],
  'app-boot-failure': ['unit-journal'],
  'recycling-drops-requests': ['unit-journal', 'gunicorn-settings'],
  'recycling-without-jitter': ['unit-journal', 'gunicorn-settings'],
  'backlog-full': ['nginx-error-log', 'accept-queue'],
  'workers-saturated': ['accept-queue', 'worker-table', 'nginx-access-log'],
  'slow-upstream': ['nginx-access-log', 'nginx-error-log'],
  'socket-permission': ['nginx-error-log'],
  'upstream-header-too-big': ['nginx-error-log'],
  'keepalive-race': ['nginx-error-log', 'nginx-config'],
  'nginx-config': ['nginx-error-log', 'nginx-config'],
  'nginx-worker-crash': ['nginx-error-log', 'kernel-log'],
  'application-error': ['nginx-access-log', 'unit-journal'],
  'client-abort': ['nginx-access-log'],
  'dependency-oom-kill': ['kernel-log'],
};

/** Where the patterns of a playbook's own causes are looked for. */
const OWN_TOLD_BY: readonly Source[] = ['unit-journal', 'kernel-log', 'nginx-error-log'];

/** Whether it was one of these causes, with the reasons for and against, and what could not be looked at. */
export function causeAnswer(document: DiagnosisDocument, causes: readonly CauseId[], said: string): Answer {
  const { leading } = outlineOf(document);
  const weighed = causes.flatMap(id => document.causes.find(cause => cause.id === id) ?? []);
  const gaps = gapsAbout(document, causes);
  if (weighed.length === 0)
    return anAnswer({
      sentences: [
        saying(
          causes.length === 0
            ? `“${said}” is no cause that Staunch knows.`
            : `${titled({ id: causes[0]! })} was not weighed: nothing that was read speaks for it or against it.`,
        ),
      ],
      gaps,
      suggestions: ['why', 'gaps'],
    });
  const sentences = weighed.flatMap(cause => standing(document, cause, cause === leading));
  return anAnswer({ sentences, gaps, suggestions: suggestionsOf(weighed) });
}

function standing(document: DiagnosisDocument, cause: DiagnosisCause, isLeading: boolean): AnswerSentence[] {
  const because = cause.because.map(({ text, evidence }) => saying(text, evidence));
  const title = titled(cause);
  if (isLeading)
    return [
      saying(
        `It was: the verdict is ${wordsOf(cause).title} (${document.verdict.toUpperCase()}). ${meaningWords(cause)}`,
      ),
      ...because,
    ];
  if (because.length === 0)
    return [saying(`${title}: nothing that was read speaks for it (${percentWords(cause.probability)}).`)];
  if (cause.probability < 0.05)
    return [saying(`${title} is ruled out (${percentWords(cause.probability)}):`), ...because];
  return [saying(`${title} is not ruled out: ${percentWords(cause.probability)}.`), ...because];
}

function suggestionsOf(weighed: readonly DiagnosisCause[]): readonly string[] {
  const [id] = weighed.flatMap(cause => cause.because.flatMap(({ evidence }) => evidence));
  return id === undefined ? ['why', 'gaps'] : [`show ${id}`, 'why'];
}

function titled(cause: Pick<DiagnosisCause, 'id' | 'words'>): string {
  const { title } = wordsOf(cause);
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Gaps of the sources that would tell of a cause, and of servers that were not reached at all. */
export function gapsAbout(document: DiagnosisDocument, causes: readonly CauseId[]): readonly DiagnosisGap[] {
  const sources = new Set<Source>([
    'connection',
    ...causes.flatMap(id => (isOwnCause(id) ? OWN_TOLD_BY : TOLD_BY[id])),
  ]);
  return document.gaps.filter(({ source }) => sources.has(source));
}
