import { z } from 'zod';
import { COLLECTOR_IDS, type CollectorId } from '../src/collectors/reading-plan.ts';
import { CAUSE_IDS } from '../src/diagnosis/cause.ts';
import { CauseEntry } from './cause-file.ts';
import { CauseName, Condition, MEASURES, VERDICTS } from './condition.ts';
import { Name, sentence } from './playbook-words.ts';
import { Step } from './step-file.ts';

const durationForm = 'expected a length such as 30m, 2h or 1d';
const measureForm = 'expected a count of a diagnosis';
const pathForm = 'expected the path of a bundle, from the folder of this file, such as recordings/oom-kill';

const Watch = z.strictObject(
  {
    for: z
      .string(durationForm)
      .regex(/^[1-9]\d{0,3}[mhd]$/, durationForm)
      .describe('How long it must stay calm.'),
    calm: z
      .array(z.enum(MEASURES, measureForm), 'expected a list of counts, e.g. [http502]')
      .min(1, 'expected at least one count, e.g. [http502]')
      .describe('These counts must all be 0 in that time. A count that nobody could make is not 0.'),
    means: sentence(300, 'A leak comes back within hours.').describe('Why it is watched.'),
    unless: Condition.optional().describe('Then nothing needs to be watched.'),
  },
  'expected { for: 30m, calm: [http502], means: … }',
);

const Ending = z.strictObject(
  {
    when: Condition.optional().describe(
      'The first ending whose condition holds is taken; the last has none.',
    ),
    reason: sentence(200, 'The limit was raised and nothing was killed since.').describe(
      'What the incident is closed with.',
    ),
  },
  'expected { reason: … }, with "when" for all but the last',
);

const Fixture = z.strictObject(
  {
    bundle: z.string(pathForm).regex(/^[^\0\r\n]{1,300}$/, pathForm),
    unit: z.string().optional().describe('The unit to look at, where the bundle does not tell.'),
    verdict: z.enum(VERDICTS, 'expected a verdict'),
    cause: CauseName.optional().describe('The cause that the verdict names.'),
    next: z
      .array(Name, 'expected a list of steps, ending with watch or close')
      .min(1, 'expected at least the first step, or watch, or close')
      .describe(
        'The steps that pressing nothing but the first button leads through; ends with watch or close.',
      ),
  },
  'expected { bundle: …, verdict: …, next: […] }',
);
export type Fixture = z.infer<typeof Fixture>;

const collectors = COLLECTOR_IDS as readonly [CollectorId, ...CollectorId[]];
const stepsForm = 'expected a list of steps';

/** What a playbook consists of; a playbook that extends another one leaves out what it takes over. */
const PARTS = {
  title: sentence(60, 'Bursts of 502s'),
  about: sentence(300, 'NGINX answers 502 for a Gunicorn application.'),
  collectors: z
    .array(z.enum(collectors, 'expected a collector'), 'expected a list of collectors')
    .min(1, 'expected at least one collector; leave the field out to ask all of them')
    .optional()
    .describe('Which collectors ask the servers; all of them when not said.'),
  hypotheses: z
    .array(z.enum(CAUSE_IDS, 'expected a built-in cause'), 'expected a list of built-in causes')
    .min(1, 'expected at least one built-in cause, e.g. [worker-oom-kill]')
    .describe('Which built-in causes are weighed.'),
  causes: z
    .array(CauseEntry, 'expected a list of causes')
    .max(20, 'expected at most 20 causes')
    .optional()
    .describe(
      'Causes that this playbook brings along. Where two claim one end of a worker, the first is it.',
    ),
  steps: z
    .array(Step, stepsForm)
    .min(1, 'expected at least one step')
    .max(60, 'expected at most 60 steps')
    .describe('In this order; a step is for somebody when its conditions hold.'),
  watch: Watch.optional().describe('What is watched when all steps are settled; nothing when not said.'),
  close: z.array(Ending, 'expected a list of endings').min(1, 'expected at least one ending'),
} as const;

const FILE = {
  id: Name,
  extends: Name.optional().describe(
    'The playbook that this one adds to: what is not said here is taken over.',
  ),
  replaces: z
    .literal(true, 'expected true, or leave the field out')
    .optional()
    .describe('Take the place of the shipped playbook with this id.'),
  fixtures: z.array(Fixture, 'expected a list of fixtures').optional(),
} as const;

/** A kind of incident as data, complete. */
export const Playbook = z.strictObject(
  { ...FILE, ...PARTS },
  'expected a playbook with id, title, about, hypotheses, steps and close',
);
export type Playbook = z.infer<typeof Playbook>;

/** A playbook that adds to another one: everything but the id may be left out. */
export const Extension = z.strictObject({
  ...FILE,
  extends: Name,
  title: PARTS.title.optional(),
  about: PARTS.about.optional(),
  collectors: PARTS.collectors,
  hypotheses: PARTS.hypotheses.optional(),
  causes: PARTS.causes,
  steps: PARTS.steps.optional(),
  watch: PARTS.watch,
  close: PARTS.close.optional(),
});
export type Extension = z.infer<typeof Extension>;

/** Either form, as it stands in a file. */
export type PlaybookFile = Playbook | Extension;

/** JSON schema for editors: both forms, told apart by `extends`. */
export function playbookSchema(): object {
  return z.toJSONSchema(z.union([Extension, Playbook]), { target: 'draft-7', io: 'input' });
}
