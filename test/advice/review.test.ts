import { describe, expect, it } from 'vitest';
import type { Remark, RemarkId } from '../../src/advice/remark.ts';
import { adviseService } from '../../src/advice/service-advice.ts';
import type { HostFile } from '../../src/collectors/case-file.ts';
import type { GunicornSettings } from '../../src/signals/host-state.ts';
import type { Signal } from '../../src/signals/signal.ts';
import { aCase, aHost, MEGABYTE, NGINX, STARTED_MS, WELL_SET_UP } from './case-files.ts';

/** What even a well set-up service is told: facts, no faults. */
const ALWAYS: readonly RemarkId[] = ['who-gives-up-first', 'no-recycling', 'edit-the-right-layer'];

const reviewOf = (host: HostFile, bootSeconds?: number) =>
  adviseService({ caseFile: aCase(host), ...(bootSeconds !== undefined && { bootSeconds }) }).servers[0]
    ?.review;
const told = (host: HostFile, bootSeconds?: number): readonly string[] =>
  reviewOf(host, bootSeconds)?.remarks.map(r => `${r.id} ${r.severity}`) ?? [];
const faults = (host: HostFile, bootSeconds?: number) =>
  told(host, bootSeconds).filter(t => !ALWAYS.some(id => t.startsWith(`${id} `)));
const unit = (from: string | RegExp, to: string) => aHost({ unitText: WELL_SET_UP.replace(from, to) });
const gunicorn = (change: Partial<GunicornSettings>) => {
  const host = aHost();
  return aHost({ gunicorn: { ...host.gunicorn, ...change } });
};
const set = <T>(value: T, from: 'config-file' | 'command-line' | 'environment' = 'config-file') => ({
  value,
  from,
});
const about = (host: HostFile, id: RemarkId): Remark | undefined =>
  reviewOf(host)?.remarks.find(r => r.id === id);

describe('the review of a unit', () => {
  it('has nothing to say against a unit that is set up well, and names what it could not check', () => {
    expect(faults(aHost())).toEqual([]);
    const review = reviewOf(aHost());
    expect(review?.fine).toEqual(
      expect.arrayContaining([
        'memory-for-workers',
        'memory-limits',
        'oom-policy',
        'restart',
        'stop',
        'reload',
        'cores',
      ]),
    );
    expect(review?.gaps).toEqual([
      { check: 'boot-time', needs: 'boot-time' },
      { check: 'growth', needs: 'watch' },
    ]);
  });

  it.each([
    ['OOMPolicy=stop', unit('OOMPolicy=continue', 'OOMPolicy=stop'), 'oom-stops-unit high'],
    ['OOMPolicy=kill', unit('OOMPolicy=continue', 'OOMPolicy=kill'), 'oom-stops-unit high'],
    ['no limit', unit(/Memory(Max|High)=\d+/g, 'Memory$1=infinity'), 'no-memory-limit medium'],
    ['MemoryHigh alone', unit(/MemoryMax=\d+/, 'MemoryMax=infinity'), 'high-without-max medium'],
    ['MemoryMax alone', unit(/MemoryHigh=\d+/, 'MemoryHigh=infinity'), 'max-without-high note'],
    ['Restart=no', unit('Restart=on-failure', 'Restart=no'), 'no-restart high'],
    ['three starts', unit('StartLimitBurst=10', 'StartLimitBurst=3'), 'start-limit medium'],
    ['no socket unit', unit(/TriggeredBy=.*\n/, ''), 'no-socket note'],
    ['a timer that starts it is no socket', unit('checkout.socket', 'checkout.timer'), 'no-socket note'],
    [
      'TimeoutStopSec below graceful_timeout',
      unit('TimeoutStopUSec=40s', 'TimeoutStopUSec=15s'),
      'stop-too-short medium',
    ],
    ['KillMode=control-group', unit('KillMode=mixed', 'KillMode=control-group'), 'kill-mode note'],
    ['KillMode=process', unit('KillMode=mixed', 'KillMode=process'), 'kill-mode medium'],
    ['no ExecReload', unit(/ExecReload=.*\n/, ''), 'no-reload medium'],
    ['an ExecReload of its own', unit('/bin/kill -s HUP $MAINPID', '/usr/local/bin/again'), 'no-reload note'],
    ['Type=simple', unit('Type=notify', 'Type=simple'), 'not-notify note'],
    ['newer unit files', unit('Id=', 'NeedDaemonReload=yes\nId='), 'daemon-reload-needed medium'],
    [
      'a quota of one CPU',
      unit('CPUQuotaPerSecUSec=4s', 'CPUQuotaPerSecUSec=1s'),
      'more-workers-than-cores note',
    ],
    ['two CPUs of its own', unit('CPUQuotaPerSecUSec=4s', 'EffectiveCPUs=3'), 'more-workers-than-cores note'],
    ['nearly full', unit(/MemoryCurrent=\d+/, 'MemoryCurrent=1800000000'), 'close-to-limit medium'],
  ])('%s', (_, host, expected) => {
    expect(faults(host)).toContain(expected);
    const id = expected.split(' ')[0];
    const found = reviewOf(host)?.remarks.find(r => r.id === id);
    if (id !== 'no-socket') expect(found?.lines.length).toBeGreaterThan(0);
  });

  it.each([
    ['systemd before 243, which has no OOMPolicy', unit(/OOMPolicy=.*\n/, '')],
    ['no limit of starts', unit('StartLimitBurst=10', 'StartLimitBurst=0')],
    ['notify-reload without ExecReload', unit(/Type=notify\n/, 'Type=notify-reload\n')],
  ])('%s is no fault', (_, host) => expect(faults(host)).toEqual([]));

  it('claims nothing about a unit that was not read', () => {
    const { unit: _, ...rest } = aHost();
    const review = reviewOf({ ...rest, workers: [] });
    expect(review?.gaps.map(g => g.check)).toEqual(
      expect.arrayContaining([
        'memory-limits',
        'memory-for-workers',
        'oom-policy',
        'restart',
        'stop',
        'reload',
      ]),
    );
    expect(review?.fine).toEqual([]);
    expect(review?.remarks.map(r => r.id).sort()).toEqual([...ALWAYS].sort());
  });

  it('takes a stop that timed out for proof, and counts kills', () => {
    const at = { epochMs: STARTED_MS, toleranceMs: 0 };
    const line = { server: 'web-1', source: 'unit-journal', text: 'timed out. Killing.' } as const;
    const stop: Signal = { kind: 'unit', unit: 'checkout.service', event: 'stop-timed-out', at, line };
    expect(faults(aHost({ signals: [stop] }))).toEqual(['stop-too-short medium']);
    const cgroup = { version: 2, oomKills: 3, oomKillsLine: line, pids: [] } as const;
    expect(faults(aHost({ cgroup }))).toEqual(['kills-counted high']);
  });
});

describe('the review of memory', () => {
  const grown = (megabytes: number) =>
    aHost({
      workers: aHost().workers.map(w => (w.parentPid === 100 ? { ...w, rssBytes: megabytes * MEGABYTE } : w)),
    });

  it('does not call workers too large that may have grown', () => {
    expect(faults(grown(450))).toContain('workers-exceed-memory medium');
    expect(about(grown(450), 'workers-exceed-memory')?.facts).toMatchObject({
      freshIsGuessed: true,
      workersThatFit: 3,
    });
  });

  it('does not add up the RSS of workers that share pages', () => {
    const base = grown(450);
    const host = { ...base, gunicorn: { ...base.gunicorn, preload: set(true) } };
    expect(faults(host)).toEqual(['workers-exceed-memory note', 'preload-shares note']);
  });

  it('warns of a reload that has no room for a second generation', () => {
    const host = { ...unit(/MemoryCurrent=\d+/, 'MemoryCurrent=1700000000') };
    expect(faults(host)).toEqual(['close-to-limit medium', 'reload-needs-room medium']);
  });
});

describe('the review of Gunicorn', () => {
  it.each([
    ['timeout 0', gunicorn({ timeoutSeconds: set(0) }), 'timeout-off medium'],
    ['jitter alone', gunicorn({ maxRequestsJitter: set(50) }), 'jitter-alone medium'],
    ['no jitter', gunicorn({ maxRequests: set(1_000) }), 'no-jitter medium'],
    [
      'jitter below the square root',
      gunicorn({ maxRequests: set(10_000), maxRequestsJitter: set(50) }),
      'small-jitter medium',
    ],
    [
      'a level that hides recycling',
      gunicorn({ maxRequests: set(1_000), maxRequestsJitter: set(100), logLevel: set('warning') }),
      'recycling-not-logged note',
    ],
  ])('%s', (_, host, expected) => expect(faults(host)).toEqual([expected]));

  it.each([
    ['the default', gunicorn({}), { layer: 'unset' }, 'note'],
    [
      'the file',
      gunicorn({ maxRequests: set(0), configFile: '/srv/gunicorn.conf.py' }),
      { layer: 'config-file' },
      'note',
    ],
    [
      'the command line',
      gunicorn({ maxRequests: set(0, 'command-line') }),
      { layer: 'command-line' },
      'note',
    ],
    [
      'the command line over a file',
      gunicorn({ maxRequests: set(0, 'command-line'), configFile: '/srv/g.py' }),
      { layer: 'command-line', configFile: '/srv/g.py' },
      'medium',
    ],
    [
      'the environment over a file',
      gunicorn({ maxRequests: set(0, 'environment'), configFile: '/srv/g.py' }),
      { layer: 'environment' },
      'medium',
    ],
  ] as const)('says that %s decides max_requests', (_, host, facts, severity) => {
    expect(about(host, 'edit-the-right-layer')).toMatchObject({ facts, severity });
  });

  it.each([
    ['before the workers', STARTED_MS - 60_000, false],
    ['after the workers', STARTED_MS + 60_000, true],
  ])('a configuration file changed %s', (_, configChangedAtMs, expected) => {
    const host = gunicorn({ configFile: '/srv/g.py', configChangedAtMs });
    expect(faults(host).includes('settings-not-loaded medium')).toBe(expected);
  });

  it('a reload after the change loads the file', () => {
    const at = { epochMs: STARTED_MS + 120_000, toleranceMs: 0 };
    const line = { server: 'web-1', source: 'unit-journal', text: 'Handling signal: hup' } as const;
    const hup: Signal = { kind: 'gunicorn', event: 'signal-handled', detail: 'hup', at, line };
    const host = gunicorn({ configFile: '/srv/g.py', configChangedAtMs: STARTED_MS + 60_000 });
    expect(faults({ ...host, signals: [hup] })).toEqual([]);
  });

  it.each([
    ['30 s against 60 s', 30, '', 60_000, true],
    ['90 s against 60 s', 90, '', 60_000, true],
    ['30 s against 10 s', 30, 'proxy_read_timeout 10s;', 10_000, false],
  ])(
    'compares timeout and proxy_read_timeout: %s',
    (_, seconds, directive, readTimeoutMs, readTimeoutIsDefault) => {
      const base = gunicorn({ timeoutSeconds: set(seconds) });
      const host = aHost({
        ...(base.gunicorn && { gunicorn: base.gunicorn }),
        nginxText: NGINX.replace('location / {', `location / { ${directive}`),
      });
      expect(about(host, 'who-gives-up-first')?.facts).toMatchObject({
        timeoutSeconds: seconds,
        readTimeoutMs,
        readTimeoutIsDefault,
        heartbeatOnly: false,
      });
    },
  );

  it('a boot of more than a quarter of what NGINX waits is felt at each reload', () => {
    expect(faults(aHost(), 14)).toEqual([]);
    expect(faults(aHost(), 16)).toEqual(['slow-boot medium']);
  });
});
