import { readFileSync } from 'node:fs';
import { SshOperator } from '../../src/adapters/ssh/ssh-operator.ts';
import type { Server } from '../../src/inventory/registry.ts';

/**
 * One call of the operator, in the network of the hosts: `operating.ts FILE`, where FILE holds the server, the method and
 * its arguments as JSON. Prints the answer.
 */
const { server, method, args } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  server: Server;
  method: 'state' | 'check' | 'apply' | 'status' | 'confirm' | 'rollback';
  args: readonly unknown[];
};
const operator = new SshOperator();
const call = operator[method] as (server: Server, ...args: readonly unknown[]) => Promise<unknown>;
process.stdout.write(JSON.stringify(await call.call(operator, server, ...args)));
await operator.close();
