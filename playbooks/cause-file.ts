import { z } from 'zod';
import { PATTERN_SOURCES } from '../src/signals/pattern-hits.ts';
import { UPSTREAM_FAULTS } from '../src/signals/signal.ts';
import { Match } from './match.ts';
import { Command, Name, sentence } from './playbook-words.ts';

const Pattern = z.strictObject(
  {
    source: z
      .enum(PATTERN_SOURCES, 'expected a source that patterns can be laid over')
      .describe('Which log the line stands in.'),
    match: Match.describe(
      'Laid over the message; groups named pid, time, unit and signal are taken out of it.',
    ),
  },
  "expected { source: unit-journal, match: '…' }",
);

const EVIDENCE_FORM = 'expected a sentence in which only {count}, {pids} and {when} are filled in';
const faultForm = 'expected a fault that NGINX logs';
const statusForm = 'expected a status from 500 to 599, such as 502';
const failuresForm = 'expected { faults: […] } or { statuses: […] }, with at least one of them';

const Failures = z
  .strictObject(
    {
      faults: z.array(z.enum(UPSTREAM_FAULTS, faultForm), 'expected a list of faults').optional(),
      statuses: z
        .array(z.int(statusForm).min(500, statusForm).max(599, statusForm), 'expected a list of statuses')
        .optional(),
    },
    failuresForm,
  )
  .refine(({ faults = [], statuses = [] }) => faults.length + statuses.length > 0, failuresForm);

const titleForm =
  'expected 1 to 40 letters, digits, blanks and . , \' ( ) / - such as "worker killed by a signal"';
/** It stands in headlines and notifications, where any other sign could mean something. */
const Title = z
  .string(titleForm)
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N} .,'()/-]{0,38}[\p{L}\p{N}).])?$/u, titleForm);

/** A cause as data: how the logs tell of it, what follows from it, and what people are told. */
export const CauseEntry = z
  .strictObject(
    {
      id: Name,
      title: Title.describe('Lower case: it stands behind "502s on checkout: ".'),
      meaning: sentence(200, 'The kernel ended a worker in the middle of a request.').describe(
        'One sentence.',
      ),
      tells: z
        .enum(['worker-death', 'event'], 'expected worker-death (a line tells that a worker ended) or event')
        .describe('worker-death: failures follow from it as from any end of a worker. event: anything else.'),
      patterns: z
        .array(Pattern, 'expected a list of patterns')
        .min(1, 'expected at least one pattern')
        .max(8, 'expected at most 8 patterns: split the cause'),
      failures: Failures.optional().describe(
        'Which failures follow from an event, within the match window; without it none do.',
      ),
      evidence: sentence(200, 'The master found workers killed by a signal: {count}, {pids}{when}.')
        .refine(text => !/[{}]/.test(text.replace(/\{(?:count|pids|when)\}/g, '')), EVIDENCE_FORM)
        .describe('What the lines are evidence for; {count}, {pids} and {when} are filled in.'),
      next: z
        .array(
          z.strictObject(
            { words: sentence(200, 'Did memory run out?'), command: Command.optional() },
            'expected { words: …, command: … }',
          ),
          'expected a list of looks',
        )
        .min(1, 'expected at least one look')
        .max(4, 'expected at most 4 looks')
        .describe('Where to look next, before anything is changed.'),
    },
    'expected a cause with id, title, meaning, tells, patterns, evidence and next',
  )
  .refine(({ tells, failures }) => tells === 'event' || failures === undefined, {
    path: ['failures'],
    message:
      'from the end of a worker follow the failures that any end of a worker has: leave the field out, or write tells: event',
  });
export type CauseEntry = z.infer<typeof CauseEntry>;
