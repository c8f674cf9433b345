import { CAUSE_IDS, type CauseId, isOwnCause, type OwnCauseWords } from '../diagnosis/cause.ts';
import { causeWords } from '../report/cause-words.ts';

/** What people call causes, besides their ids and titles; the likeliest meaning first. */
const NAMES: Readonly<Record<string, readonly CauseId[]>> = {
  oom: ['worker-oom-kill', 'userspace-oom-kill', 'dependency-oom-kill'],
  'oom kill': ['worker-oom-kill', 'userspace-oom-kill', 'dependency-oom-kill'],
  memory: ['worker-oom-kill', 'userspace-oom-kill', 'memory-stall'],
  'out of memory': ['worker-oom-kill', 'userspace-oom-kill'],
  ram: ['worker-oom-kill', 'userspace-oom-kill', 'memory-stall'],
  leak: ['worker-oom-kill', 'memory-stall'],
  'memory leak': ['worker-oom-kill', 'memory-stall'],
  oomd: ['userspace-oom-kill'],
  'systemd-oomd': ['userspace-oom-kill'],
  earlyoom: ['userspace-oom-kill'],
  swap: ['memory-stall'],
  stall: ['memory-stall'],
  throttling: ['memory-stall'],
  timeout: ['worker-timeout'],
  'time-out': ['worker-timeout'],
  'time out': ['worker-timeout'],
  timeouts: ['worker-timeout'],
  'gunicorn timeout': ['worker-timeout'],
  crash: ['worker-crash', 'nginx-worker-crash'],
  segfault: ['worker-crash'],
  sigsegv: ['worker-crash'],
  exit: ['worker-exit'],
  sigkill: ['worker-killed-externally', 'worker-oom-kill'],
  kill: ['worker-killed-externally', 'worker-oom-kill'],
  killed: ['worker-killed-externally', 'worker-oom-kill'],
  'killed by hand': ['worker-killed-externally'],
  stop: ['service-stopped'],
  stopped: ['service-stopped'],
  deploy: ['deploy-restart'],
  deployment: ['deploy-restart'],
  release: ['deploy-restart'],
  restart: ['deploy-restart', 'service-stopped'],
  reload: ['deploy-restart'],
  master: ['master-killed'],
  boot: ['app-boot-failure'],
  'boot failure': ['app-boot-failure'],
  'import error': ['app-boot-failure'],
  recycling: ['recycling-drops-requests', 'recycling-without-jitter'],
  recycle: ['recycling-drops-requests', 'recycling-without-jitter'],
  max_requests: ['recycling-drops-requests', 'recycling-without-jitter'],
  jitter: ['recycling-without-jitter'],
  backlog: ['backlog-full'],
  queue: ['backlog-full', 'workers-saturated'],
  'accept queue': ['backlog-full', 'workers-saturated'],
  busy: ['workers-saturated'],
  saturated: ['workers-saturated'],
  load: ['workers-saturated', 'backlog-full'],
  traffic: ['workers-saturated', 'backlog-full'],
  slow: ['slow-upstream', 'workers-saturated'],
  'slow upstream': ['slow-upstream'],
  permission: ['socket-permission'],
  socket: ['socket-permission', 'backlog-full'],
  header: ['upstream-header-too-big'],
  headers: ['upstream-header-too-big'],
  cookies: ['upstream-header-too-big'],
  keepalive: ['keepalive-race'],
  'keep-alive': ['keepalive-race'],
  nginx: ['nginx-config', 'nginx-worker-crash'],
  'nginx config': ['nginx-config'],
  'nginx crash': ['nginx-worker-crash'],
  app: ['application-error'],
  bug: ['application-error'],
  exception: ['application-error'],
  traceback: ['application-error'],
  'app error': ['application-error'],
  client: ['client-abort'],
  clients: ['client-abort'],
  abort: ['client-abort'],
  '499': ['client-abort'],
  database: ['dependency-oom-kill'],
  redis: ['dependency-oom-kill'],
  dependency: ['dependency-oom-kill'],
};

const BY_NAME: ReadonlyMap<string, readonly CauseId[]> = new Map([
  ...CAUSE_IDS.flatMap((id): [string, readonly CauseId[]][] => [
    [id, [id]],
    [id.replaceAll('-', ' '), [id]],
    [causeWords(id).title.toLowerCase(), [id]],
  ]),
  ...Object.entries(NAMES),
]);

/** A cause that a diagnosis weighed; those that playbooks bring along have words of their own. */
export interface WeighedCause {
  readonly id: CauseId;
  readonly words?: Pick<OwnCauseWords, 'title'> | undefined;
}

/** The causes that a person may mean; empty for what is no cause's name. What a playbook calls its own comes first. */
export function causesCalled(name: string, weighed: readonly WeighedCause[]): readonly CauseId[] {
  const words = name.toLowerCase().replace(/\s+/g, ' ').trim();
  const own = ownNames(weighed);
  const called = (said: string) => own.get(said) ?? BY_NAME.get(said);
  return called(words) ?? called(words.replace(/^(?:an?|the)\s/, '')) ?? [];
}

/** All that causes are called, for suggestions. */
export function causeNames(weighed: readonly WeighedCause[]): readonly string[] {
  return [...ownNames(weighed).keys(), ...BY_NAME.keys()];
}

/** `PLAYBOOK/CAUSE`, or the cause alone, or its title. */
function ownNames(weighed: readonly WeighedCause[]): ReadonlyMap<string, readonly CauseId[]> {
  const names = new Map<string, CauseId[]>();
  for (const { id, words } of weighed) {
    if (!isOwnCause(id)) continue;
    const cause = id.slice(id.indexOf('/') + 1);
    // What is typed comes without the full stop at its end.
    const title = words?.title.toLowerCase().replace(/\.$/, '') ?? id;
    for (const name of new Set([id, cause, cause.replaceAll('-', ' '), title]))
      names.set(name, [...(names.get(name) ?? []), id]);
  }
  return names;
}
