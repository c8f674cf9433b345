import { z } from 'zod';
import type { AlertRules } from './alert-rules.ts';
import { NAME_FORM, NAME_PATTERN } from './name-form.ts';

/** What `staunch.yml` says about alerts that come from outside. */

const MATCH_FORM = 'expected labels and the values they must have, e.g. { alertname: "Checkout*" }';
const Match = z
  .record(z.string().min(1).max(200), z.string(MATCH_FORM).max(500), MATCH_FORM)
  .refine(match => Object.keys(match).length > 0, MATCH_FORM);

const RULE_FORM = 'expected a rule, e.g. { when: { job: "checkout-*" }, service: checkout }';
export const AlertRuleEntry = z.strictObject(
  {
    when: Match.describe(
      'Labels and the values they must have; * stands for any text. All of them must fit.',
    ),
    service: z
      .string(NAME_FORM)
      .regex(NAME_PATTERN, NAME_FORM)
      .describe('The service that the alert is about.'),
  },
  RULE_FORM,
);

/** The section `alerts`. Without it labels such as service, job and instance tell where an alert belongs. */
export const AlertsSection = z.strictObject(
  {
    rules: z
      .array(AlertRuleEntry, `expected a list of rules: ${RULE_FORM.replace('expected ', '')}`)
      .max(500)
      .optional()
      .describe('Which service an alert is about; the first rule that fits counts.'),
    ignore: z
      .array(Match, `expected a list: ${MATCH_FORM.replace('expected ', '')}`)
      .max(500)
      .optional()
      .describe('Alerts that open nothing, e.g. { alertname: Watchdog }.'),
  },
  'expected the fields rules and ignore, each of them optional',
);
export type AlertsSection = z.infer<typeof AlertsSection>;

export function alertRulesOf(section: AlertsSection): AlertRules {
  const match = (labels: Readonly<Record<string, string>>) => new Map(Object.entries(labels));
  return {
    rules: (section.rules ?? []).map(({ when, service }) => ({ when: match(when), service })),
    ignore: (section.ignore ?? []).map(match),
  };
}
