import type { RemarkFacts } from '../advice/remark.ts';
import type { RemarkWords, Wording } from './remark-wording.ts';
import { durationWords } from './time-words.ts';

const utc = (atMs: number) => `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What a review says about Gunicorn's settings and the NGINX in front. */
export const GUNICORN_REMARKS: Wording<
  | 'timeout-off'
  | 'who-gives-up-first'
  | 'slow-boot'
  | 'no-recycling'
  | 'recycled-often'
  | 'no-jitter'
  | 'small-jitter'
  | 'jitter-alone'
  | 'recycles-too-late'
  | 'edit-the-right-layer'
  | 'settings-not-loaded'
  | 'recycling-not-logged'
> = {
  'timeout-off': () => ({
    text: 'timeout = 0: Gunicorn never replaces a worker that hangs.',
    fix: 'Set a timeout above the slowest honest request.',
  }),
  'who-gives-up-first': whoGivesUpFirst,
  'slow-boot': f => ({
    text: `The application takes ${f.bootSeconds} s to start, more than a quarter of the ${durationWords(f.readTimeoutMs)} that NGINX waits: at a reload requests wait that long.`,
    fix: 'Load the application once (preload_app) or make its import faster before relying on reloads.',
  }),
  'no-recycling': f => ({
    text: `max_requests is ${f.from === 'default' ? 'not set' : '0'}: workers are never recycled.`,
    fix: 'Set it only if memory is seen to grow; the settings above are computed from that.',
  }),
  'recycled-often': f => ({
    text: `Workers are recycled all the time: ${f.leaves} planned restarts in this window, a life of about ${durationWords(f.lifeMs)} each.`,
    fix: 'Raise max_requests: below half an hour recycling costs more (boots, cold caches) than it saves.',
  }),
  'no-jitter': f => ({
    text: `max_requests = ${f.maxRequests} without jitter: workers that started together are away together, and are largest together.`,
    fix: 'Set max_requests_jitter; the value above is computed, and at least the square root of max_requests is needed.',
  }),
  'small-jitter': f => ({
    text: `max_requests_jitter = ${f.jitter} is too small for max_requests = ${f.maxRequests}: below ${f.least}, its square root, chance alone spreads the workers as much.`,
    fix: `At least ${f.least}; the value above is computed.`,
  }),
  'jitter-alone': f => ({
    text: `max_requests_jitter = ${f.jitter} without max_requests does nothing (in Gunicorn up to 19.9 it recycled by itself).`,
    fix: 'Set max_requests as well, or remove it.',
  }),
  'recycles-too-late': f => ({
    text: `Workers may serve up to ${f.last} requests; by measured growth memory holds ${f.lastThatFits}.`,
    fix: 'Use the computed settings, or more memory.',
  }),
  'edit-the-right-layer': rightLayer,
  'settings-not-loaded': f => ({
    text: `The configuration file changed at ${utc(f.changedAtMs)}, after the running workers were started (the first at ${utc(f.loadedAtMs)}): what it says is not in force.`,
    fix: 'Check it, then systemctl reload. A file with a mistake ends the master at the reload.',
  }),
  'recycling-not-logged': f => ({
    text: `loglevel = ${f.level} hides the line that tells of a recycled worker ("Autorestarting worker", at info).`,
    fix: 'loglevel = info, at least until recycling is seen to work.',
  }),
};

function whoGivesUpFirst(f: RemarkFacts['who-gives-up-first']): RemarkWords {
  const wait = `NGINX waits ${durationWords(f.readTimeoutMs)}${f.readTimeoutIsDefault ? ' (its default)' : ''}`;
  if (f.heartbeatOnly)
    return {
      text: `${wait}; Gunicorn's timeout of ${f.timeoutSeconds} s only catches workers that hang as a whole, not single slow requests.`,
      fix: 'A slow request ends as a 504 of NGINX and goes on in the worker: give the application time-outs of its own.',
    };
  return f.timeoutSeconds * 1000 < f.readTimeoutMs
    ? {
        text: `Gunicorn gives up first: a request of more than ${f.timeoutSeconds} s kills its worker and ends as a 502; ${wait}.`,
        fix: 'Right, if no honest request takes that long. Time-outs inside the application, below it, spare the worker.',
      }
    : {
        text: `NGINX gives up first: ${wait}, Gunicorn ${f.timeoutSeconds} s. The client gets a 504 while the worker goes on with a request that nobody waits for.`,
        fix: "Set Gunicorn's timeout below proxy_read_timeout, above the slowest honest request.",
      };
}

function rightLayer(f: RemarkFacts['edit-the-right-layer']): RemarkWords {
  const ineffective = f.configFile === undefined ? '' : ` Editing ${f.configFile} has no effect on it.`;
  switch (f.layer) {
    case 'command-line':
      return {
        text: `max_requests is set on the command line, which wins over everything.${ineffective}`,
        fix: 'Change ExecStart in a drop-in (first an empty ExecStart= line), then daemon-reload and restart: a reload does not pick it up, and without a socket unit the restart costs 502s.',
      };
    case 'environment':
      return {
        text: `max_requests comes from GUNICORN_CMD_ARGS, which wins over the configuration file.${ineffective}`,
        fix: `Repeat the whole variable with the new value${f.environmentFile ? ' in the EnvironmentFile, which wins over Environment= of any drop-in' : ' in a drop-in'}, then daemon-reload and restart: a reload keeps the old environment.`,
      };
    case 'config-file':
      return {
        text: `max_requests is set in ${f.configFile ?? 'the configuration file'}${f.computed ? ', where it is computed' : ''}.`,
        fix: f.computed
          ? 'Change what it is computed from.'
          : 'Change it there, check the file, then systemctl reload: no 502, requests wait as long as the application boots.',
      };
    case 'unset':
      return {
        text: `max_requests is set nowhere${f.configFile === undefined ? '' : `; the configuration file in use is ${f.configFile}`}.`,
        fix:
          f.configFile === undefined
            ? 'Put it into gunicorn.conf.py in the working directory, then reload.'
            : 'Put it at the end of that file (the last assignment wins), check it, then systemctl reload.',
      };
  }
}
