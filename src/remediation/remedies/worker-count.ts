import { type Remedy, rangeRefusal, refused } from '../remedy.ts';
import { placeOptions } from './placed-options.ts';

const MOST_WORKERS = 512;

/** How many workers Gunicorn keeps. Whether the memory holds them is looked at before anybody is asked. */
export const workerCount: Remedy<'worker-count'> = {
  id: 'worker-count',
  lowRisk: false,
  draft(unit, { workers }) {
    const outside = rangeRefusal([['workers', workers, 1, MOST_WORKERS]]);
    if (outside !== undefined) return refused(outside);
    return placeOptions(unit, { workers }, { settings: { workers }, workers });
  },
};
