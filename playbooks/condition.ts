import { z } from 'zod';
import { CAUSE_IDS } from '../src/diagnosis/cause.ts';
import { HARMLESS_IDS, SOURCE_IDS } from '../src/report/diagnosis-document.ts';
import { Match } from './match.ts';
import { Name } from './playbook-words.ts';

export const VERDICTS = ['confirmed', 'likely', 'inconclusive', 'no-incident'] as const;
/** Counts of a diagnosis that can be asked for. */
export const MEASURES = [
  'http502',
  'http504',
  'http500',
  'http499',
  'upstreamErrors',
  'workerDeaths',
  'oomKillsOfTheUnit',
] as const;

/** How a step can be settled without choosing one of its answers. */
export const SETTLEMENTS = ['done', 'skipped', 'not-applicable'] as const;

const OWN = /^[a-z0-9][a-z0-9-]{0,39}$/;
const causeForm = 'expected the id of a cause that this playbook weighs: a built-in one or one of its causes';
/** A built-in cause, or the name of one of the playbook's own; which of them exist is checked afterwards. */
export const CauseName = z.string(causeForm).regex(OWN, causeForm);

const listOf = <Item extends z.ZodType>(item: Item, form: string) => z.array(item, form).min(1, form);
const measureForm = 'expected a count of a diagnosis';

/** When a step is for somebody: everything that is said must hold. */
export const Condition = z.strictObject(
  {
    verdict: listOf(
      z.enum(VERDICTS, 'expected a verdict'),
      'expected a list of verdicts, e.g. [confirmed, likely]',
    )
      .optional()
      .describe('The verdict is one of these.'),
    cause: listOf(CauseName, 'expected a list of causes, e.g. [worker-oom-kill]')
      .optional()
      .describe('The cause that the verdict names is one of these.'),
    candidate: listOf(CauseName, 'expected a list of causes, e.g. [worker-oom-kill]')
      .optional()
      .describe('One of these may still be it, or is it.'),
    observed: listOf(
      z.enum([...CAUSE_IDS, ...HARMLESS_IDS], 'expected the id of an observation, such as recent-change'),
      'expected a list of observations, e.g. [recent-change]',
    )
      .optional()
      .describe('One of these was seen beside the cause.'),
    scope: z
      .enum(['memcg', 'global'], 'expected memcg (a limit of the service) or global (the whole host)')
      .optional()
      .describe('Whose memory ran out.'),
    cited: z
      .strictObject(
        { source: z.enum(SOURCE_IDS, 'expected a source'), match: Match },
        "expected { source: unit-state, match: 'OOMPolicy=stop' }",
      )
      .optional()
      .describe('A line of this source that the diagnosis cites fits the pattern.'),
    unseen: listOf(z.enum(SOURCE_IDS, 'expected a source'), 'expected a list of sources, e.g. [kernel-log]')
      .optional()
      .describe('One of these sources could not be read.'),
    atLeast: z
      .partialRecord(
        z.enum(MEASURES, measureForm),
        z.int('expected a whole number from 1').min(1, 'expected a whole number from 1'),
        `expected a map such as { http502: 1 }; known are ${MEASURES.join(', ')}`,
      )
      .optional()
      .describe('Each of these counts is at least so high. A count that nobody could make is not.'),
    answered: z
      .record(
        Name,
        listOf(Name, 'expected a list of answers, e.g. [limit-too-low]'),
        'expected a map of step to answers, e.g. { which-limit: [too-low] }',
      )
      .optional()
      .describe(
        'Each of these steps was settled in one of these ways: an answer, done, skipped, not-applicable.',
      ),
  },
  'expected conditions, e.g. { cause: [worker-oom-kill] }',
);
export type Condition = z.infer<typeof Condition>;
