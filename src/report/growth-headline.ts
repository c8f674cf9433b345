import type { ServiceGrowth } from '../growth/growth-finding.ts';
import { limitWords } from './limit-words.ts';

/** `2 of 4 workers of checkout grow`, or that they are at their limit without growing. */
export function growthHeadline(growth: ServiceGrowth): string {
  const { service, workers, growing, limit } = growth;
  const all = `of ${workers.length} ${workers.length === 1 ? 'worker' : 'workers'} of ${service}`;
  if (workers.length === 0) return `no worker of ${service} was seen`;
  const warned = workers.filter(({ severity }) => severity !== 'calm').length;
  if (growing === 0 && warned > 0)
    return `${warned} ${all} ${warned === 1 ? 'is' : 'are'} at ${limitWords({ ...(limit && { limit }) })}`;
  if (growing === 0) return `none ${all} ${workers.length === 1 ? 'grows' : 'grow'}`;
  return `${growing} ${all} ${growing === 1 ? 'grows' : 'grow'}`;
}

/** What it means that few of many grow; undefined when at least half do. */
export function fewGrow({ workers, growing }: ServiceGrowth): string | undefined {
  if (growing === 0 || growing * 2 >= workers.length) return undefined;
  const [which, they] = growing === 1 ? ['one', 'it'] : ['some', 'them'];
  return `Only ${which} of ${workers.length}: more often a stuck job or a very large request in ${they} than a leak that all share.`;
}
