import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { remediationContract } from './remediation/remediation-contract.ts';
import { START_MS } from './sample.ts';
import { sampleContract } from './samples/sample-contract.ts';
import { stateContract } from './state-contract.ts';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'staunch-state-'));
  const state = await openState(folder, { clock: { nowMs: () => START_MS } });
  return {
    state,
    async close() {
      await state.close();
      await rm(folder, { recursive: true });
    },
  };
}

stateContract('SQLite', open);
sampleContract('SQLite', open, 1_000);
remediationContract('SQLite', open);
