import { describe, expect, it } from 'vitest';
import { ownKillsOf } from '../../src/diagnosis/kernel-kills.ts';
import { oomRefutedAt } from '../../src/diagnosis/oom-refutation.ts';
import type { Signal } from '../../src/signals/signal.ts';
import { counterOf, gunicornAt, hostWith, killAt, NOW_MS } from './facts.ts';

const UNIT = 'gunicorn.service';
const OWN = '/system.slice/gunicorn.service';
const LAB1 = `/slab/lab1${OWN}`;
const LAB2 = `/slab/lab2${OWN}`;
const S = 1_000;
const sigkill = (atMs: number, pid = 201) => gunicornAt(atMs, 'worker-signalled', { pid, signal: 9 });

interface Row {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly counter?: readonly [kills: number, sinceMs: number];
  /** One letter a kill: S same path, X suffix, p pid, - somebody else's; in order of the signals. */
  readonly owns: string;
  readonly certain?: boolean;
}

const LETTERS = { 'same-path': 'S', 'path-suffix': 'X', pid: 'p', other: '-' } as const;
const k = killAt;

describe('whose process the kernel killed', () => {
  it.each<Row>([
    { name: "the same path is this unit's", signals: [k(NOW_MS, OWN)], owns: 'S' },
    { name: "a cgroup below it is this unit's", signals: [k(NOW_MS, `${OWN}/worker`)], owns: 'S' },
    {
      name: 'a unit whose name ends alike is not',
      signals: [k(NOW_MS, '/system.slice/old-gunicorn.service')],
      owns: '-',
    },
    { name: 'a path that only begins alike is not', signals: [k(NOW_MS, `${OWN}.d`)], owns: '-' },
    { name: 'a longer path without any sign of this unit is not', signals: [k(NOW_MS, LAB1)], owns: '-' },
    {
      name: 'a longer path with a death at that moment is, but not surely',
      signals: [k(NOW_MS, LAB1), sigkill(NOW_MS + 200)],
      owns: 'X',
      certain: false,
    },
    {
      name: 'two of two kills with a death each are sure',
      signals: [
        k(NOW_MS, LAB1),
        sigkill(NOW_MS + 200),
        k(NOW_MS + 9 * S, LAB1),
        sigkill(NOW_MS + 9_100, 202),
      ],
      owns: 'XX',
      certain: true,
    },
    {
      name: 'kills at the same path before the first sign of this unit are of a host that is gone',
      signals: [
        k(NOW_MS - 300 * S, LAB1),
        k(NOW_MS - 290 * S, LAB1),
        gunicornAt(NOW_MS - 60 * S, 'master-starting', { writerPid: 200 }),
        k(NOW_MS, LAB1),
        sigkill(NOW_MS + 200),
      ],
      counter: [1, NOW_MS - 60 * S],
      owns: '--X',
      certain: true,
    },
    {
      name: "the unit's counter makes one sure",
      signals: [k(NOW_MS, LAB1), sigkill(NOW_MS + 200)],
      counter: [1, NOW_MS - 60 * S],
      owns: 'X',
      certain: true,
    },
    {
      name: 'the counter alone names the only path with as many kills',
      signals: [k(NOW_MS, LAB1), k(NOW_MS + S, LAB2), k(NOW_MS + 2 * S, LAB2)],
      counter: [2, NOW_MS - 60 * S],
      owns: '-XX',
      certain: true,
    },
    {
      name: 'a counter at 0 since before refutes all longer paths',
      signals: [k(NOW_MS, LAB1), sigkill(NOW_MS + 200)],
      counter: [0, NOW_MS - 60 * S],
      owns: '-',
    },
    {
      name: 'a counter at 0 that began later refutes nothing',
      signals: [k(NOW_MS, LAB1), sigkill(NOW_MS + 200)],
      counter: [0, NOW_MS + 60 * S],
      owns: 'X',
      certain: false,
    },
    {
      name: 'a counter at 0 refutes only the kills after its start',
      signals: [
        k(NOW_MS, LAB1),
        sigkill(NOW_MS + 200),
        k(NOW_MS + 90 * S, LAB1),
        sigkill(NOW_MS + 90_200, 202),
      ],
      counter: [0, NOW_MS + 60 * S],
      owns: 'X-',
    },
    {
      name: 'the path whose kills all met a death wins over a busier neighbour',
      signals: [
        k(NOW_MS, LAB1),
        k(NOW_MS + 100, LAB2),
        sigkill(NOW_MS + 300),
        k(NOW_MS + 5 * S, LAB1),
        k(NOW_MS + 8 * S, LAB1),
        k(NOW_MS + 9 * S, LAB2),
        sigkill(NOW_MS + 9_200, 202),
      ],
      owns: '-X--X',
    },
    {
      name: 'two neighbours that fit equally leave it open',
      signals: [k(NOW_MS, LAB1), k(NOW_MS + 10, LAB2), sigkill(NOW_MS + 300)],
      owns: '--',
    },
    {
      name: "a SIGKILL after a time-out line is Gunicorn's own and agrees with nobody",
      signals: [
        gunicornAt(NOW_MS - S, 'worker-timeout', { pid: 201 }),
        k(NOW_MS, LAB1),
        sigkill(NOW_MS + 200),
      ],
      owns: '-',
    },
    {
      name: "without a path, the pid of a worker that ended then is this unit's",
      signals: [
        gunicornAt(NOW_MS - 60 * S, 'worker-booting', { pid: 777, writerPid: 777 }),
        k(NOW_MS, undefined, 777),
        sigkill(NOW_MS + 200, 777),
      ],
      owns: 'p',
    },
    {
      name: "without a path, the pid of a worker that lives on is somebody else's",
      signals: [
        gunicornAt(NOW_MS - 60 * S, 'worker-booting', { pid: 777, writerPid: 777 }),
        k(NOW_MS, undefined, 777),
        gunicornAt(NOW_MS + 60 * S, 'worker-exiting', { pid: 777, writerPid: 777 }),
      ],
      owns: '-',
    },
    {
      name: "without a path, an unknown pid is somebody else's",
      signals: [k(NOW_MS, undefined, 777)],
      owns: '-',
    },
  ])('$name', ({ signals, counter, owns, certain }) => {
    const host = hostWith({ signals, ...(counter && counterOf(...counter)) });
    const told = ownKillsOf(host, UNIT);
    expect(told.map(t => LETTERS[t.ownership]).join('')).toBe(owns);
    if (certain !== undefined)
      expect(told.every(t => t.ownership !== 'path-suffix' || t.certain === certain)).toBe(true);
  });
});

describe('an OOM kill is refuted', () => {
  const covering = (fromMs: number, toMs = Number.POSITIVE_INFINITY) =>
    hostWith({ coverage: [{ server: 'web-1', source: 'kernel-log', state: 'read', fromMs, toMs }] });
  it.each([
    ['by a silent kernel log that covers the moment', covering(NOW_MS - S), true],
    ['not by one that begins later', covering(NOW_MS + S), false],
    ['not by one that ends before', covering(NOW_MS - 60 * S, NOW_MS - S), false],
    [
      'not by one that may not be read',
      hostWith({ coverage: [{ server: 'web-1', source: 'kernel-log', state: 'denied' }] }),
      false,
    ],
    [
      'not by one that shows nothing at all',
      hostWith({ coverage: [{ server: 'web-1', source: 'kernel-log', state: 'unproven' }] }),
      false,
    ],
    ['by a counter at 0 that counts since before', hostWith(counterOf(0, NOW_MS - S)), true],
    ['not by a counter that began after', hostWith(counterOf(0, NOW_MS + S)), false],
    ['not by a counter that rose', hostWith(counterOf(1, NOW_MS - S)), false],
  ] as const)('%s', (_, host, refuted) => {
    expect(oomRefutedAt(host, NOW_MS) !== undefined).toBe(refuted);
  });
});
