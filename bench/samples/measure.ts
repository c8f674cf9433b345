import type { Part } from '../part.ts';
import { missingOf } from '../programs.ts';
import { measureStorage } from './storage.ts';
import { measureTarget } from './target-cost.ts';

/** What sampling costs the watched server, and what keeping samples costs here. */
export const samplesPart: Part = {
  name: 'samples',
  about: 'a sample of 50 workers at the target beside ps; 10 million samples stored beside a row for each',
  async measure(say) {
    const target = await measureTarget(say);
    const storage = await measureStorage(say);
    return {
      tables: [target.table, storage.table],
      goals: [...target.goals, ...storage.goals],
      leftOut: missingOf(['python3']),
    };
  },
};
