import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { correlate } from '../../src/diagnosis/correlation.ts';
import { matchDeaths } from '../../src/diagnosis/death-matching.ts';
import type { Failure } from '../../src/diagnosis/failures.ts';
import type { WorkerDeath } from '../../src/diagnosis/worker-deaths.ts';
import { type Contestant, contest } from '../contest.ts';
import { CpuGroup } from '../cpu-group.ts';
import { Random } from '../growth/random.ts';
import type { Goal, Part } from '../part.ts';
import { isInstalled, missingOf, run } from '../programs.ts';

const FAILURES = 1_000_000;
const DEATHS = 100_000;
const SERVERS = 1_000;
const WEEK_S = 7 * 86_400;
const BEFORE_S = 1;
const AFTER_S = 3;
const ROUNDS = 3;
const TIED = 'Staunch, each failure tied to its death';
const TESTED = 'Staunch, 1,000 shuffles against chance (an incident of 5,000 502s and 300 deaths)';
const MAWK = 'sort | mawk';
const SQLITE = 'sqlite3 in memory, indexed';

/** Which of many 502s follow a death of a worker of their own server. */
export const correlatePart: Part = {
  name: 'correlate',
  about: '1,000,000 502s against 100,000 deaths of 1,000 servers',
  async measure(say) {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-correlate-'));
    const group = new CpuGroup('rivals');
    try {
      const { failures, deaths } = happenings();
      const [failureFile, deathFile] = [join(folder, 'failures.tsv'), join(folder, 'deaths.tsv')];
      writeFileSync(failureFile, failures.map(f => `${f.appServer}\t${f.atMs / 1000}\n`).join(''));
      writeFileSync(deathFile, deaths.map(d => `${d.server}\t${d.at.epochMs / 1000}\n`).join(''));
      let wanted: number | undefined;
      const check = (name: string, found: number) => {
        wanted ??= found;
        if (found !== wanted) throw new Error(`${name} tied ${found} failures, the first one ${wanted}.`);
      };
      const own = (name: string, act: () => number | undefined): Contestant<'cpuMs'> => ({
        name,
        turn: async () => {
          const before = process.cpuUsage();
          const found = act();
          const { user, system } = process.cpuUsage(before);
          if (found !== undefined) check(name, found);
          return { cpuMs: (user + system) / 1000 };
        },
      });
      const command = (name: string, words: readonly string[]): Contestant<'cpuMs'> => ({
        name,
        turn: async () => {
          const before = group.usedMs;
          const [file, args] = group.command(words);
          const { out } = await run(file, args, { ...process.env, LC_ALL: 'C' });
          check(name, Number(out.trim()));
          return { cpuMs: group.usedMs - before };
        },
      });
      const incident = smallIncident(failures, deaths);
      say('matching');
      const medians = await contest(
        [
          own(TIED, () => tied(failures, deaths)),
          own(TESTED, () => void correlate(incident.failures, incident.deaths, incident.window, 0)),
          ...(isInstalled('mawk') ? [command(MAWK, ['sh', '-c', mawkText(failureFile, deathFile)])] : []),
          ...(isInstalled('sqlite3')
            ? [command(SQLITE, ['sqlite3', ':memory:', ...sqliteWords(failureFile, deathFile)])]
            : []),
        ],
        ROUNDS,
      );
      return {
        tables: [
          {
            title: 'the same answer; rivals read text, Staunch has the lists in memory, as a diagnosis has',
            columns: ['CPU ms'],
            rows: [...medians].map(([name, { cpuMs }]) => ({ name, values: [cpuMs] })),
          },
        ],
        goals: goalsOf(medians),
        leftOut: missingOf(['mawk', 'sqlite3']),
      };
    } finally {
      rmSync(folder, { recursive: true });
      await group.remove();
    }
  },
};

function goalsOf(medians: ReadonlyMap<string, { readonly cpuMs: number }>): Goal[] {
  const rivals = [MAWK, SQLITE].flatMap(name => {
    const reading = medians.get(name);
    return reading === undefined ? [] : [{ name, measured: reading.cpuMs }];
  });
  const best = rivals.toSorted((a, b) => a.measured - b.measured)[0];
  return best === undefined
    ? []
    : [
        {
          what: 'CPU: 1,000,000 failures tied to 100,000 deaths',
          unit: 'ms',
          measured: medians.get(TIED)?.cpuMs ?? Number.NaN,
          rival: best,
          bound: { atMost: 1 / 15 },
        },
      ];
}

function tied(failures: readonly Failure[], deaths: readonly WorkerDeath[]): number {
  let found = 0;
  matchDeaths(failures, deaths, new Map(), () => {
    found++;
  });
  return found;
}

/** Whole seconds, as logs print them; four in five failures follow a death. Both lists in the order of time. */
function happenings(): { readonly failures: readonly Failure[]; readonly deaths: readonly WorkerDeath[] } {
  const random = new Random(20_261_122);
  const deaths = Array.from({ length: DEATHS }, (): WorkerDeath => {
    const at = { epochMs: random.whole(0, WEEK_S) * 1000, toleranceMs: 0 };
    const server = `app-${random.whole(1, SERVERS)}`;
    return { server, at, noticedLateMs: 0, cause: 'worker-oom-kill', proof: 'pid', lines: [] };
  }).sort((a, b) => a.at.epochMs - b.at.epochMs);
  const failures = Array.from({ length: FAILURES }, (): Failure => {
    const death = deaths[random.whole(0, DEATHS - 1)] as WorkerDeath;
    const follows = random.next() < 0.8;
    return {
      atMs: follows ? death.at.epochMs + random.whole(0, 2) * 1000 : random.whole(0, WEEK_S) * 1000,
      toleranceMs: 0,
      nginxServer: 'web-1',
      appServer: death.server,
      status: 502,
      fault: 'closed-before-header',
      effect: 'client',
      fromUpstream: false,
      lines: [],
    };
  }).sort((a, b) => a.atMs - b.atMs);
  return { failures, deaths };
}

function smallIncident(failures: readonly Failure[], deaths: readonly WorkerDeath[]) {
  return {
    failures: failures.filter((_, at) => at % 200 === 0).map(({ atMs }) => atMs),
    deaths: deaths.filter((_, at) => at % 333 === 0).map(({ at }) => at.epochMs),
    window: { fromMs: 0, toMs: WEEK_S * 1000 },
  };
}

/** Deaths of a server in order of time; a failure looks at those of its own seconds. */
function mawkText(failures: string, deaths: string): string {
  return `{ sed 's/$/\\td/' ${deaths}; sed 's/$/\\tf/' ${failures}; } | sort -t '\t' -k1,1 -k2,2n -k3,3 | mawk -F'\t' '
    $1 != server { server = $1; last = -99; for (; head <= tail; head++) delete waiting[head]; head = 1; tail = 0 }
    $3 == "d" { while (head <= tail && waiting[head] < $2 - ${BEFORE_S}) delete waiting[head++]
      found += tail - head + 1; while (head <= tail) delete waiting[head++]; last = $2; next }
    $2 <= last + ${AFTER_S} { found++; next }
    { waiting[++tail] = $2 }
    END { print found }'`;
}

function sqliteWords(failures: string, deaths: string): string[] {
  return [
    'CREATE TABLE f(server TEXT, at INT); CREATE TABLE d(server TEXT, at INT);',
    '.mode tabs',
    `.import ${failures} f`,
    `.import ${deaths} d`,
    'CREATE INDEX i ON d(server, at);',
    `SELECT count(*) FROM f WHERE EXISTS (SELECT 1 FROM d WHERE d.server = f.server AND d.at BETWEEN f.at - ${AFTER_S} AND f.at + ${BEFORE_S});`,
  ];
}
