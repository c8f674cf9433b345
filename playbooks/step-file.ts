import { z } from 'zod';
import { REMEDIES } from '../src/remediation/plan.ts';
import { Condition } from './condition.ts';
import { Command, Name, sentence } from './playbook-words.ts';

const label = (example: string) => sentence(40, example);

const Answer = z.strictObject(
  {
    id: Name,
    label: label('The limit is too low').describe('What the button says.'),
    when: Condition.optional().describe(
      'The evidence speaks for this answer: the first such answer is offered first.',
    ),
  },
  'expected an answer, e.g. { id: too-low, label: The limit is too low }',
);

const answersForm = 'expected a list of 2 to 4 answers, each with id and label';

/** One thing for a person to look at, what it means, and what to do about it. */
export const Step = z.strictObject(
  {
    id: Name,
    title: sentence(60, 'Is the limit too low?').describe('The question or the deed, in a few words.'),
    when: Condition.optional().describe('Only then; always when not said.'),
    unless: Condition.optional().describe('Not then, even if "when" holds.'),
    look: sentence(300, 'Compare MemoryMax with what the workers take.').describe('What to look at.'),
    command: Command.optional(),
    means: sentence(400, 'Workers that do not fit are killed again.').describe('What it means.'),
    answers: z
      .array(Answer, answersForm)
      .min(2, answersForm)
      .max(4, answersForm)
      .optional()
      .describe('What it can be; later steps branch on it.'),
    propose: z
      .enum(REMEDIES, 'expected a remedy')
      .optional()
      .describe('The change that Staunch can plan; it is only made after approval.'),
    again: z
      .literal(true, 'expected true, or leave the field out')
      .optional()
      .describe('The thing to do is to diagnose again.'),
    done: label('I have told the owners').optional().describe('What the button says; "Done" when not said.'),
  },
  'expected a step with id, title, look and means',
);
export type Step = z.infer<typeof Step>;
