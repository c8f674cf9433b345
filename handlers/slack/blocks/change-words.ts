import type { ChangeView } from '../../../src/workflows/change-ports.ts';
import type { ApplyState, ProposalState } from '../../../src/workflows/remediation-ports.ts';

/** How a change stands, as a sign and a word; never the sign alone. */
const STANDING: Readonly<Record<ProposalState, readonly [sign: string, words: string]>> = {
  open: ['📝', 'needs approval'],
  approved: ['👍', 'approved, begins now'],
  applying: ['⏳', 'being applied'],
  done: ['✅', 'applied and verified'],
  'rolled-back': ['↩', 'taken back'],
  unknown: ['❔', 'not known whether it is applied'],
  failed: ['❗', 'failed'],
  stale: ['🔁', 'out of date, nothing was written'],
  rejected: ['🚫', 'rejected'],
  expired: ['⌛', 'expired, nothing was done'],
  superseded: ['➡', 'replaced by a newer proposal'],
};

/** By hand there is nothing to approve: a person does it. */
const BY_HAND: Readonly<Partial<Record<ProposalState, readonly [string, string]>>> = {
  open: ['✋', 'to be applied by hand'],
  done: ['✅', 'applied by hand'],
};

export function standingOf(view: ChangeView): { readonly sign: string; readonly words: string } {
  const { state } = view.proposal;
  const [sign, words] = (isByHand(view) ? BY_HAND[state] : undefined) ?? STANDING[state];
  return { sign, words };
}

/** No server of it is Staunch's to change. */
export function isByHand({ proposal }: ChangeView): boolean {
  return proposal.plan.servers.length === 0;
}

/** How a server gets on. */
const STEP: Readonly<Record<ApplyState, readonly [sign: string, words: string]>> = {
  waiting: ['·', 'waits its turn'],
  claimed: ['◦', 'being checked on the server …'],
  checked: ['◦', 'checked; being written …'],
  written: ['◦', 'written; being activated …'],
  reloaded: ['◦', 'in force; being verified …'],
  verified: ['◦', 'verified; being confirmed …'],
  watching: ['👀', 'confirmed; being watched …'],
  unknown: ['❔', 'not known: the server cannot be asked; it is asked again and again'],
  done: ['✓', 'applied and verified'],
  'rolled-back': ['↩', 'taken back: the old bytes are in place again'],
  stale: ['✗', 'not written: something had changed since the plan'],
  failed: ['✗', 'failed'],
  skipped: ['–', 'not begun'],
};

export function stepWords(state: ApplyState): { readonly sign: string; readonly words: string } {
  const [sign, words] = STEP[state];
  return { sign, words };
}

/** The first digits, as people compare them. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 4)} ${digest.slice(4, 8)}`;
}

/** What a button of a card carries: the proposal, and which plan of it was seen. */
export function changeValue({ proposal }: ChangeView): string {
  return `${proposal.id} ${proposal.digest.slice(0, 16)}`;
}

export interface PressedChange {
  readonly proposalId: string;
  /** The first 16 digits of the digest that was seen. */
  readonly digestStart: string;
}

/** Reads such a value; undefined for anything else, from wherever it may come. */
export function changeOfValue(value: string | undefined): PressedChange | undefined {
  const found = /^(?<id>[0-9a-zA-Z-]{1,80}) (?<start>[0-9a-f]{16})$/.exec(value ?? '')?.groups;
  return found && { proposalId: found.id ?? '', digestStart: found.start ?? '' };
}
