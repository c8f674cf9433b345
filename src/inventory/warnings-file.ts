import { z } from 'zod';
import { isKnownZone, WEEKDAYS } from '../policy/quiet-hours.ts';
import { UserGroup } from './access-file.ts';

/** What `staunch.yml` says about growth warnings: for all services, and for one where it says otherwise. */

const fromForm = 'expected a time of day from 00:00 to 23:59, e.g. "22:00"';
const From = z
  .string(fromForm)
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, fromForm)
  .describe('When they begin, on the clocks of timeZone.');

const toForm = 'expected a time of day from 00:00 to 24:00, e.g. "07:00"';
const To = z
  .string(toForm)
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, toForm)
  .describe('When they end: on the next day when this is before "from".');

const zoneForm = 'expected the IANA name of a time zone, e.g. Europe/Berlin or UTC';
const TimeZone = z
  .string(zoneForm)
  .refine(isKnownZone, zoneForm)
  .describe('Whose clocks count, by its IANA name. Changes of the clocks are kept.');

const daysForm = `expected days of ${WEEKDAYS.join(', ')}, e.g. [sat, sun]`;

/** One entry of `quietHours`. */
export const QuietHoursEntry = z.strictObject(
  {
    from: From,
    to: To,
    timeZone: TimeZone,
    days: z
      .array(z.enum(WEEKDAYS, daysForm), daysForm)
      .min(1, daysForm)
      .optional()
      .describe('Days on which they begin; every day when not said.'),
  },
  'expected quiet hours, e.g. { from: "22:00", to: "07:00", timeZone: Europe/Berlin }',
);

const pingsForm = 'expected a whole number from 1 to 1000';

/** The section `warnings`, of the whole file or of a service. */
export const WarningsSection = z.strictObject(
  {
    watch: z
      .boolean('expected true or false')
      .optional()
      .describe('Whether workers are sampled and growth is warned of; true when not said.'),
    quietHours: z
      .array(
        QuietHoursEntry,
        'expected a list of quiet hours, e.g. [{ from: "22:00", to: "07:00", timeZone: Europe/Berlin }]',
      )
      .optional()
      .describe(
        'Hours in which a warning waits; what is critical is told at any time. None when not said; [] for none.',
      ),
    pingsPerDay: z
      .int(pingsForm)
      .min(1, pingsForm)
      .max(1_000, pingsForm)
      .optional()
      .describe(
        'How often growth warnings may ping one channel within 24 hours: a new message or reply counts, an edit does not. What is critical pings all the same. 6 when not said.',
      ),
    ping: UserGroup.optional().describe(
      'User group that a warning mentions when it is first told and when it gets worse; nobody when not said.',
    ),
  },
  'expected the fields watch, quietHours, pingsPerDay and ping, each of them optional',
);
export type WarningsSection = z.infer<typeof WarningsSection>;
