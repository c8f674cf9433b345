import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkState } from '../../../src/adapters/state/checking.ts';
import { openState, openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { exportState } from '../../../src/adapters/state/portable-export.ts';
import { importState } from '../../../src/adapters/state/portable-import.ts';
import { exportedLines, fillState } from './filled-state.ts';
import { postgresServer } from './postgres-for-tests.ts';
import { opened, START_MS } from './sample.ts';
import { temporaryState } from './temporary-state.ts';

const postgres = postgresServer();
const temporary = temporaryState();
const open = (address: string) => openState(address, { clock: temporary.clock });
const settled = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => error,
  );

describe('a state in PostgreSQL', () => {
  it('is found again, and can be looked at and checked meanwhile', async () => {
    const address = await postgres.server.address();
    const first = await open(address);
    await opened(first, 'i1');
    const second = await open(address);
    expect(second.epoch).toBe(first.epoch + 1);
    const reading = await openStateForReading(address);
    expect(await reading.incidents.run('i1-1')).toBeDefined();
    await reading.close();
    expect((await checkState(address, START_MS)).workers).toHaveLength(2);
    await first.close();
    await second.close();
    const third = await open(address);
    expect(await third.incidents.running()).toMatchObject([{ id: 'i1-1' }]);
    await third.close();
    expect((await checkState(address, START_MS)).workers).toEqual([]);
  });

  it('moves there from SQLite and back, and is the same', async () => {
    await temporary.make(fillState);
    const address = await postgres.server.address();
    const file = (name: string) => join(temporary.folder, name);
    await exportState(temporary.folder, file('a'), temporary.clock);
    await importState(file('a'), address, { clock: temporary.clock });
    await exportState(address, file('b'), temporary.clock);
    await importState(file('b'), file('back'), { clock: temporary.clock });
    await exportState(file('back'), file('c'), temporary.clock);
    expect(exportedLines(file('c'))).toEqual(exportedLines(file('a')));
    // The engines sort text each in its own way.
    expect(exportedLines(file('b')).toSorted()).toEqual(exportedLines(file('a')).toSorted());
    expect(await settled(importState(file('b'), address, { clock: temporary.clock }))).toMatchObject({
      kind: 'exists',
      message: expect.stringMatching(/^PostgreSQL postgres at .* is not empty/),
    });
    expect(await checkState(address, START_MS)).toMatchObject({ unreadable: {}, rows: { incident: 3 } });
  });

  it.each<[string, string, RegExp, (address: string) => Promise<unknown>]>([
    [
      'has tables of another program',
      'foreign',
      /holds tables of another program \(orders\)\. Nothing was changed/,
      address => postgres.server.run('create table orders (id text)', address),
    ],
    [
      'is of a newer version',
      'newer',
      /newer version of Staunch \(it has 0999-later/,
      async address => {
        await (await open(address)).close();
        await postgres.server.run("insert into kysely_migration values ('0999-later', '2030')", address);
      },
    ],
    [
      'lets nobody write',
      'read-only',
      /takes no changes .*primary, not a standby/,
      async address => {
        const schema = /s[0-9a-f]{12}/.exec(address)?.[0];
        await postgres.server.run(`alter schema ${schema} owner to pg_monitor; create user reader;
          grant usage on schema ${schema} to reader`);
      },
    ],
  ])('is refused when it %s', async (name, kind, words, prepare) => {
    const address = await postgres.server.address();
    await prepare(address);
    const asked = name.includes('nobody') ? address.replace('staunch@', 'reader@') : address;
    expect(await settled(open(asked))).toMatchObject({ kind, message: expect.stringMatching(words) });
  });

  it('is refused to be looked at where Staunch has never run', async () => {
    const address = await postgres.server.address();
    expect(await settled(openStateForReading(address))).toMatchObject({
      kind: 'absent',
      message: expect.stringMatching(/is empty: Staunch has not run with it yet/),
    });
  });
});

describe('a database that cannot be used is told of in words, without its password:', () => {
  it.each<[string, string, RegExp, (good: string) => Promise<string>]>([
    [
      'no server',
      'unreachable',
      /^PostgreSQL staunch at 127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/,
      async () => 'postgres://u:s3cret-word@127.0.0.1:1/staunch',
    ],
    [
      'no such database',
      'absent',
      /^PostgreSQL nowhere at \S+ is not there .*createdb/,
      async good => good.replace('/postgres?', '/nowhere?'),
    ],
    [
      'a refused login',
      'unreachable',
      /refused the login .*pg_hba\.conf/,
      async good => good.replace('staunch@', 'nobody-known:s3cret-word@'),
    ],
    [
      'a server that speaks no TLS',
      'unreachable',
      /could not prove who it is .*sslmode=disable/,
      async () => {
        const server = createServer(socket => socket.once('data', () => socket.end('N')));
        server.listen(0, '127.0.0.1').unref();
        await once(server, 'listening');
        const { port } = server.address() as { port: number };
        return `postgres://u:s3cret-word@127.0.0.1:${port}/staunch?sslmode=require`;
      },
    ],
    [
      'an address that is none',
      'unreachable',
      /percent-encoded/,
      async () => 'postgres://u:s3cret-word@[::/staunch',
    ],
  ])('%s', async (_, kind, words, addressOf) => {
    const address = await addressOf(await postgres.server.address());
    const problem = await settled(open(address));
    expect(problem).toMatchObject({ kind, message: expect.stringMatching(words) });
    expect(problem.message).not.toContain('s3cret-word');
  });
});
