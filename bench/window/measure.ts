import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LONG } from '../../src/collectors/collector.ts';
import type { Question } from '../../src/collectors/question.ts';
import { type Contestant, contest, type Reading } from '../contest.ts';
import type { Goal, Measured, Part, Say, Table } from '../part.ts';
import { missingOf } from '../programs.ts';
import { SshTarget } from '../ssh-target.ts';
import { type LogCase, logCases, TAC } from './log-cases.ts';
import { writeWeekLogs } from './week-logs.ts';
import { diagnosisAtTarget } from './whole-diagnosis.ts';

type Measure = 'wallMs' | 'targetMs' | 'sentBytes' | 'readBytes';
export const STAUNCH = 'Staunch';
const FLOOR = 'nothing: ssh true';
const STAUNCH_FLOOR = 'nothing: a question without an answer';
const ROUNDS = 5;

/** Two hours out of a week of logs: the last ones, and some days back. */
export const windowPart: Part = {
  name: 'window',
  about: 'two hours out of a 2 GB access log, a 200 MB error log and rotated files, at the target',
  async measure(say) {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-window-'));
    try {
      say('writing a week of logs');
      const logs = await writeWeekLogs(folder);
      await using target = await SshTarget.start();
      const tables: Table[] = [];
      const goals: Goal[] = [];
      const ratios: {
        readonly name: string;
        readonly ratio: number;
        readonly staunch: number;
        readonly tac: number;
      }[] = [];
      for (const one of logCases(logs)) {
        const { table, net } = await measureCase(target, one, say);
        tables.push(table);
        goals.push(...one.goals(net));
        const tac = net.get(TAC);
        const staunch = net.get(STAUNCH);
        if (tac && staunch)
          ratios.push({
            name: one.title,
            ratio: staunch.wallMs / tac.wallMs,
            staunch: staunch.wallMs,
            tac: tac.wallMs,
          });
      }
      const worst = ratios.toSorted((a, b) => b.ratio - a.ratio)[0];
      if (worst)
        goals.push({
          what: `wall, net, of the window where it does worst (${worst.name})`,
          unit: 'ms',
          measured: worst.staunch,
          rival: { name: TAC, measured: worst.tac },
          bound: { atMost: 1.2 },
        });
      const whole = await diagnosisAtTarget(target, logs, say);
      return {
        tables: [...tables, whole.table],
        goals: [...goals, ...whole.goals],
        leftOut: missingOf(['rg', 'zgrep', 'mawk']),
      } satisfies Measured;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function measureCase(
  target: SshTarget,
  { title, question, rivals, matching }: LogCase,
  say: Say,
): Promise<{ readonly table: Table; readonly net: ReadonlyMap<string, Reading<Measure>> }> {
  say(title);
  const asked = async (of: Question) => {
    const { answer, ...cost } = await target.ask(of);
    if (of === question) matching.check(Buffer.from(answer.bytes).toString('latin1'));
    return cost;
  };
  const contestants: Contestant<Measure>[] = [
    { name: FLOOR, turn: () => target.command('true') },
    ...rivals.map(({ name, command, rounds }) => ({
      name,
      ...(rounds !== undefined && { rounds }),
      turn: async () => {
        const { out, ...cost } = await target.command(command);
        matching.check(out);
        return cost;
      },
    })),
    { name: STAUNCH_FLOOR, turn: () => asked(UNKNOWN) },
    { name: STAUNCH, turn: () => asked(question) },
  ];
  const gross = await contest(contestants, ROUNDS);
  const floorOf = (name: string) => gross.get(name === STAUNCH ? STAUNCH_FLOOR : FLOOR);
  const net = new Map(
    [...gross].map(([name, reading]) => {
      const floor = floorOf(name);
      return [
        name,
        {
          ...reading,
          wallMs: reading.wallMs - (floor?.wallMs ?? 0),
          targetMs: reading.targetMs - (floor?.targetMs ?? 0),
        },
      ];
    }),
  );
  const rows = [...gross].map(([name, reading]) => {
    const own = net.get(name);
    const isFloor = name === FLOOR || name === STAUNCH_FLOOR;
    return {
      name,
      values: [
        reading.wallMs,
        isFloor ? undefined : own?.wallMs,
        isFloor ? undefined : own?.targetMs,
        reading.readBytes / 1e6,
        reading.sentBytes / 1e3,
      ],
    };
  });
  const columns = ['wall ms', 'net wall ms', 'net CPU ms at the target', 'MB read there', 'KB moved'];
  return { table: { title, columns, rows }, net };
}

/** Answered with "unknown question": what a question costs that does nothing. */
const UNKNOWN = { verb: 'bench-nothing', args: [], limits: LONG } as unknown as Question;
