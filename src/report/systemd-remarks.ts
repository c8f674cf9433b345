import type { Wording } from './remark-wording.ts';
import { durationWords } from './time-words.ts';

/** What a review says about the unit. */
export const SYSTEMD_REMARKS: Wording<
  | 'oom-stops-unit'
  | 'no-restart'
  | 'start-limit'
  | 'no-socket'
  | 'stop-too-short'
  | 'kill-mode'
  | 'no-reload'
  | 'not-notify'
  | 'daemon-reload-needed'
> = {
  'oom-stops-unit': f => ({
    text: `OOMPolicy=${f.policy}: when the kernel kills one worker, systemd ${f.policy === 'kill' ? 'kills' : 'stops'} the whole unit${f.restart === 'no' ? ', and Restart=no leaves it down' : ''}. One lost request becomes an outage as long as the restart${f.held ? '; the socket unit makes requests wait instead of failing' : ''}.`,
    fix: 'OOMPolicy=continue: Gunicorn replaces the worker by itself. Keep it only where workers share state that a killed one could spoil.',
  }),
  'no-restart': f => ({
    text: `Restart=${f.restart}: when the master dies, nobody starts it again.`,
    fix: 'Restart=on-failure with RestartSec=1.',
  }),
  'start-limit': f => ({
    text: `${f.hit ? 'systemd gave up: the start limit was hit in this window' : 'systemd gives up soon'}. After ${f.burst} starts${f.intervalMs === undefined ? '' : ` in ${durationWords(f.intervalMs)}`} the unit stays down until somebody starts it.`,
    fix: `StartLimitIntervalSec=300 and StartLimitBurst=10${f.hit ? '; then systemctl reset-failed and start' : ''}.`,
  }),
  'no-socket': () => ({
    text: 'No socket unit holds the listening socket: during a restart nobody listens and every request is a 502 (measured: 23 at 10 requests a second; 0 with a socket unit).',
    fix: 'Add a .socket unit and bind Gunicorn to it, or change settings by reload only.',
  }),
  'stop-too-short': f => ({
    text: `TimeoutStopSec is ${durationWords(f.stopMs)}, graceful_timeout ${f.gracefulSeconds} s${f.assumed ? " (Gunicorn's default; the setting could not be read)" : ''}: ${f.seen ? 'a stop timed out in this window and requests under way were killed' : 'a stop kills requests that Gunicorn would still let finish'}.`,
    fix: `TimeoutStopSec=${f.gracefulSeconds + 5} or more${f.assumed ? ', or a shorter graceful_timeout' : ''}.`,
  }),
  'kill-mode': f => ({
    text: `KillMode=${f.mode}: ${f.mode === 'control-group' ? 'a stop sends SIGTERM to the workers as well as to the master that directs them' : 'a stop leaves workers behind, which keep the socket and old code'}.`,
    fix: 'KillMode=mixed: SIGTERM to the master only, SIGKILL to what is left at the end.',
  }),
  'no-reload': f => ({
    text:
      f.how === 'absent'
        ? 'There is no ExecReload: settings can only be changed by a restart.'
        : 'ExecReload does not send SIGHUP to the master as far as it shows: what a reload does here is not known.',
    fix: 'ExecReload=/bin/kill -s HUP $MAINPID',
  }),
  'not-notify': f => ({
    text: `Type=${f.type}: systemd calls the unit started before Gunicorn listens, and a reload that comes too early kills it.`,
    fix: 'Type=notify: Gunicorn tells systemd when it is ready.',
  }),
  'daemon-reload-needed': () => ({
    text: 'The unit files on disk are newer than what systemd runs: the next restart will bring changes that nobody has seen at work.',
    fix: 'Read them first (systemctl cat), then systemctl daemon-reload.',
  }),
};
