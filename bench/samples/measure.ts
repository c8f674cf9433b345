import { measureServers } from './many-servers.ts';
import { measureShared } from './shared-servers.ts';
import { measureStored } from './stored-servers.ts';
import { measureTarget } from './target-cost.ts';

/**
 * What watching costs.
 *
 *     node bench/samples/measure.ts target     the watched server: a real sshd, 50 real processes; as root
 *     node bench/samples/measure.ts servers    this process: 1,000 servers in memory
 *     node bench/samples/measure.ts stored     the same with a real state on disk
 *     node bench/samples/measure.ts shared     two processes on PostgreSQL, one of which is killed; seven minutes
 */
const measures = {
  target: measureTarget,
  servers: measureServers,
  stored: measureStored,
  shared: measureShared,
};
const say = (text: string) => void process.stdout.write(`${text}\n`);
const [name] = process.argv.slice(2);
for (const [each, measure] of Object.entries(measures))
  if (name === undefined || name === each) await measure(say);
