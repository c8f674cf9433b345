import { CAUSE_IDS, type CauseId } from '../diagnosis/cause.ts';
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

/** The causes that a person may mean; empty for what is no cause's name. */
export function causesCalled(name: string): readonly CauseId[] {
  const words = name.toLowerCase().replace(/\s+/g, ' ').trim();
  return BY_NAME.get(words) ?? BY_NAME.get(words.replace(/^(?:an?|the)\s/, '')) ?? [];
}

/** All that causes are called, for suggestions. */
export function causeNames(): readonly string[] {
  return [...BY_NAME.keys()];
}
