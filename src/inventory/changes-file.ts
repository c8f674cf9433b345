import { z } from 'zod';
import { isKnownZone, WEEKDAYS } from '../policy/quiet-hours.ts';
import { Holders } from './access-file.ts';

/** What `staunch.yml` says about changes: for all services, and for one where it says otherwise. */

const countForm = 'expected how many people must approve, a whole number from 1 to 5';
const Count = z.int(countForm).min(1, countForm).max(5, countForm);

const Approvals = z
  .strictObject(
    { production: Count.optional(), staging: Count.optional(), development: Count.optional() },
    'expected numbers by tier, e.g. { production: 2 }',
  )
  .describe('How many different people must approve, by tier; 1 where not said.');

const spanForm = 'expected a time from 1m to 24h, e.g. 15m or 2h';
const Span = z
  .string(spanForm)
  .regex(/^(?:[1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)m$|^(?:[1-9]|1\d|2[0-4])h$/, spanForm);

const ownForm =
  'expected staging or development: on production nobody approves their own change, whatever stands here';
const OwnApproval = z
  .array(z.enum(['staging', 'development'], ownForm), 'expected a list of tiers, e.g. [development]')
  .describe('Tiers in which the approval of whoever asked counts too; none when not said.');

const momentForm = 'expected a time of day, e.g. "22:00", or a date with it, e.g. "2026-12-20 00:00"';
const MOMENT = /^(?:\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) )?(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const Moment = z.string(momentForm).regex(MOMENT, momentForm);
const zoneForm = 'expected the IANA name of a time zone, e.g. Europe/Berlin or UTC';
const daysForm = `expected days of ${WEEKDAYS.join(', ')}, e.g. [fri]`;
const reasonForm = 'expected a reason of up to 200 letters on one line';

/** One entry of `freezes`. */
export const FreezeEntry = z.strictObject(
  {
    from: Moment.describe('When it begins: a time of day, or a date with it, on the clocks of timeZone.'),
    to: Moment.describe('When it ends, written in the same way.'),
    timeZone: z
      .string(zoneForm)
      .refine(isKnownZone, zoneForm)
      .describe('Whose clocks count, by its IANA name. Changes of the clocks are kept.'),
    days: z
      .array(z.enum(WEEKDAYS, daysForm), daysForm)
      .min(1, daysForm)
      .optional()
      .describe('Days on which one with times of day begins; every day when not said.'),
    reason: z
      .string(reasonForm)
      .regex(/^[^\r\n]{1,200}$/, reasonForm)
      .optional()
      .describe('Told to whoever is refused.'),
  },
  'expected a freeze, e.g. { from: "2026-12-20 00:00", to: "2027-01-02 08:00", timeZone: Europe/Berlin }',
);

/** The section `changes`, of the whole file or of a service. */
export const CHANGES_FIELDS = {
  approvals: Approvals.optional(),
  lowRiskApprovals: Count.optional().describe(
    'How many must approve what touches no file, such as recycling one worker; 1 when not said, and never more than the tier asks for.',
  ),
  ownApproval: OwnApproval.optional(),
  expireAfter: Span.optional().describe('How long a proposal can be approved; 15m when not said.'),
  watchFor: Span.optional().describe(
    'How long a change is watched, and taken back when things get worse, before it counts as done; 10m when not said.',
  ),
  freezes: z
    .array(
      FreezeEntry,
      'expected a list of freezes, e.g. [{ from: "16:00", to: "24:00", timeZone: UTC, days: [fri] }]',
    )
    .optional()
    .describe('Times in which nothing is approved. None when not said; [] for none.'),
  remindAfter: Span.optional().describe(
    'When an unanswered proposal is asked about again; 5m when not said.',
  ),
  escalateAfter: Span.optional().describe('When escalateTo is asked; 10m when not said.'),
  escalateTo: Holders.optional().describe(
    'People and user groups that are asked when nobody answers; nobody when not said. They need the role approver too.',
  ),
  breakGlass: Holders.optional().describe(
    'Who may apply a change without approvals, with a reason that everybody reads, also in a freeze; nobody when not said.',
  ),
} as const;

export const ChangesSection = z.strictObject(
  CHANGES_FIELDS,
  `expected the fields ${Object.keys(CHANGES_FIELDS).join(', ')}, each of them optional`,
);
export type ChangesSection = z.infer<typeof ChangesSection>;

const urlForm =
  'expected an address that answers below 400 while the service is well, e.g. http://10.0.0.2/health';

/** The same for one service, which may also name what tells that it is well. */
export const ServiceChangesSection = z.strictObject(
  {
    ...CHANGES_FIELDS,
    healthUrl: z
      .string(urlForm)
      .regex(/^https?:\/\/[^\s@/]+(?:\/[^\s]*)?$/, urlForm)
      .optional()
      .describe('Asked after a change, from where Staunch runs; it should go through NGINX.'),
  },
  `expected the fields ${Object.keys(CHANGES_FIELDS).join(', ')} and healthUrl, each of them optional`,
);
export type ServiceChangesSection = z.infer<typeof ServiceChangesSection>;
