import { describe, expect, it } from 'vitest';
import {
  addressSecrets,
  calledAddress,
  driverAddress,
  isPostgresAddress,
  isReadableAddress,
} from '../../../src/adapters/state/postgres-address.ts';
import { postgresInWords } from '../../../src/adapters/state/postgres-problem.ts';

describe('the address of a database', () => {
  it.each([
    [
      'postgres://u:p%40ss@db.example.net:6432/staunch?sslmode=require',
      'PostgreSQL staunch at db.example.net:6432',
    ],
    ['postgresql://u@db/staunch', 'PostgreSQL staunch at db'],
    ['postgres://staunch@/state?host=/run/postgresql', 'PostgreSQL state at /run/postgresql'],
    ['POSTGRES://staunch@[::1]', 'PostgreSQL staunch at [::1]'],
    ['postgres://', 'PostgreSQL postgres at localhost'],
  ])('%s is called %s', (address, called) => {
    expect(isPostgresAddress(address)).toBe(true);
    expect(isReadableAddress(address)).toBe(true);
    expect(calledAddress(address)).toBe(called);
  });

  it.each([['/var/lib/staunch'], ['postgres'], ['https://db'], ['postgres://u:p@[']])(
    '%s is none',
    address => {
      expect(isReadableAddress(address)).toBe(false);
    },
  );

  it.each([
    ['require', 'verify-full'],
    ['prefer', 'verify-full'],
    ['verify-ca', 'verify-full'],
    ['verify-full', 'verify-full'],
    ['no-verify', 'no-verify'],
    ['disable', 'disable'],
  ])('with sslmode=%s is taken as %s', (given, taken) => {
    const address = driverAddress(`postgres://u:p@db/staunch?sslmode=${given}`);
    expect(new URL(address).searchParams.get('sslmode')).toBe(taken);
  });

  it('has its password among the secrets, as written and as meant', () => {
    expect(addressSecrets('postgres://u:p%40ss@db/staunch')).toEqual(['p%40ss', 'p@ss']);
    expect(addressSecrets('postgres://u@db/staunch?password=word')).toEqual(['word']);
    expect(addressSecrets('postgres://u:50%off@db/staunch')).toEqual(['50%off']);
    expect(addressSecrets('postgres://u@db/staunch')).toEqual([]);
  });
});

describe('a problem of PostgreSQL', () => {
  const coded = (code: string, message = 'said so') => Object.assign(new Error(message), { code });
  it.each([
    ['57P01', 'unreachable', /does not answer \(said so\)/],
    ['08006', 'unreachable', /psql/],
    ['ECONNRESET', 'unreachable', /goes on by itself/],
    ['28P01', 'unreachable', /Check user and password/],
    ['3D000', 'absent', /createdb/],
    ['25006', 'read-only', /standby/],
    ['42501', 'read-only', /may create tables/],
    ['53100', 'disk-full', /no room left/],
    ['53300', 'busy', /pg_stat_activity/],
    ['57014', 'busy', /not saved/],
    ['40P01', 'busy', /not saved/],
    ['25P03', 'busy', /held it up/],
    ['58030', 'disk-error', /server's log/],
    ['XX001', 'damaged', /last backup/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unreachable', /sslrootcert=FILE/],
  ])('%s is %s in words', (code, kind, words) => {
    expect(postgresInWords(coded(code), 'PostgreSQL staunch at db')).toMatchObject({
      kind,
      message: expect.stringMatching(words),
    });
  });

  it.each([['Connection terminated unexpectedly'], ['timeout expired'], ['Query read timeout']])(
    'that the driver only says ("%s") is in words too',
    message => {
      expect(postgresInWords(new Error(message), 'db')).toMatchObject({ name: 'StateProblem' });
    },
  );

  it('that is a mistake of ours stays as it was', () => {
    for (const error of [coded('23505'), coded('42P01'), new TypeError('x'), 'text']) {
      expect(postgresInWords(error, 'db')).toBe(error);
    }
  });
});
