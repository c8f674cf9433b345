import { type Remedy, refused } from '../remedy.ts';

/** Lets one worker finish its requests and leave; Gunicorn starts another one. No file is touched. */
export const recycleWorker: Remedy<'recycle-worker'> = {
  id: 'recycle-worker',
  lowRisk: true,
  draft(unit, { pid, startTicks }) {
    const worker = unit.workers.find(one => one.pid === pid && one.startTicks === startTicks);
    if (worker === undefined) return refused({ reason: 'no-such-worker', pid });
    return {
      ok: true,
      draft: {
        files: [],
        activation: { kind: 'recycle-worker', pid, startTicks },
        settings: { pid, startTicks },
        expected: {},
        inForce: false,
      },
    };
  },
};
