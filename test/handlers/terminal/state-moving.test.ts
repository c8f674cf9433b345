import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stateCheck, stateExport, stateImport } from '../../../handlers/terminal/state.ts';
import {
  checkStateOf,
  exportStateOf,
  importStateTo,
  keptElsewhere,
} from '../../../src/adapters/state-keeping.ts';
import { fillState } from '../../adapters/state/filled-state.ts';
import { temporaryState } from '../../adapters/state/temporary-state.ts';

const temporary = temporaryState();
const file = () => join(temporary.folder, 'state.export');

/** The commands on the state of a folder, with what they write. */
function commands(folder = temporary.folder, other: NodeJS.ProcessEnv = {}) {
  const { clock } = temporary;
  const environment = { STAUNCH_STATE_DIR: folder, ...other };
  const out: string[] = [];
  const errors: string[] = [];
  const context = {
    write: (text: string) => void out.push(text),
    writeError: (text: string) => void errors.push(text),
    state: {
      exportTo: (name: string) => exportStateOf(environment, name, clock),
      importFrom: (name: string) => importStateTo(environment, name, clock),
      check: () => checkStateOf(environment, clock),
    },
  };
  return {
    export: (name = file()) => stateExport({ file: name }, context),
    import: (name = file()) => stateImport({ file: name }, context),
    check: () => stateCheck(context),
    out: () => out.join(''),
    errors: () => errors.join(''),
  };
}

describe('staunch state', () => {
  it('exports, imports and checks, and says what there is', async () => {
    await temporary.make(fillState);
    const here = commands();
    expect(await here.export()).toBe(0);
    expect(here.out()).toMatch(
      /^Exported \S+ to \S+state\.export \(\d+ KiB\):\n {2}incidents: 3\n {2}diagnoses: 2\n/,
    );
    expect(here.out()).toMatch(
      /lines of evidence: 700\n[\s\S]*days of samples, thinned: 1\n[\s\S]*keep it where only you/,
    );
    const there = commands(join(temporary.folder, 'elsewhere'));
    expect(await there.import()).toBe(0);
    expect(there.out()).toMatch(/^Imported \S+ to \S+elsewhere:\n[\s\S]*Staunch can be started\.\n$/);
    expect(await there.check()).toBe(0);
    expect(there.out()).toMatch(
      /elsewhere\/state\.db is sound\.\nIts tables are up to date\. At work with it: nobody\.\n {2}incidents: 3/,
    );
    expect(there.errors() + here.errors()).toBe('');
  });

  it('says who works with it', async () => {
    await temporary.open();
    const command = commands();
    expect(await command.check()).toBe(0);
    expect(command.out()).toMatch(new RegExp(`At work with it: process ${process.pid} on \\S+\\.\\n`));
  });

  it('says what cannot be read, and fails', async () => {
    await temporary.make(fillState);
    temporary.raw("update unit_hour set body = x'01ffff'");
    const command = commands();
    expect(await command.check()).toBe(1);
    expect(command.out()).toMatch(/is NOT sound\.\n {2}1 of 1 rows of unit_hour cannot be read/);
  });

  it.each<[string, (command: ReturnType<typeof commands>) => Promise<number>, RegExp]>([
    ['export of nothing', command => command.export(), /^Nothing was exported\. There is no .*has not run/],
    ['import of nothing', command => command.import(), /^Nothing was imported\. There is no file/],
    ['import of a folder', command => command.import(temporary.folder), /is a folder\. Name the file in it/],
    ['check of nothing', command => command.check(), /^The state could not be checked\. There is no/],
    ['export into nowhere', command => command.export('/no/such/x'), /There is no folder .*no.such/],
  ])('refuses an %s in words', async (_, work, problem) => {
    const command = commands(join(temporary.folder, 'none'));
    expect(await work(command)).toBe(1);
    expect(command.errors()).toMatch(problem);
    expect(command.out()).toBe('');
  });

  it('goes where STAUNCH_DATABASE_URL points, and says so without its password', async () => {
    const environment = { STAUNCH_DATABASE_URL: 'postgres://u:s3cret@127.0.0.1:1/staunch' };
    const command = commands(temporary.folder, environment);
    expect(await command.check()).toBe(1);
    expect(command.errors()).toMatch(/PostgreSQL staunch at 127\.0\.0\.1:1 does not answer/);
    expect(keptElsewhere(environment)).toMatchObject({ problem: expect.stringMatching(/pg_dump/) });
    expect(keptElsewhere({ STAUNCH_STATE_DIR: '/s' })).toBeUndefined();
    const unreadable = commands(temporary.folder, { STAUNCH_DATABASE_URL: 'mysql://u:s3cret@db' });
    expect(await unreadable.export()).toBe(1);
    expect(unreadable.errors()).toMatch(/STAUNCH_DATABASE_URL cannot be read/);
    expect(command.errors() + unreadable.errors()).not.toContain('s3cret');
  });
});
