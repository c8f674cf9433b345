import type { ChangeRefusal } from './change-asking.ts';
import type { Freeze } from './freeze.ts';
import { type NameOf, refusalWords } from './refusal-words.ts';

/** Why a decision about a change did not count, and what to do next: plain sentences without markup or mention. */
export function changeRefusalWords(refusal: ChangeRefusal, nameOf: NameOf = () => undefined): string {
  switch (refusal.reason) {
    case 'in-private':
      return 'Changes are proposed and decided where others see it. Do it in the channel of the service.';
    case 'own-change':
      return refusal.tier === 'production'
        ? 'You asked for this change, and on production somebody else must approve it. Ask a second approver.'
        : `You asked for this change, and somebody else must approve it. Where that is too much for ${refusal.tier}, an admin of Staunch can allow it under changes.ownApproval in staunch.yml.`;
    case 'freeze':
      return `Nothing is changed now: ${freezeWords(refusal.freeze)}. Ask again afterwards; whoever stands under changes.breakGlass in staunch.yml can apply it meanwhile, with a reason that everybody reads.`;
    case 'nobody-breaks-glass':
      return `Nobody may apply a change without approvals, because staunch.yml names nobody for it. Ask whoever runs Staunch to add somebody under changes.breakGlass; your member ID is ${refusal.person}.`;
    case 'not-break-glass':
      return `Only some people may apply a change without approvals, and you are not among them. ${namesIn(refusal.holders.map(nameOf))}`;
    default:
      return refusalWords(refusal, nameOf);
  }
}

/** `a freeze until 2027-01-02 08:00 (Europe/Berlin), "Christmas"`. */
export function freezeWords({ to, timeZone, reason }: Freeze): string {
  return `a freeze until ${to} (${timeZone})${reason === undefined ? '' : `, "${reason}"`}`;
}

function namesIn(names: readonly (string | undefined)[]): string {
  const known = names.filter(name => name !== undefined).slice(0, 3);
  return known.length === 0
    ? 'They stand under changes.breakGlass in staunch.yml.'
    : `Ask ${known.length < 2 ? known.join('') : `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`}.`;
}
