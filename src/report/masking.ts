import { z } from 'zod';
import type { DiagnosisDocument } from './diagnosis-document.ts';
import { withTextsChanged } from './document-texts.ts';
import { maskAddresses } from './masked-addresses.ts';
import { maskNamedSecrets } from './masked-names.ts';
import { maskQueries } from './masked-queries.ts';
import { maskUserinfo } from './masked-userinfo.ts';
import { extraPatternProblem, MASK, maskShapes } from './masking-rules.ts';

/** How masking is set up; everything has a default that hides more rather than less. */
export const MaskingSettings = z.strictObject({
  /**
   * Secret of this installation. With it the same client always gets the same pseudonym (`ip-3f2a9c`);
   * without it addresses become `[ip]`, for a pseudonym without a secret could be reversed by trying all.
   */
  pseudonymKey: z.string().min(16).optional(),
  /** Addresses that are shown: the upstream peers and servers of the service. Loopback always is. */
  keepAddresses: z.array(z.string()).readonly().optional(),
  /** Values in query strings; names and paths stay in any case, and so do secrets hidden. */
  queryValues: z.enum(['hide', 'keep-short-numbers', 'keep']).optional(),
  /** More to hide: regular expressions with bounded repetition, such as `ACCT-\d{6,12}`. */
  extraPatterns: z
    .array(
      z.string().check(context => {
        const problem = extraPatternProblem(context.value);
        if (problem !== undefined)
          context.issues.push({ code: 'custom', message: problem, input: context.value });
      }),
    )
    .max(50)
    .readonly()
    .optional(),
});
export type MaskingSettings = z.infer<typeof MaskingSettings>;

/** Hides what must not leave the machine. Masking what is masked already changes nothing. */
export type Mask = (text: string) => string;

/** One pass can uncover what a later one sees (an address in front of a hidden value); three were never needed. */
const PASSES = 6;

/**
 * The one step that everything passes before it is stored, posted or shown to a model: secrets, e-mail
 * addresses, client addresses, cookies and query values go; times, pids, units, statuses and the words of
 * NGINX, Gunicorn and the kernel stay. Takes time in proportion to the text.
 *
 * @throws when the settings are not valid: check them with `MaskingSettings` where they are read
 */
export function createMasking(settings: MaskingSettings = {}): Mask {
  const {
    pseudonymKey,
    keepAddresses = [],
    queryValues = 'keep-short-numbers',
    extraPatterns = [],
  } = MaskingSettings.parse(settings);
  const extra = extraPatterns.map(pattern => new RegExp(pattern, 'gu'));
  const addresses = maskAddresses(pseudonymKey, keepAddresses);
  const pass = (text: string): string => {
    let masked = maskShapes(maskUserinfo(text));
    masked = maskNamedSecrets(maskQueries(masked, queryValues));
    masked = addresses(masked);
    return extra.reduce((shown, pattern) => shown.replace(pattern, MASK), masked);
  };
  return text => {
    let masked = text;
    for (let count = 0; count < PASSES; count++) {
      const again = pass(masked);
      if (again === masked) return masked;
      masked = again;
    }
    return masked;
  };
}

/** A document with every sentence and raw line masked; ids, instants, counts and names of servers stay. */
export function maskDocument(document: DiagnosisDocument, mask: Mask): DiagnosisDocument {
  return withTextsChanged(document, { text: mask, name: name => name });
}
