import { afterEach, beforeEach, describe } from 'vitest';
import type { Opening } from '../state-contract.ts';
import { applyContract } from './apply-contract.ts';
import { auditContract } from './audit-contract.ts';
import { consentContract } from './consent-contract.ts';
import { proposalContract } from './proposal-contract.ts';

/** What every keeper of changes must do, whatever database is under it. */
export function remediationContract(name: string, open: () => Promise<Opening>): void {
  describe(`changes in ${name}`, () => {
    let opening: Opening;
    beforeEach(async () => {
      opening = await open();
    });
    afterEach(() => opening.close());
    const state = () => opening.state;

    proposalContract(state);
    consentContract(state);
    applyContract(state);
    auditContract(state);
  });
}
