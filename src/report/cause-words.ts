import { type BuiltInCauseId, type CauseId, isOwnCause } from '../diagnosis/cause.ts';
import { CAUSE_STEPS, SETTLING_STEPS, type Step } from './cause-steps.ts';
import type { DeathCause, DiagnosisCause, DiagnosisDocument, HarmlessId } from './diagnosis-document.ts';

/** What a cause is called and what it means, for somebody who has never met Gunicorn. */
export interface CauseWords {
  /** Lower case, fits behind "502s on checkout: ". */
  readonly title: string;
  /** One sentence. */
  readonly meaning: string;
}

/** A look worth taking next. The command only reads; what may be changed later stands in the words. */
export interface Look {
  readonly words: string;
  readonly command?: string;
}

const WORDS: Readonly<Record<BuiltInCauseId | HarmlessId, CauseWords>> = {
  'worker-oom-kill': {
    title: 'worker OOM kill',
    meaning:
      'Memory ran out and the kernel killed worker processes, and with them the requests they were serving.',
  },
  'userspace-oom-kill': {
    title: 'killed by a memory watchdog',
    meaning:
      'A memory watchdog (systemd-oomd, earlyoom) killed processes of the service before the kernel had to.',
  },
  'memory-stall': {
    title: 'stalled for memory',
    meaning:
      'Nothing was killed: the service waited for memory (throttling, swap, reclaim) longer than NGINX waits.',
  },
  'worker-timeout': {
    title: 'worker timeout',
    meaning:
      'A worker was busy for longer than its time limit, so Gunicorn killed it in the middle of a request.',
  },
  'worker-crash': {
    title: 'worker crash',
    meaning: 'The worker process crashed by a fault in native code, not by an error in Python.',
  },
  'worker-exit': {
    title: 'worker left by itself',
    meaning: 'The app ended its own worker process with an exit code while requests were open.',
  },
  'worker-killed-externally': {
    title: 'worker killed from outside',
    meaning:
      'Somebody or something sent the worker a signal; it was neither out of memory nor Gunicorn itself.',
  },
  'worker-died-mid-response': {
    title: 'worker died while answering',
    meaning: 'Answers broke off halfway, so their clients saw a short page and not a 502; why is not known.',
  },
  'service-stopped': {
    title: 'service stopped',
    meaning: 'The service was stopped and nothing started it again, so NGINX had nobody to pass requests to.',
  },
  'deploy-restart': {
    title: 'restart of the service',
    meaning:
      'The service was stopped and started again, as a deploy does; requests in between had nowhere to go.',
  },
  'master-killed': {
    title: 'Gunicorn master killed',
    meaning: 'The main process, which starts and watches the workers, was killed by a signal.',
  },
  'app-boot-failure': {
    title: 'app does not start',
    meaning: 'The app fails while it is loaded, so no worker ever gets ready to answer.',
  },
  'recycling-drops-requests': {
    title: 'recycling drops requests',
    meaning:
      'Workers are replaced on purpose after a number of requests, and open connections are lost each time.',
  },
  'recycling-without-jitter': {
    title: 'all workers recycle at once',
    meaning:
      'Workers are replaced after the same number of requests, all together, so that none is left to answer.',
  },
  'backlog-full': {
    title: 'accept queue full',
    meaning:
      'Requests arrived faster than workers took them; the waiting line was full and NGINX was turned away.',
  },
  'workers-saturated': {
    title: 'all workers busy',
    meaning: 'Every worker was busy and requests waited in line until NGINX gave up on them.',
  },
  'slow-upstream': {
    title: 'slow answers',
    meaning: 'Some requests take longer than NGINX waits, while others are answered as usual.',
  },
  'socket-permission': {
    title: 'no permission on the socket',
    meaning: 'NGINX is not allowed to open the socket of the app.',
  },
  'upstream-header-too-big': {
    title: 'answer headers too big',
    meaning: 'The app answers, but with more headers (mostly cookies) than NGINX has room for.',
  },
  'keepalive-race': {
    title: 'keep-alive race',
    meaning: 'NGINX reused a connection at the very moment the app closed it for idleness.',
  },
  'nginx-config': {
    title: 'NGINX configuration',
    meaning: 'NGINX itself is set up so that it cannot reach the app; the app was not asked.',
  },
  'nginx-worker-crash': {
    title: 'NGINX worker crash',
    meaning: 'A process of NGINX died and took its open connections with it; the app is not involved.',
  },
  'application-error': {
    title: 'error made by the app',
    meaning: 'The app itself answered with an error; NGINX passed it on and no worker died.',
  },
  'client-abort': {
    title: 'clients went away',
    meaning: 'Clients closed the connection before the answer came.',
  },
  'dependency-oom-kill': {
    title: 'another service ran out of memory',
    meaning: 'The kernel killed another service on the host (a database, a cache) that the app may need.',
  },
  'graceful-reload': {
    title: 'graceful reload',
    meaning: 'Gunicorn replaced its workers without dropping requests.',
  },
  'recycling-works': {
    title: 'recycling works',
    meaning: 'Workers are replaced after a number of requests, one by one, and no request is lost.',
  },
  'recent-change': {
    title: 'recent change',
    meaning: 'A package was upgraded or a configuration file changed shortly before.',
  },
};

/** A cause of a diagnosis as far as its words go: those of a playbook's cause are in the document. */
type Named = Pick<DiagnosisCause, 'id' | 'words'>;

/** Words for a cause or an observation. Of a playbook's cause the id alone tells only the title. */
export function causeWords(id: CauseId | HarmlessId): CauseWords {
  if (!isOwnCause(id)) return WORDS[id];
  const name = id.slice(id.indexOf('/') + 1).replaceAll('-', ' ');
  return { title: name, meaning: `A cause that the playbook ${id.slice(0, id.indexOf('/'))} describes.` };
}

/** Words for a cause of a diagnosis, whoever described it. */
export function wordsOf({ id, words }: Named): CauseWords {
  return words ?? causeWords(id);
}

/** Whose memory ran out, for the causes that know it. */
const SCOPE_WORDS = {
  memcg: "It was the service's own memory limit, not the host's memory, that was reached.",
  global: 'It was the memory of the whole host that ran out.',
} as const;

/** What the cause means, and whose limit was hit where that is known. */
export function meaningWords(cause: Named & Pick<DiagnosisCause, 'scope'>): string {
  const { meaning } = wordsOf(cause);
  return cause.scope === undefined ? meaning : `${meaning} ${SCOPE_WORDS[cause.scope]}`;
}

/**
 * The name of what ended a worker: `worker OOM kill`, `not known`.
 *
 * @param causes of the same diagnosis: they hold the words of a playbook's causes
 */
export function deathWords(cause: DeathCause, causes: DiagnosisDocument['causes'] = []): string {
  if (cause === 'unknown') return 'not known';
  return wordsOf(causes.find(({ id }) => id === cause) ?? { id: cause as CauseId }).title;
}

const SAFE_UNIT = /^[A-Za-z0-9_.@:-]{1,200}$/;

/**
 * What to look at next for a cause, with this unit and window put into the commands. A unit name that a
 * shell could misread is not put into a command.
 */
export function nextSteps(cause: Named, unit: string, window: { fromMs: number; toMs: number }): Look[] {
  return stepsOf(cause).map(step => filledIn(step, unit, window));
}

/** The one look that would tell whether it was this cause at all. */
export function settlingStep(cause: Named, unit: string, window: { fromMs: number; toMs: number }): Look[] {
  const [first] = stepsOf(cause);
  const step = isOwnCause(cause.id) ? first : (SETTLING_STEPS[cause.id] ?? first);
  return step === undefined ? [] : [filledIn(step, unit, window)];
}

function stepsOf({ id, words }: Named): readonly Step[] {
  if (!isOwnCause(id)) return CAUSE_STEPS[id];
  return (words?.steps ?? []).map(step =>
    step.command === undefined ? [step.words] : [step.words, step.command],
  );
}

function filledIn([words, command]: Step, unit: string, window: { fromMs: number; toMs: number }): Look {
  return command === undefined ? { words } : { words, command: commandFor(command, unit, window) };
}

/** Puts unit and window into a command; a name that a shell could misread stays out of it. */
export function commandFor(command: string, unit: string, window: { fromMs: number; toMs: number }): string {
  const name = SAFE_UNIT.test(unit) && !unit.startsWith('-') ? unit : 'UNIT';
  const since = `--since @${Math.floor(window.fromMs / 1000)} --until @${Math.ceil(window.toMs / 1000)}`;
  return command.replaceAll('{unit}', name).replaceAll('{window}', since);
}
