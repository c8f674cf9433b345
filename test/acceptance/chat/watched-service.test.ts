import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLEET_CONFIG, openPast } from '../../../practice/fleet/open-fleet.ts';
import { playHistory } from '../../../src/practice-history.ts';
import type { WatchTime } from '../../../src/watching.ts';
import { ownConfig } from './company.ts';
import {
  buttonsOf,
  C,
  practisedStaunch,
  rootsOf,
  temporaryFolder,
  textsOf,
  U,
  verdictIn,
} from './practised-staunch.ts';

const schemaFile = resolve(import.meta.dirname, '../../../staunch.schema.json');
const FAILING = new URL('./failing-fleet.ts', import.meta.url).href;

/** A minute in the time of a second, up to now when it has run for a while. */
function quickTime(paceOfMinutes = 60): WatchTime {
  const startedAtMs = Date.now();
  const behindMs = 3_600_000;
  return {
    clock: { nowMs: () => startedAtMs - behindMs + (Date.now() - startedAtMs) * paceOfMinutes },
    leaseMs: 3_600_000,
    drive({ tick, renew }) {
      void renew();
      const timers = [setInterval(() => void tick(), 500), setInterval(() => void renew(), 1_000)];
      return {
        async stop() {
          for (const timer of timers) clearInterval(timer);
        },
      };
    },
  };
}

/** By the machine's clock, but without the wait for the next minute. */
const soon: WatchTime = {
  clock: { nowMs: Date.now },
  drive({ tick, renew }) {
    const begin = setTimeout(() => void tick(), 10);
    const renewal = setInterval(() => void renew(), 5_000);
    return {
      async stop() {
        clearTimeout(begin);
        clearInterval(renewal);
      },
    };
  },
};

describe('workers that grow', () => {
  it('are told in the mapped channel after the first look, with chart, buttons, and in the App Home', async () => {
    const stateFolder = join(temporaryFolder(), 'state');
    await playHistory({ openPast, configFile: FLEET_CONFIG, stateFolder, schemaFile });
    const { slack, staunch, log } = await practisedStaunch({
      stateFolder,
      settings: { watch: true },
      watchTime: soon,
    });
    const warning = await slack.until(() =>
      rootsOf(slack, C.incidents).find(message => textsOf(message).includes('workers of reports grow')),
    );
    expect(textsOf(warning)).toMatch(/MemoryMax 224 MB/);
    expect(buttonsOf(warning).map(({ actionId }) => actionId)).toEqual(
      expect.arrayContaining(['diagnose-warning', 'plan-recycling', 'snooze-warning']),
    );
    const chart = await slack.until(() =>
      slack.messages(C.incidents, { threadTs: warning.ts }).find(({ files }) => files.length > 0),
    );
    expect(chart.files).toMatchObject([{ mimetype: 'image/png' }]);
    await slack.openHome(U.ana);
    const home = await slack.until(() => {
      const text = textsOf(slack.home(U.ana)?.view);
      return text.includes('reports') ? text : undefined;
    });
    expect(home).toMatch(/reports[\s\S]*4 of 4/);
    expect(rootsOf(slack, C.incidents)).toHaveLength(1);
    expect(log.filter(line => line.includes('"level":"error"'))).toEqual([]);
    await staunch.stop();
  });
});

describe('a watch whose staunch.yml cannot be used', () => {
  it('says so in the log, once, with place and value', async () => {
    const configFile = ownConfig(text => text.replace('servers: [reports-1]', 'servers: [report-1]'));
    let told = 0;
    const { log, slack } = await practisedStaunch({
      settings: { watch: true, configFile },
      watchTime: {
        clock: { nowMs: Date.now },
        drive({ renew }) {
          const renewal = setInterval(() => void renew().then(() => told++), 20);
          return { stop: async () => clearInterval(renewal) };
        },
      },
    });
    while (told < 5) await slack.openHome(U.ana);
    const said = log.filter(line => line.includes('the watch keeps to what it knew before'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('report-1');
  });
});

describe('a worker that is killed without any warning before', () => {
  it('has its diagnosis in the mapped channel, unasked, and says why', async () => {
    process.env.STAUNCH_TEST_FIRST_KILL_MS = String(Date.now() + 6_000);
    const { slack, log } = await practisedStaunch({
      source: FAILING,
      settings: { watch: true },
      watchTime: quickTime(),
    });
    const verdict = await verdictIn(slack, C.checkout, 60_000);
    const text = textsOf(verdict);
    expect(text).toContain('502s on checkout: worker OOM kill');
    expect(text).toContain('Nobody asked for this: Staunch itself looked');
    expect(text).toMatch(/The kernel killed (a process|\d+ processes) of gunicorn.service on checkout-1/);
    expect(text).toContain('begun by Staunch itself');
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    expect(log.filter(line => line.includes('"level":"error"'))).toEqual([]);
  }, 90_000);
});
