import { describe, expect, it } from 'vitest';
import { judgeRecycling, type RecyclingSituation } from '../../src/advice/recycling-safety.ts';
import { adviseService, type ServerAdvice } from '../../src/advice/service-advice.ts';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import { isBlocked, isOwnedByOthers, preflight, serverTicks } from '../../src/remediation/preflight.ts';
import type { PreflightMaterial, TickId } from '../../src/remediation/preflight-tick.ts';
import type { Wish } from '../../src/remediation/remedy.ts';
import { aCase, aHost, MEGABYTE } from '../advice/case-files.ts';
import { OOM, PLAIN, planOf, RECYCLING, SET_UPS, TERMS, unitFile, WORKERS } from './host-setups.ts';
import { CONFIG, type HostSetUp, SimulatedHost } from './simulated-host.ts';

const PLAIN_HOST: HostSetUp = { unitFile: unitFile(PLAIN), files: { [CONFIG]: 'workers = 4\n' } };
const [ADVICE] = adviseService({ caseFile: aCase(aHost()), bootSeconds: 2 }).servers as [ServerAdvice];
const WELL: ServerAdvice = {
  ...ADVICE,
  measure: { ...ADVICE.measure, freshBytes: 90 * MEGABYTE, freshIsAtMost: false, bytesPerRequestHi: 2_000 },
  room: { ...ADVICE.room, limitBytes: 2_048 * MEGABYTE, masterBytes: 30 * MEGABYTE },
};

function material(wish: Wish = RECYCLING, setUp: HostSetUp = PLAIN_HOST): PreflightMaterial {
  const unit = new SimulatedHost(setUp).observe();
  const plan = planOf(planRemedy(unit, wish, TERMS));
  return { unit, plan, advice: WELL, readTimeoutMs: 60_000, preload: false };
}

const stateOf = (about: PreflightMaterial, id: TickId) =>
  preflight(about).find(tick => tick.id === id)?.state;
const withSafety = (situation: RecyclingSituation): PreflightMaterial => ({
  ...material(),
  advice: { ...WELL, safety: judgeRecycling(situation) },
});

describe('what is looked at before a change', () => {
  it('is all well where nothing is to be said against it', () => {
    const ticks = preflight(material());
    expect(ticks.filter(tick => tick.state !== 'ok')).toEqual([]);
    expect(ticks.map(tick => tick.id)).toEqual([
      'running',
      'owned-by-others',
      'reload-command',
      'settings-not-loaded',
      'lost-requests',
      'jitter',
      'boot-time',
      'reload-room',
      'memory-sum',
    ]);
  });

  it('is careful where nothing is known', () => {
    const { unit, plan } = material();
    const ticks = preflight({ unit, plan });
    expect(ticks.filter(tick => tick.state === 'warn').map(tick => tick.id)).toEqual([
      'lost-requests',
      'boot-time',
      'reload-room',
      'memory-sum',
    ]);
    expect(isBlocked(ticks)).toBe(false);
  });

  const base = material();
  const file = base.unit.files.get(CONFIG)!;
  const withFile = (change: object): PreflightMaterial => ({
    ...base,
    unit: { ...base.unit, files: new Map([[CONFIG, { ...file, ...change }]]) },
  });
  const withUnit = (change: object, from: PreflightMaterial = base): PreflightMaterial => ({
    ...from,
    unit: { ...from.unit, ...change },
  });
  const withMeasure = (change: object): PreflightMaterial => ({
    ...base,
    advice: { ...WELL, measure: { ...WELL.measure, ...change } },
  });
  const withWorkers = (workers: number, from: PreflightMaterial = base): PreflightMaterial => ({
    ...from,
    plan: { ...from.plan, verification: { ...from.plan.verification, workers } },
  });
  const withSettings = (settings: Record<string, number>): PreflightMaterial => ({
    ...base,
    plan: { ...base.plan, settings: { ...base.plan.settings, ...settings } },
  });
  const restart = material(RECYCLING, SET_UPS['on ExecStart']!);
  const dropIn = material(OOM);

  it.each<[TickId, string, PreflightMaterial, 'ok' | 'warn' | 'block' | undefined]>([
    ['running', 'it does not run', withUnit({ activeState: 'failed' }), 'block'],
    ['owned-by-others', 'Ansible writes the file', withFile({ generated: 'Ansible managed' }), 'warn'],
    ['owned-by-others', 'a package owns the file', withFile({ package: 'checkout' }), 'warn'],
    ['disk-space', 'the disk is nearly full', withFile({ freeBytes: 3 * MEGABYTE }), 'block'],
    ['disk-space', 'there is room', withFile({ freeBytes: 300 * MEGABYTE }), 'ok'],
    [
      'unit-drift',
      'a drop-in waits for a daemon-reload',
      withUnit({ needsDaemonReload: true }, dropIn),
      'block',
    ],
    ['unit-drift', 'nobody can tell', withUnit({ needsDaemonReload: undefined }, dropIn), 'warn'],
    ['unit-drift', 'systemd has it as it is', dropIn, 'ok'],
    ['unit-drift', 'a reload of Gunicorn reads no unit', withUnit({ needsDaemonReload: true }), undefined],
    ['ephemeral-unit', 'a generator makes the unit', withUnit({ ephemeral: true }, dropIn), 'block'],
    ['next-start-differs', 'the next start is as this one', restart, 'ok'],
    [
      'next-start-differs',
      'an EnvironmentFile has a say',
      withUnit({ environmentFiles: ['/etc/x'] }, restart),
      'warn',
    ],
    [
      'next-start-differs',
      'the unit has other arguments by now',
      withUnit({ environment: new Map([['GUNICORN_CMD_ARGS', '--timeout 9']]) }, restart),
      'warn',
    ],
    ['restart-cost', 'nobody holds the socket', restart, 'warn'],
    ['restart-cost', 'systemd holds the socket', withUnit({ socketActivated: true }, restart), 'ok'],
    ['start-limit', 'one start is left', withUnit({ startLimitBurst: 1 }, restart), 'block'],
    ['start-limit', 'there is no limit', withUnit({ startLimitBurst: 0 }, restart), 'ok'],
    ['start-limit', 'five starts are left', restart, 'ok'],
    ['reload-command', 'the unit has no ExecReload', withUnit({ canReload: false }), 'warn'],
    ['one-worker', 'the only worker is recycled', withWorkers(1), 'block'],
    [
      'one-worker',
      'the only worker is replaced',
      withWorkers(1, material({ remedy: 'recycle-worker', pid: 1101, startTicks: 110_100 })),
      'warn',
    ],
    ['one-worker', 'there are several', base, undefined],
    ['jitter', 'all leave together', withSettings({ maxRequestsJitter: 0 }), 'block'],
    ['jitter', 'it is too small to matter', withSettings({ maxRequestsJitter: 50 }), 'warn'],
    ['preload', 'the app is preloaded', { ...base, preload: true }, 'warn'],
    ['boot-time', 'the app needs a quarter of what NGINX waits', withMeasure({ bootSeconds: 20 }), 'warn'],
    ['boot-time', 'NGINX gives up before the app has started', withMeasure({ bootSeconds: 61 }), 'block'],
    ['boot-time', 'nobody knows how long it takes', withMeasure({ bootSeconds: undefined }), 'warn'],
    [
      'boot-time',
      'preloaded workers start at once',
      { ...withMeasure({ bootSeconds: 61 }), preload: true },
      'ok',
    ],
    ['reload-room', 'two generations do not fit', withUnit({ hostAvailableBytes: 300 * MEGABYTE }), 'block'],
    [
      'reload-room',
      'perhaps they do not fit',
      {
        ...withUnit({ hostAvailableBytes: 300 * MEGABYTE }),
        advice: { ...WELL, measure: { ...WELL.measure, freshIsAtMost: true } },
      },
      'warn',
    ],
    [
      'reload-room',
      'the unit has no room below its limit',
      withUnit({ memoryMaxBytes: 500 * MEGABYTE }),
      'block',
    ],
    [
      'reload-room',
      'workers share their memory',
      { ...withUnit({ hostAvailableBytes: 1 }), preload: true },
      'ok',
    ],
    [
      'memory-sum',
      'workers at their largest do not fit',
      withMeasure({ bytesPerRequestHi: 60_000 }),
      'block',
    ],
    ['memory-sum', 'it is tight', withMeasure({ bytesPerRequestHi: 41_000 }), 'warn'],
    ['memory-sum', 'twenty workers do not fit', withWorkers(24, material(WORKERS)), 'block'],
    ['memory-sum', 'three workers fit', material(WORKERS), 'ok'],
    [
      'lost-requests',
      'a worker is replaced by a reload',
      {
        ...material(WORKERS),
        advice: {
          ...WELL,
          safety: judgeRecycling({ workerClass: 'gthread', gunicornVersion: '23.0.0', keepalive: false }),
        },
      },
      'warn',
    ],
    ['lost-requests', 'nothing leaves at all', dropIn, undefined],
  ])('%s when %s', (id, _, about, state) => {
    expect(stateOf(about, id)).toBe(state);
    for (const { text } of preflight(about)) expect(text).toMatch(/^\S.*\.$/s);
  });

  it('says what to do when somebody else owns the file', () => {
    const ticks = preflight(withFile({ generated: 'Ansible managed' }));
    expect(isOwnedByOthers(ticks)).toBe(true);
    expect(ticks[0]?.text).toMatch(/repository first; what is in force is looked at again every day/);
  });

  it('takes what the helper found as it is', () => {
    expect(isBlocked(serverTicks([{ name: 'syntax', ok: false, detail: 'line 3: invalid syntax' }]))).toBe(
      true,
    );
    expect(isBlocked(serverTicks([{ name: 'syntax', ok: true, detail: 'read' }]))).toBe(false);
  });
});

describe('the recycling matrix', () => {
  const OFF = { keepalive: false } as const;
  const GET = { keepalive: true, methods: 'repeatable' } as const;
  const POST = { keepalive: true, methods: 'unrepeatable' } as const;
  const versions = ['20.1.0', '21.2.0', '22.0.0', '23.0.0', '25.3.0', '26.1.0'] as const;

  it.each(versions.flatMap(version => [OFF, GET, POST].map(front => [version, front] as const)))(
    'sync of %s passes, %j',
    (gunicornVersion, front) => {
      expect(stateOf(withSafety({ workerClass: 'sync', gunicornVersion, ...front }), 'lost-requests')).toBe(
        'ok',
      );
    },
  );

  it.each([
    ['20.1.0', OFF, 'ok'],
    ['20.1.0', GET, 'ok'],
    ['20.1.0', POST, 'block'],
    ['21.0.0', OFF, 'warn'],
    ['21.2.0', OFF, 'block'],
    ['21.2.0', GET, 'block'],
    ['21.2.0', POST, 'block'],
    ['22.0.0', OFF, 'block'],
    ['23.0.0', OFF, 'block'],
    ['23.0.0', GET, 'block'],
    ['23.0.0', POST, 'block'],
    ['24.1.0', OFF, 'warn'],
    ['25.3.0', OFF, 'ok'],
    ['26.1.0', OFF, 'ok'],
    ['26.1.0', GET, 'ok'],
    ['26.1.0', POST, 'block'],
    ['27.0.0', OFF, 'warn'],
  ] as const)('gthread of %s, %j: %s', (gunicornVersion, front, state) => {
    const about = withSafety({ workerClass: 'gthread', gunicornVersion, ...front });
    expect(stateOf(about, 'lost-requests')).toBe(state);
    expect(isBlocked(preflight(about))).toBe(state === 'block');
  });
});
