import { describe, expect, it } from 'vitest';
import { incidentExport, incidentList } from '../../../handlers/terminal/incident.ts';
import { lookAtState } from '../../../src/adapters/state-keeping.ts';
import { aDocument, opened, START_MS } from '../../adapters/state/sample.ts';
import { temporaryState } from '../../adapters/state/temporary-state.ts';

const temporary = temporaryState();

function commands() {
  const out: string[] = [];
  const errors: string[] = [];
  const context = {
    write: (text: string) => void out.push(text),
    writeError: (text: string) => void errors.push(text),
    timeZone: 'UTC',
    incidents: {
      look: <T>(use: Parameters<typeof lookAtState<T>>[1]) =>
        lookAtState({ STAUNCH_STATE_DIR: temporary.folder }, use),
    },
  };
  return {
    list: (limit?: string) => incidentList(limit === undefined ? {} : { limit }, context),
    export: (number: string) => incidentExport({ number }, context),
    out: () => out.join(''),
    errors: () => errors.join(''),
  };
}

async function aWorkingState() {
  const state = await temporary.open();
  await opened(state, 'i1');
  await state.incidents.finish('i1-1', aDocument(), START_MS);
  await opened(state, 'i2', { service: 'cart', openedFrom: 'alert' });
  const seen = await state.standings.find('i1');
  const resolved = { atMs: START_MS, by: 'U1', reason: '\u001b[31mthe cache\u202e' };
  if (seen) await state.standings.change(seen, { ...seen, state: 'resolved', resolved, owner: 'U2' });
  return state;
}

describe('staunch incident list', () => {
  it('shows the newest last, with state, reason and owner, while Staunch works', async () => {
    await aWorkingState();
    const here = commands();
    expect(await here.list()).toBe(0);
    expect(here.out()).toMatch(
      / 1 {2}20 Nov 02:20 .*checkout .*resolved: .*the cache.*\(owner U2\)\n.* 2 .*cart .*investigating/,
    );
    expect(here.out()).toContain('staunch incident export 2');
    expect(here.out()).not.toMatch(/[\u001b\u202e]/);
  });

  it('says what opens the first one where there is none', async () => {
    await temporary.open();
    const here = commands();
    expect(await here.list()).toBe(0);
    expect(here.out()).toContain('There is no incident yet');
  });

  it.each(['0', 'many', '1.5', '99999999'])('refuses %s as a number of them', async limit => {
    const here = commands();
    expect(await here.list(limit)).toBe(2);
    expect(here.errors()).toContain(`it is "${limit}"`);
  });
});

describe('staunch incident export', () => {
  it('writes the same Markdown each time', async () => {
    await aWorkingState();
    const [once, twice] = [commands(), commands()];
    expect(await once.export('1')).toBe(0);
    expect(await twice.export('#1')).toBe(0);
    expect(once.out()).toMatch(/^# Incident 1: .*checkout/);
    expect(twice.out()).toBe(once.out());
  });

  it.each([
    ['99', 1, 'There is no incident 99'],
    ['the last', 2, 'An incident is named by its number'],
    ['0', 2, 'it is "0"'],
  ])('refuses %s with words', async (number, code, words) => {
    await aWorkingState();
    const here = commands();
    expect(await here.export(number)).toBe(code);
    expect(here.errors()).toContain(words);
    expect(here.errors()).toContain('staunch incident list');
  });

  it('says why where there is no state', async () => {
    const here = commands();
    expect(await here.export('1')).toBe(1);
    expect(here.errors()).toMatch(/Incidents could not be read/);
  });
});
