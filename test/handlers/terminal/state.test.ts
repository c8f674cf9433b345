import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stateBackup, stateRestore } from '../../../handlers/terminal/state.ts';
import { backUpState, restoreState } from '../../../src/adapters/state-keeping.ts';
import { practiceSlack } from '../../acceptance/chat/practised-staunch.ts';
import { anIncident, aRun } from '../../adapters/state/sample.ts';
import { temporaryState } from '../../adapters/state/temporary-state.ts';
import { realEnvironment, realThing, StartedProcess } from './started-process.ts';

const temporary = temporaryState();

/** The commands on the temporary state, with what they write. */
function commands() {
  const { folder, clock } = temporary;
  const out: string[] = [];
  const errors: string[] = [];
  const context = {
    write: (text: string) => void out.push(text),
    writeError: (text: string) => void errors.push(text),
    state: {
      folder,
      backUp: (file: string) => backUpState(folder, file),
      restore: (file: string) => restoreState(file, folder, clock),
    },
  };
  return {
    backup: (file: string) => stateBackup({ file }, context),
    restore: (file: string) => stateRestore({ file }, context),
    out: () => out.join(''),
    errors: () => errors.join(''),
  };
}

const made = (id: string) =>
  temporary.make(async state => state.incidents.open(anIncident(id), aRun(`${id}-1`)));
const incidents = () => temporary.raw('select id from incident order by id').map(row => row.id);
const copy = () => join(temporary.folder, 'copy.db');

describe('staunch state', () => {
  it('backs up and restores, and keeps what was there before', async () => {
    await made('i1');
    const { backup, restore, out, errors } = commands();
    expect(await backup(copy())).toBe(0);
    expect(out()).toMatch(/^Backed up .* to .*copy\.db \(\d+(\.\d)? [KM]iB\), and checked the copy\./);
    expect(statSync(copy()).mode & 0o777).toBe(0o600);
    await made('i2');
    expect(await restore(copy())).toBe(0);
    expect(errors()).toBe('');
    expect(incidents()).toEqual(['i1']);
    const kept = /kept as (\S+);/.exec(out())?.[1] ?? '';
    expect(temporary.raw('select id from incident order by id', kept).map(row => row.id)).toEqual([
      'i1',
      'i2',
    ]);
  });

  it('restores to a folder that has no state yet', async () => {
    await made('i1');
    await commands().backup(copy());
    const folder = join(temporary.folder, 'elsewhere');
    expect(await restoreState(copy(), folder, temporary.clock)).toEqual({ ok: true });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(existsSync(join(folder, 'state.db'))).toBe(true);
  });

  it('backs up while it is worked with, and refuses to restore then', async () => {
    const state = await temporary.open();
    await state.incidents.open(anIncident('i1'), aRun('i1-1'));
    const { backup, restore, errors } = commands();
    expect(await backup(copy())).toBe(0);
    expect(await restore(copy())).toBe(1);
    expect(errors()).toMatch(
      new RegExp(
        `^Nothing was restored, and the state is as it was\\. .* in use by process ${process.pid} .*Stop`,
      ),
    );
    await state.incidents.open(anIncident('i2'), aRun('i2-1'));
  });

  it.each<[string, () => Promise<string> | string, 'backup' | 'restore', RegExp]>([
    [
      'to overwrite a backup',
      () => {
        writeFileSync(copy(), 'kept');
        return copy();
      },
      'backup',
      /copy\.db is there already and was left alone\. Name a new file/,
    ],
    [
      'to back up into a folder that is not there',
      () => join(temporary.folder, 'none', 'copy.db'),
      'backup',
      /none/,
    ],
    [
      'to restore a file that is not there',
      () => copy(),
      'restore',
      /There is no file .*copy\.db\. Name the backup/,
    ],
    [
      'to restore what is no state',
      () => {
        writeFileSync(copy(), 'not a database, but long enough to be one'.repeat(100));
        return copy();
      },
      'restore',
      /copy\.db is not a state file of Staunch, so it was not restored/,
    ],
    [
      'to restore an empty file',
      () => {
        writeFileSync(copy(), '');
        return copy();
      },
      'restore',
      /not restored|is empty/,
    ],
    ['to restore a folder', () => temporary.folder, 'restore', /is a folder\. Name the file in it/],
    [
      'to restore a damaged backup',
      async () => {
        await commands().backup(copy());
        const bytes = readFileSync(copy());
        bytes.fill(0xff, 4096, 3 * 4096);
        writeFileSync(copy(), bytes);
        return copy();
      },
      'restore',
      /is damaged, so it was not restored\. Try an earlier backup/,
    ],
  ])('refuses %s and changes nothing', async (_, file, verb, problem) => {
    await made('i1');
    const named = await file();
    const before = readdirSync(temporary.folder).sort();
    const there = existsSync(copy()) ? readFileSync(copy()) : undefined;
    const command = commands();
    expect(await command[verb](named)).toBe(1);
    expect(command.errors()).toMatch(problem);
    expect(command.errors()).not.toMatch(/undefined|\[object|\.staunch-[0-9a-f]{12}/);
    expect(command.out()).toBe('');
    expect(readdirSync(temporary.folder).sort()).toEqual(before);
    if (there) expect(readFileSync(copy()).equals(there)).toBe(true);
    expect(incidents()).toEqual(['i1']);
  });

  it('refuses to back up where Staunch has not run yet', async () => {
    const command = commands();
    expect(await command.backup(copy())).toBe(1);
    expect(command.errors()).toMatch(/^Nothing was backed up\. There is no .*state\.db: Staunch has not run/);
    expect(readdirSync(temporary.folder)).toEqual([]);
  });

  it('works by command beside a Staunch that runs, and restores when that has stopped', async () => {
    const slack = await practiceSlack();
    const env = realEnvironment(slack);
    const staunch = realThing(slack, env);
    await staunch.until(/connected to Acme/);
    const backup = StartedProcess.staunch(['state', 'backup', copy()], { env });
    expect(await backup.ended).toEqual({ code: 0, signal: null });
    const early = StartedProcess.staunch(['state', 'restore', copy()], { env });
    expect(await early.ended).toEqual({ code: 1, signal: null });
    expect(early.err).toContain(`in use by process ${staunch.pid}`);
    staunch.signal('SIGTERM');
    await staunch.ended;
    copyFileSync(copy(), `${copy()}.moved`);
    const restore = StartedProcess.staunch(['state', 'restore', `${copy()}.moved`], { env });
    expect(await restore.ended).toEqual({ code: 0, signal: null });
    const again = realThing(slack, env);
    await again.until(/connected to Acme/);
    again.signal('SIGTERM');
    expect(await again.ended).toEqual({ code: 0, signal: null });
  });
});
