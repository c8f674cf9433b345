import type { ServiceGrowth } from '../growth/growth-finding.ts';
import { byteWords } from './byte-words.ts';

type Limit = Pick<ServiceGrowth, 'limit' | 'limitBytes'>;

/** `MemoryMax 1.5 GB`, `MemoryHigh 1.2 GB`, `the 8 GB of the host`; `its memory limit` where none is known. */
export function limitWords({ limit, limitBytes }: Limit): string {
  const size = limitBytes === undefined ? undefined : byteWords(limitBytes);
  switch (limit) {
    case 'memory-max':
      return size === undefined ? 'MemoryMax' : `MemoryMax ${size}`;
    case 'memory-high':
      return size === undefined ? 'MemoryHigh' : `MemoryHigh ${size}`;
    case 'host':
      return size === undefined ? 'the memory of the host' : `the ${size} of the host`;
    default:
      return 'its memory limit';
  }
}

/** What happens there, in a sentence; empty where no limit is known. */
export function limitEffect({ limit }: Limit): string {
  switch (limit) {
    case 'memory-max':
      return 'There the kernel kills a worker, and what it serves at that moment fails with 502.';
    case 'memory-high':
      return 'There the kernel holds the whole unit back: it becomes slow, and time-outs and 504s follow.';
    case 'host':
      return 'There the kernel kills a process of the host, and not always one of this service.';
    default:
      return '';
  }
}
