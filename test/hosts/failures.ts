import { setTimeout as pause } from 'node:timers/promises';
import type { CauseId } from '../../src/diagnosis/cause.ts';
import type { Host, Setup } from './lab.ts';

/** One way for an app to fail on one host, caused for real, and what a diagnosis must answer. */
export interface Failure {
  readonly host: string;
  readonly tells: string;
  readonly setup: Setup;
  readonly cause: (host: Host) => Promise<unknown>;
  /** What Gunicorn's or systemd's journal says when it really happened: an extended regular expression. */
  readonly sign: string;
  readonly expected: CauseId;
  readonly verdicts: readonly ('confirmed' | 'likely')[];
}

/** All three workers busy, each request keeps 2 MB: the kernel's victim is nearly always serving somebody. */
export const leakUntilKilled = (host: Host): Promise<unknown> =>
  host.load({ path: '/leak?mb=2&ms=200', requests: 300, atOnce: 8, perSecond: 20, seconds: 30 });

const steady = { requests: 60, atOnce: 6, perSecond: 6 };

async function whileServing(host: Host, path: string, act: () => Promise<unknown>): Promise<void> {
  const load = host.load({ ...steady, path });
  await pause(3_000);
  await act();
  await load;
}

const ask = (host: Host, path: string): Promise<unknown> =>
  host.load({ path, requests: 1, atOnce: 1, perSecond: 0 });

/** The failures of one host with NGINX and Gunicorn behind a unix socket. */
export const FAILURES: readonly Failure[] = [
  {
    host: 'oom',
    tells: 'workers that leak until the kernel kills them',
    setup: { unit: 'OOMPolicy=continue\nMemoryMax=150M' },
    cause: leakUntilKilled,
    sign: 'terminated due to signal 9',
    expected: 'worker-oom-kill',
    verdicts: ['confirmed', 'likely'],
  },
  {
    host: 'hang',
    tells: 'a worker that hangs in Python until Gunicorn ends it',
    setup: { gunicorn: '--timeout 4' },
    cause: host => whileServing(host, '/health', () => ask(host, '/hang')),
    sign: 'WORKER TIMEOUT',
    expected: 'worker-timeout',
    verdicts: ['confirmed', 'likely'],
  },
  {
    host: 'hangc',
    tells: 'a worker stuck in C, which only SIGKILL ends',
    setup: { gunicorn: '--timeout 4' },
    cause: host => whileServing(host, '/health', () => ask(host, '/hangc')),
    sign: 'WORKER TIMEOUT',
    expected: 'worker-timeout',
    verdicts: ['confirmed', 'likely'],
  },
  {
    host: 'segv',
    tells: 'workers that die of SIGSEGV',
    setup: {},
    cause: host =>
      whileServing(host, '/health', async () => {
        await ask(host, '/segv');
        await ask(host, '/segv');
      }),
    sign: 'terminated due to signal 11',
    expected: 'worker-crash',
    verdicts: ['confirmed', 'likely'],
  },
  {
    host: 'deploy',
    tells: 'a deploy by systemctl restart under load',
    setup: { gunicorn: '--graceful-timeout 2' },
    cause: host => whileServing(host, '/slow?s=0.3', () => host.root('systemctl restart checkout')),
    sign: 'Stopped checkout.service',
    expected: 'deploy-restart',
    verdicts: ['confirmed', 'likely'],
  },
  {
    host: 'killed',
    tells: 'a worker that an administrator kills with -9',
    setup: { gunicorn: '--workers 2' },
    cause: host =>
      whileServing(host, '/slow?s=0.6', () =>
        host.root('kill -9 "$(pgrep -P "$(systemctl show -P MainPID checkout)" | head -n 1)"'),
      ),
    sign: 'terminated due to signal 9',
    expected: 'worker-killed-externally',
    verdicts: ['confirmed', 'likely'],
  },
];

/**
 * How many of the 502s a diagnosis must explain: all but one. A kill may also reset a connection that had only
 * just been accepted, and then two requests fail by the death of a worker that serves one at a time.
 */
export const almostAll = (http502: number): number => Math.max(http502 - 1, Math.min(http502, 1));
