import { afterAll, beforeAll } from 'vitest';
import { PostgresServer } from './postgres-server.ts';

/** A server for the tests of a file. */
export function postgresServer(): { readonly server: PostgresServer } {
  let started: PostgresServer | undefined;
  beforeAll(async () => {
    started = await PostgresServer.start();
  });
  afterAll(() => started?.stop());
  return {
    get server() {
      if (!started) throw new Error('not before the tests');
      return started;
    },
  };
}
