import type { Button } from '@slack/types';
import { ACTION } from '../action-ids.ts';
import { button } from './block-parts.ts';

const NAMED = 3;
/** A message holds several buttons, and each value counts towards its length; the modal finds the rest. */
export const IDS_IN_VALUE = 40;
const EVIDENCE_ID = /^E[1-9][0-9]{0,4}$/;
/** What a run's id looks like: letters, digits and dashes, as all of our ids. */
const RUN_ID = /^[\w-]{1,100}$/;

/** What a press on a button about evidence asks for. */
export interface EvidenceAsked {
  readonly runId: string;
  /** The ids behind one claim; absent for all evidence. */
  readonly ids?: readonly string[];
}

/** The button at a claim: `E1, E4`, opening the lines behind it; undefined without any. */
export function evidenceButton(runId: string, evidence: readonly string[]): Button | undefined {
  const ids = [...new Set(evidence)].filter(id => EVIDENCE_ID.test(id));
  if (ids.length === 0) return undefined;
  const named = ids.slice(0, NAMED).join(', ');
  const more = ids.length - NAMED;
  return button(
    more > 0 ? `${named} +${more}` : named,
    ACTION.openEvidence,
    `${runId} ${ids.slice(0, IDS_IN_VALUE).join(',')}`,
    {
      label: `Open the lines ${named}${more > 0 ? ` and ${more} more` : ''}`,
    },
  );
}

/** Reads the value of Show evidence (`RUN`) and of a claim's button (`RUN E1,E4`); undefined for anything else. */
export function evidenceAsked(value: string | undefined): EvidenceAsked | undefined {
  const [runId = '', list, ...rest] = (value ?? '').split(' ');
  if (!RUN_ID.test(runId) || rest.length > 0) return undefined;
  if (list === undefined) return { runId };
  const ids = list.split(',');
  return ids.every(id => EVIDENCE_ID.test(id)) ? { runId, ids } : undefined;
}
