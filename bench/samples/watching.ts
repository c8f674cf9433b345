import { measureShared } from './shared-servers.ts';
import { measureStored } from './stored-servers.ts';

/**
 * What watching costs.
 *
 *     node bench/samples/watching.ts stored     this process: 1,000 servers, a state on disk
 *     node bench/samples/watching.ts shared     two processes on PostgreSQL, one of which is killed; seven minutes
 */
const measures = {
  stored: measureStored,
  shared: measureShared,
};
const say = (text: string) => void process.stdout.write(`${text}\n`);
const [name] = process.argv.slice(2);
for (const [each, measure] of Object.entries(measures))
  if (name === undefined || name === each) await measure(say);
