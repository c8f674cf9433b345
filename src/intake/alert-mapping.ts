import { z } from 'zod';
import { NAME_FORM, NAME_PATTERN } from '../inventory/name-form.ts';
import { POINTER_FORM, POINTER_PATTERN } from './json-pointer.ts';

const Pointer = z.string(POINTER_FORM).regex(POINTER_PATTERN, POINTER_FORM);
const WAYS_FORM =
  'expected one path such as /data/issue/id, or a list of them of which the first that leads somewhere counts';
const Ways = z
  .union([Pointer, z.array(Pointer).min(1).max(10)], WAYS_FORM)
  .transform(ways => (typeof ways === 'string' ? [ways] : ways));
const WORDS_FORM =
  'expected a list of words, e.g. [triggered, created]; small and capital letters are the same';
const Words = z
  .array(z.string().min(1).max(100), WORDS_FORM)
  .transform(words => words.map(word => word.toLowerCase()));

const HEADER_FORM = 'expected the name of a header, e.g. x-signature';
const Signature = z.strictObject(
  {
    header: z
      .string(HEADER_FORM)
      .regex(/^[A-Za-z0-9-]{1,60}$/, HEADER_FORM)
      .transform(name => name.toLowerCase())
      .describe('The header with the HMAC-SHA256, in hex.'),
    prefix: z
      .string()
      .max(20)
      .default('')
      .describe(
        'What stands before the hex, e.g. "v1="; several signatures may stand side by side with commas.',
      ),
    over: z
      .enum(['body', 'timestamp.body'], 'expected body or timestamp.body')
      .default('timestamp.body')
      .describe('What is signed: the body alone, or the value of timestampHeader, a dot and the body.'),
    timestampHeader: z
      .string(HEADER_FORM)
      .regex(/^[A-Za-z0-9-]{1,60}$/, HEADER_FORM)
      .transform(name => name.toLowerCase())
      .default('x-staunch-timestamp')
      .describe('The header with the seconds since 1970 at which it was sent.'),
  },
  'expected { header, prefix, over, timestampHeader }, each of them optional but header',
);
export type SignatureForm = z.infer<typeof Signature>;

/**
 * How the JSON of one kind of sender tells an alert: paths, no code. All of them start at the alert; where `alerts`
 * names a list, at each entry of it.
 */
export const AlertMapping = z.strictObject(
  {
    id: z
      .string(NAME_FORM)
      .regex(NAME_PATTERN, NAME_FORM)
      .describe('The last part of the address it is sent to, and the name of its secret.'),
    title: z.string().min(1).max(60).describe('What people call the sender.'),
    authentication: z
      .union(
        [z.literal('token'), z.strictObject({ signature: Signature })],
        'expected token, or { signature: … }',
      )
      .optional()
      .describe("How a delivery proves where it comes from; Staunch's own signature when not said."),
    alerts: Pointer.default('').describe(
      'Where the alert, or the list of alerts, is; the whole payload when not said.',
    ),
    fingerprint: Ways.describe('What is the same each time the same alert is told.'),
    name: Ways.describe('What the alert is called.'),
    summary: Ways.optional().describe('One sentence about it.'),
    state: z
      .strictObject(
        {
          from: Ways,
          firing: Words.default([]),
          resolved: Words.default([]),
          otherwise: z
            .enum(['firing', 'resolved', 'ignored'], 'expected firing, resolved or ignored')
            .default('ignored'),
        },
        'expected { from, firing, resolved, otherwise }',
      )
      .describe('Which words say that it fires, and which that it is over; every other one is `otherwise`.'),
    startsAt: Ways.optional().describe(
      'When it began: ISO 8601, or seconds or ms since 1970; when it came if not said.',
    ),
    sentAt: Ways.optional().describe(
      'When it was sent. What is older than a day is refused: a signature over the body alone never ends.',
    ),
    labels: z
      .record(
        z.string().min(1).max(200),
        Ways,
        'expected a map of label to path, e.g. service: /service/name',
      )
      .default({})
      .describe('Labels, by name: service and host tell where an alert belongs.'),
    tags: z
      .array(
        z.strictObject(
          {
            from: Pointer,
            form: z.enum(['map', 'pairs', 'list', 'text'], 'expected map, pairs, list or text'),
          },
          'expected { from, form }',
        ),
      )
      .max(5)
      .default([])
      .describe(
        'More labels: a map; a list of pairs [name, value] or { key, value }; a list of "name:value"; or such a list as one text with commas.',
      ),
  },
  'expected the fields of a mapping: id, title, fingerprint, name and state at least',
);
export type AlertMapping = z.infer<typeof AlertMapping>;

/** Staunch's own signature, for senders that can sign as they are told. */
export const OWN_SIGNATURE: SignatureForm = {
  header: 'x-staunch-signature',
  prefix: 'v1=',
  over: 'timestamp.body',
  timestampHeader: 'x-staunch-timestamp',
};

/** The JSON schema of a mapping file, for editors (draft 7 is what the YAML language server understands best). */
export function mappingSchema(): object {
  return {
    title: 'How alerts of one sender are read',
    ...z.toJSONSchema(AlertMapping, { target: 'draft-7', io: 'input' }),
  };
}
