import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import { REMEDIES } from '../../src/remediation/plan.ts';
import type { Wish } from '../../src/remediation/remedy.ts';
import {
  appliedTo,
  LIMITS,
  OOM,
  PLAIN,
  planOf,
  RECYCLING,
  SET_UPS,
  TERMS,
  unitFile,
  WORKERS,
  wishesFor,
} from './host-setups.ts';
import { CONFIG, DROP_IN, SimulatedHost } from './simulated-host.ts';

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
    expect(host.state().unitState).toMatchObject({
      OOMPolicy: 'continue',
      MemoryMax: String(LIMITS.memoryMaxBytes),
    });
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
  it('is a block at the end of the file, everything else byte for byte', () => {
    const text = 'workers = 4\r\nmax_requests = 1000  # gr\u00f6\u00dfer\r\n';
    const host = appliedTo({ unitFile: unitFile(PLAIN), files: { [CONFIG]: text } });
    expect(host.files.get(CONFIG)?.bytes.toString('utf8')).toBe(
      `${text}# BEGIN staunch\n# Written after an approval in chat. Change it there, or remove the whole block.\nmax_requests = 8000\nmax_requests_jitter = 1200\n# END staunch\n`,
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
      '-w4',
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
