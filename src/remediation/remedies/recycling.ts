import { type Remedy, rangeRefusal, refused } from '../remedy.ts';
import { placeOptions } from './placed-options.ts';

/** Below this a worker of a busy service lives for seconds; above, it never leaves. */
const LEAST_REQUESTS = 100;
const MOST_REQUESTS = 1_000_000;

/** `max_requests` and `max_requests_jitter` together: the jitter is what keeps workers from leaving at once. */
export const recycling: Remedy<'recycling'> = {
  id: 'recycling',
  lowRisk: false,
  draft(unit, { maxRequests, maxRequestsJitter }) {
    const outside = rangeRefusal([
      ['max_requests', maxRequests, LEAST_REQUESTS, MOST_REQUESTS],
      ['max_requests_jitter', maxRequestsJitter, 0, MOST_REQUESTS],
    ]);
    if (outside !== undefined) return refused(outside);
    return placeOptions(
      unit,
      { 'max-requests': maxRequests, 'max-requests-jitter': maxRequestsJitter },
      { settings: { maxRequests, maxRequestsJitter } },
    );
  },
};
