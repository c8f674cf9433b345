import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import type { Wish } from '../../src/remediation/remedy.ts';
import { RECYCLING, TERMS, unitFile } from './host-setups.ts';
import { CONFIG, DROP_IN, type HostSetUp, SimulatedHost, UNIT } from './simulated-host.ts';

const MB = 1_048_576;
const exec = (line: string) => unitFile(`ExecStart=${line}`);
const GUNICORN = '/usr/bin/gunicorn app:app';

/** What a host is and what a wish then comes to. */
const REFUSED: readonly (readonly [string, string, HostSetUp, Wish?, ((host: SimulatedHost) => void)?])[] = [
  [
    'config-not-a-file',
    'the configuration is a module',
    { unitFile: exec(`/usr/bin/gunicorn -c python:shop.conf app:app`) },
  ],
  [
    'config-not-a-file',
    'there is deliberately none',
    { unitFile: exec(`/usr/bin/gunicorn -c /dev/null app:app`) },
  ],
  [
    'file-not-allowed',
    'the helper may not touch the file',
    { unitFile: exec(`/usr/bin/gunicorn -c /etc/other.py app:app`) },
  ],
  ['command-unknown', 'a shell starts it', { unitFile: exec(`/bin/sh -c "exec /srv/run.sh"`) }],
  [
    'exec-start-unclear',
    'a wrapper starts it with the option',
    { unitFile: exec(`/usr/bin/env A=1 /usr/bin/gunicorn --max-requests 5 app:app`) },
  ],
  [
    'later-drop-in',
    'an override is read after ours',
    {
      unitFile: exec(`/usr/bin/gunicorn --max-requests 5 app:app`),
      files: { [`/etc/systemd/system/${UNIT}.d/override.conf`]: '[Service]\nNice=5\n' },
    },
  ],
  [
    'drop-in-edited',
    'somebody wrote into ours',
    {
      unitFile: exec(`/usr/bin/gunicorn --max-requests 5 app:app`),
      files: { [DROP_IN]: '[Service]\nNice=5\n' },
    },
  ],
  [
    'setting-computed',
    'the file computes it',
    { unitFile: exec(GUNICORN), files: { [CONFIG]: 'import os\nmax_requests = int(os.environ["N"])\n' } },
  ],
  [
    'file-unfinished',
    'the file is broken',
    { unitFile: exec(GUNICORN), files: { [CONFIG]: 'workers = (4\n' } },
  ],
  [
    'out-of-range',
    'the number is no sense',
    { unitFile: exec(GUNICORN) },
    { remedy: 'recycling', maxRequests: 1.5, maxRequestsJitter: 1 },
  ],
  [
    'out-of-range',
    'nobody would serve',
    { unitFile: exec(GUNICORN) },
    { remedy: 'worker-count', workers: 0 },
  ],
  [
    'below-use',
    'the limit is below what is used',
    { unitFile: exec(GUNICORN) },
    { remedy: 'memory-limits', memoryMaxBytes: 420 * MB },
  ],
  [
    'below-use',
    'throttling would begin at once',
    { unitFile: exec(GUNICORN) },
    { remedy: 'memory-limits', memoryMaxBytes: 900 * MB, memoryHighBytes: 300 * MB },
  ],
  [
    'out-of-range',
    'high is above max',
    { unitFile: exec(GUNICORN) },
    { remedy: 'memory-limits', memoryMaxBytes: 900 * MB, memoryHighBytes: 901 * MB },
  ],
  [
    'more-than-host',
    'the host has less',
    { unitFile: exec(GUNICORN) },
    { remedy: 'memory-limits', memoryMaxBytes: 64 * 1024 * MB },
  ],
  [
    'no-such-worker',
    'the worker is gone',
    { unitFile: exec(GUNICORN) },
    { remedy: 'recycle-worker', pid: 7, startTicks: 7 },
  ],
  [
    'no-oom-policy',
    'systemd knows no policy',
    { unitFile: exec(GUNICORN) },
    { remedy: 'oom-policy' },
    host => host.show({ OOMPolicy: '' }),
  ],
  [
    'not-running',
    'the unit is down',
    { unitFile: exec(GUNICORN) },
    RECYCLING,
    host => host.show({ ActiveState: 'failed' }),
  ],
  [
    'unit-ephemeral',
    'a generator made the unit',
    { unitFile: exec(GUNICORN) },
    { remedy: 'oom-policy' },
    host => host.show({ FragmentPath: `/run/systemd/generator/${UNIT}` }),
  ],
  [
    'exec-start-unclear',
    'the start line has a prefix',
    { unitFile: exec(`/usr/bin/gunicorn --max-requests 5 app:app`) },
    RECYCLING,
    host =>
      host.show({
        ExecStartEx: '{ path=/usr/bin/gunicorn ; argv[]=x ; flags=privileged ; start_time=[n/a] }',
      }),
  ],
  [
    'differs-from-unit',
    'the unit was changed and not restarted',
    { unitFile: exec(GUNICORN) },
    RECYCLING,
    host => {
      host.put(
        `/etc/systemd/system/${UNIT}.d/10-a.conf`,
        '[Service]\nEnvironment="GUNICORN_CMD_ARGS=--max-requests 9"\n',
      );
      host.daemonReload();
    },
  ],
  [
    'differs-from-unit',
    'the start line was changed and not restarted',
    { unitFile: exec(GUNICORN) },
    RECYCLING,
    host => {
      host.put(`/etc/systemd/system/${UNIT}`, exec('/usr/bin/gunicorn --max-requests 9 app:app'));
      host.daemonReload();
    },
  ],
  [
    'waits-for-activation',
    'it was written and not restarted',
    { unitFile: exec(`/usr/bin/gunicorn --max-requests 5 app:app`) },
    RECYCLING,
    host => {
      const answer = planRemedy(host.observe(), RECYCLING, TERMS);
      if (answer.kind === 'plan') host.apply({ ...answer.plan, activation: { kind: 'daemon-reload' } });
    },
  ],
];

const ROWS = REFUSED.map(([reason, when, setUp, wish = RECYCLING, happens = () => {}]) => ({
  reason,
  when,
  setUp,
  wish,
  happens,
}));

describe('where nothing is written', () => {
  it.each(ROWS)('$reason: $when', ({ reason, setUp, wish, happens }) => {
    const host = new SimulatedHost(setUp);
    happens(host);
    const answer = planRemedy(host.observe(), wish, TERMS);
    expect(
      answer.kind === 'by-hand' ? answer.because : answer.kind === 'refused' ? answer.refusal : answer,
    ).toMatchObject({ reason });
  });

  it('gives the lines to whoever owns a computed or missing configuration', () => {
    const host = new SimulatedHost({
      unitFile: exec(GUNICORN),
      files: { [CONFIG]: 'import os\nmax_requests = int(os.environ["N"])\n' },
    });
    expect(planRemedy(host.observe(), RECYCLING, TERMS)).toMatchObject({
      kind: 'by-hand',
      patches: [
        {
          path: CONFIG,
          lines: ['max_requests = 8000', 'max_requests_jitter = 1200'],
          commands: ['sudo systemctl reload checkout.service'],
        },
      ],
    });
  });

  it('refuses a link, and a file that is too large to be read', () => {
    const unit = new SimulatedHost({
      unitFile: exec(GUNICORN),
      files: { [CONFIG]: 'workers = 4\n' },
    }).observe();
    const file = unit.files.get(CONFIG)!;
    const { content: _, ...unread } = file;
    for (const [changed, reason] of [
      [{ ...file, link: '/etc/shadow' }, 'file-is-link'],
      [unread, 'file-not-read'],
    ] as const) {
      const files = new Map([...unit.files, [CONFIG, changed]]);
      expect(planRemedy({ ...unit, files }, RECYCLING, TERMS)).toMatchObject({
        kind: 'by-hand',
        because: { reason },
      });
    }
  });

  it('without the environment of the running master nobody knows what wins, where a file may give it', () => {
    const unit = new SimulatedHost({ unitFile: exec(GUNICORN), environmentFile: {} }).observe();
    const { environment: _, ...running } = unit.running;
    expect(planRemedy({ ...unit, running }, RECYCLING, TERMS)).toMatchObject({
      refusal: { reason: 'environment-unknown' },
    });
  });
});

describe('words of a start line', () => {
  const planned = (line: string, hidden: boolean) => {
    const unit = new SimulatedHost({ unitFile: exec(line) }).observe();
    const running = hidden ? { words: unit.running.words! } : unit.running;
    const answer = planRemedy({ ...unit, running: { ...running, environment: new Map() } }, RECYCLING, TERMS);
    const base64 = answer.kind === 'plan' ? answer.plan.changes[0]?.after.base64 : undefined;
    return base64 === undefined
      ? answer
      : Buffer.from(base64, 'base64').toString('utf8').trimEnd().split('\n').at(-1);
  };

  it('are told apart by what runs', () => {
    expect(planned('/usr/bin/gunicorn --max-requests 5 --name "my shop" app:app', false)).toBe(
      'ExecStart=/usr/bin/gunicorn --max-requests 8000 --name "my shop" app:app --max-requests-jitter 1200',
    );
  });

  it('are left alone where blanks could mean two things and what runs is not known', () => {
    expect(planned('/usr/bin/gunicorn --max-requests 5 --name "my shop" app:app', true)).toMatchObject({
      refusal: { reason: 'exec-start-unclear' },
    });
  });

  it('are plain enough where only one reading is possible', () => {
    expect(planned('/usr/bin/gunicorn --max-requests 5 --name shop app:app', true)).toBe(
      'ExecStart=/usr/bin/gunicorn --max-requests 8000 --name shop app:app --max-requests-jitter 1200',
    );
  });
});
