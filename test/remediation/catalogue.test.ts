import { describe, expect, it } from 'vitest';
import { planRemedy, type RemedyAnswer } from '../../src/remediation/catalogue.ts';
import { REMEDIES, type ServerPlan } from '../../src/remediation/plan.ts';
import type { PlanTerms, Wish } from '../../src/remediation/remedy.ts';
import { CONFIG, DROP_IN, type HostSetUp, SimulatedHost } from './simulated-host.ts';

const MB = 1_048_576;
const TERMS: PlanTerms = { watchMs: 600_000, confirmWithinSeconds: 300 };
const RECYCLING = { remedy: 'recycling', maxRequests: 8_000, maxRequestsJitter: 1_200 } as const;
const WORKERS = { remedy: 'worker-count', workers: 3 } as const;
const OOM = { remedy: 'oom-policy' } as const;
const LIMITS = { remedy: 'memory-limits', memoryMaxBytes: 1_024 * MB, memoryHighBytes: 900 * MB } as const;

const unitFile = (...lines: string[]) =>
  ['[Service]', 'Type=notify', 'WorkingDirectory=/srv/checkout', ...lines, ''].join('\n');
const PLAIN = 'ExecStart=/usr/bin/gunicorn --bind unix:/run/checkout.sock app:app';

/** Where Gunicorn's options may stand, and what that makes of a plan. */
const SET_UPS: Readonly<Record<string, HostSetUp & { readonly takesEffect: 'reload' | 'restart' }>> = {
  'nowhere, and no file': { unitFile: unitFile(PLAIN), takesEffect: 'reload' },
  'in the file': {
    unitFile: unitFile(PLAIN),
    files: { [CONFIG]: 'workers = 4\nmax_requests = 1000\n' },
    takesEffect: 'reload',
  },
  'in the file, without a newline at its end': {
    unitFile: unitFile(PLAIN),
    files: { [CONFIG]: 'workers = 4' },
    takesEffect: 'reload',
  },
  'in Environment': {
    unitFile: unitFile(
      'Environment="GUNICORN_CMD_ARGS=--workers 4 --timeout 60 --max-requests=1000 --name \'a b\'"',
      PLAIN,
    ),
    takesEffect: 'restart',
  },
  'in an EnvironmentFile': {
    unitFile: unitFile(PLAIN),
    environmentFile: { GUNICORN_CMD_ARGS: '-w 4 --max-requests 1000' },
    takesEffect: 'restart',
  },
  'on ExecStart': {
    unitFile: unitFile(
      'ExecStart=/usr/bin/gunicorn -w 4 --max-requests 1000 --access-logformat "%%(h)s \\"%%(r)s\\" $$" app:app',
    ),
    takesEffect: 'restart',
  },
};

function planOf(answer: RemedyAnswer): ServerPlan {
  if (answer.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(answer)}`);
  return answer.plan;
}

const wishesFor = (host: SimulatedHost): readonly Wish[] => {
  const { pid, startTicks } = host.observe().workers[0]!;
  return [RECYCLING, WORKERS, OOM, LIMITS, { remedy: 'recycle-worker', pid, startTicks }];
};
const cases = Object.keys(SET_UPS).flatMap(place => REMEDIES.map(remedy => [remedy, place] as const));

describe('every remedy of the catalogue', () => {
  it.each(cases)('%s has nothing left to do once applied, options being %s', (remedy, place) => {
    const host = new SimulatedHost(SET_UPS[place]!);
    const wish = wishesFor(host).find(one => one.remedy === remedy)!;
    host.apply(planOf(planRemedy(host.observe(), wish, TERMS)));
    const again = planRemedy(host.observe(), wish, TERMS);
    // The worker that left is there no more: that is as good as nothing to do.
    if (remedy === 'recycle-worker') expect(host.observe().files.get(DROP_IN)?.exists).toBe(false);
    else expect(again.kind).toBe('nothing-to-do');
  });

  it.each(cases)('%s is taken back to the exact bytes, mode and owner, options being %s', (remedy, place) => {
    const host = new SimulatedHost(SET_UPS[place]!);
    const before = [...host.files];
    const shown = host.state().unitState;
    const wish = wishesFor(host).find(one => one.remedy === remedy)!;
    const undo = host.apply(planOf(planRemedy(host.observe(), wish, TERMS)));
    undo();
    expect([...host.files].sort()).toEqual(before.sort());
    expect(host.state().unitState).toEqual(shown);
  });

  it.each(cases)('%s plans the same twice, options being %s', (remedy, place) => {
    const [one, other] = [new SimulatedHost(SET_UPS[place]!), new SimulatedHost(SET_UPS[place]!)];
    const wish = wishesFor(one).find(each => each.remedy === remedy)!;
    expect(planRemedy(one.observe(), wish, TERMS)).toEqual(planRemedy(other.observe(), wish, TERMS));
  });

  it.each(Object.keys(SET_UPS))('keeps what the others wrote, options being %s', place => {
    const host = new SimulatedHost(SET_UPS[place]!);
    const all: readonly Wish[] = [RECYCLING, WORKERS, OOM, LIMITS];
    for (const wish of all) host.apply(planOf(planRemedy(host.observe(), wish, TERMS)));
    expect(all.map(wish => planRemedy(host.observe(), wish, TERMS).kind)).toEqual(
      all.map(() => 'nothing-to-do'),
    );
    expect(host.state().unitState).toMatchObject({ OOMPolicy: 'continue', MemoryMax: String(1_024 * MB) });
  });

  it.each(Object.entries(SET_UPS))('takes effect as it must, options being %s', (_, setUp) => {
    const host = new SimulatedHost(setUp);
    const plan = planOf(planRemedy(host.observe(), RECYCLING, TERMS));
    expect(plan.activation.kind).toBe(setUp.takesEffect);
    expect(plan.verification).toMatchObject({
      expected: { max_requests: 8_000, max_requests_jitter: 1_200 },
      workers: 4,
      workersMustBeNew: true,
    });
  });
});

describe('the place that wins', () => {
  const appliedTo = (setUp: HostSetUp, wish: Wish = RECYCLING) => {
    const host = new SimulatedHost(setUp);
    host.apply(planOf(planRemedy(host.observe(), wish, TERMS)));
    return host;
  };

  it('is a block at the end of the file, everything else byte for byte', () => {
    const text = 'workers = 4\r\nmax_requests = 1000  # gr\u00f6\u00dfer\r\n';
    const host = appliedTo({ unitFile: unitFile(PLAIN), files: { [CONFIG]: text } });
    expect(host.files.get(CONFIG)?.bytes.toString('utf8')).toBe(
      `${text}# BEGIN staunch\r\n# Written after an approval in chat. Change it there, or remove the whole block.\r\nmax_requests = 8000\r\nmax_requests_jitter = 1200\r\n# END staunch\r\n`,
    );
  });

  it('moves the block to the end when something was added after it', () => {
    const host = appliedTo({ unitFile: unitFile(PLAIN), files: { [CONFIG]: 'workers = 4\n' } });
    const file = host.files.get(CONFIG)!;
    host.put(CONFIG, `${file.bytes.toString()}max_requests = 5\n`);
    host.apply(planOf(planRemedy(host.observe(), RECYCLING, TERMS)));
    expect(host.files.get(CONFIG)?.bytes.toString()).toMatch(
      /^workers = 4\nmax_requests = 5\n# BEGIN staunch\n/,
    );
    expect(host.files.get(CONFIG)?.bytes.toString().match(/BEGIN/g)).toHaveLength(1);
  });

  it('is the whole GUNICORN_CMD_ARGS in a drop-in: nothing of it is lost', () => {
    const host = appliedTo(SET_UPS['in Environment']!);
    expect(host.state().master?.environment?.GUNICORN_CMD_ARGS).toBe(
      "--workers 4 --timeout 60 --max-requests=8000 --name 'a b' --max-requests-jitter 1200",
    );
  });

  it('is the command line where an EnvironmentFile would beat every Environment=', () => {
    const host = appliedTo(SET_UPS['in an EnvironmentFile']!);
    expect(host.state().master?.commandLine?.slice(2)).toEqual(
      '--bind unix:/run/checkout.sock app:app --max-requests 8000 --max-requests-jitter 1200'.split(' '),
    );
  });

  it('is the whole ExecStart in a drop-in: the same words but for the options', () => {
    const host = appliedTo(SET_UPS['on ExecStart']!);
    expect(host.state().master?.commandLine?.slice(1)).toEqual([
      '/usr/bin/gunicorn',
      '-w',
      '4',
      '--max-requests',
      '8000',
      '--access-logformat',
      '%(h)s "%(r)s" $',
      'app:app',
      '--max-requests-jitter',
      '1200',
    ]);
  });
});
