import { openState } from '../../../src/adapters/state/open-state.ts';
import { postgresServer } from './postgres-for-tests.ts';
import { remediationContract } from './remediation/remediation-contract.ts';
import { START_MS } from './sample.ts';
import { sampleContract } from './samples/sample-contract.ts';
import { stateContract } from './state-contract.ts';

const postgres = postgresServer();
let address: Promise<string> | undefined;

async function open() {
  address ??= postgres.server.address();
  const place = await address;
  const state = await openState(place, { clock: { nowMs: () => START_MS } });
  return {
    state,
    async close() {
      await state.close();
      await postgres.server.empty(place);
    },
  };
}

stateContract('PostgreSQL', open, 25);
sampleContract('PostgreSQL', open, 25);
remediationContract('PostgreSQL', open);
