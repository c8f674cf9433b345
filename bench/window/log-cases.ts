import { LONG } from '../../src/collectors/collector.ts';
import type { Question } from '../../src/collectors/question.ts';
import type { Reading } from '../contest.ts';
import type { Goal } from '../part.ts';
import { isInstalled } from '../programs.ts';
import { END_S, type WeekLogs } from './week-logs.ts';

type Measure = 'wallMs' | 'targetMs' | 'sentBytes' | 'readBytes';
type Net = ReadonlyMap<string, Reading<Measure>>;

export const TAC = 'tac | mawk, until the window begins';
const RG_WHOLE = 'rg -j1 over the whole file';
const STAUNCH = 'Staunch';
const HOURS_S = 7_200;
const FOUR_DAYS_S = 4 * 86_400;

/** All contestants must have found the same lines. */
export interface Matching {
  /** @throws when the text holds another number of matching lines */
  check(text: string): void;
}

export interface LogCase {
  readonly title: string;
  readonly question: Question;
  readonly rivals: readonly { readonly name: string; readonly command: string; readonly rounds?: number }[];
  readonly matching: Matching;
  goals(net: Net): readonly Goal[];
}

/** What people would type on the server, beside what Staunch asks. */
export function logCases(logs: WeekLogs): readonly LogCase[] {
  const { access, tries, error, rotated, packed } = logs;
  const back = END_S - FOUR_DAYS_S;
  const days = `'${day(back)}:1[67]:.*" 502 '`;
  return [
    {
      title: '502s of the last 2 h, access log 2 GB',
      question: accessQuestion(access, END_S - HOURS_S, END_S, 'plain'),
      rivals: [
        { name: 'grep -F over the whole file', command: `grep -F '" 502 ' ${access}`, rounds: 2 },
        ...ofRipgrep({ name: RG_WHOLE, command: `rg -j1 -F '" 502 ' ${access}`, rounds: 3 }),
        { name: TAC, command: tacAccess(access, END_S - HOURS_S) },
      ],
      matching: sameCount('" 502 ', '30/Nov/2026:1[67]:'),
      goals: net => [
        atMost('wall, net: 502s of the last 2 h', net, 'wallMs', TAC, 1 / 3),
        {
          ...atMost('CPU at the target, net: 502s of the last 2 h', net, 'targetMs', TAC, 1 / 3),
          hard: true,
        },
        {
          ...atMost(
            'bytes moved: 502s of the last 2 h, counts of each minute and status included',
            net,
            'sentBytes',
            TAC,
            1.05,
            'bytes',
          ),
          hard: true,
        },
      ],
    },
    {
      title: 'the same where the format lists the tries of a request',
      question: accessQuestion(tries, END_S - HOURS_S, END_S, 'tries:us="'),
      rivals: [{ name: TAC, command: tacAccess(tries, END_S - HOURS_S) }],
      matching: sameCount('" 502 ', '30/Nov/2026:1[67]:'),
      goals: net => [
        atMost('CPU at the target, net: the same, where tries are listed', net, 'targetMs', TAC, 1 / 3),
      ],
    },
    {
      title: '502s of the last 5 minutes, access log 2 GB',
      question: accessQuestion(access, END_S - 300, END_S, 'plain'),
      rivals: [{ name: TAC, command: tacAccess(access, END_S - 300) }],
      matching: sameCount('" 502 ', '30/Nov/2026:17:5[5-9]:'),
      goals: () => [],
    },
    {
      title: '502s of 2 h four days back, access log 2 GB',
      question: accessQuestion(access, back - HOURS_S, back - 1, 'plain'),
      rivals: [
        ...ofRipgrep({ name: RG_WHOLE, command: `rg -j1 ${days} ${access}`, rounds: 3 }),
        { name: 'mawk by time over the whole file', command: mawkBetween(access, back), rounds: 1 },
      ],
      matching: sameCount('" 502 ', '26/Nov/2026:1[67]:'),
      goals: net =>
        isInstalled('rg')
          ? [atMost('wall, net: 2 h four days back in one file', net, 'wallMs', RG_WHOLE, 1 / 10)]
          : [],
    },
    {
      title: 'error lines of the last 2 h, error log 200 MB',
      question: errorQuestion(error, END_S - HOURS_S, END_S),
      rivals: [
        { name: TAC, command: tacError(error, END_S - HOURS_S) },
        ...ofRipgrep({ name: RG_WHOLE, command: `rg -j1 '^2026/11/30 1[67]:' ${error}`, rounds: 3 }),
      ],
      matching: sameCount('', '2026/11/30 1[67]:'),
      goals: () => [],
    },
    {
      title: 'error lines of 2 h four days back, error log 200 MB',
      question: errorQuestion(error, back - HOURS_S, back - 1),
      rivals: [...ofRipgrep({ name: RG_WHOLE, command: `rg -j1 '^2026/11/26 1[67]:' ${error}`, rounds: 3 })],
      matching: sameCount('', '2026/11/26 1[67]:'),
      goals: () => [],
    },
    {
      title: '502s of 2 h four days back, in rotated and packed files',
      question: accessQuestion(rotated, back - HOURS_S, back - 1, 'plain'),
      rivals: [
        { name: 'zgrep over all packed files', command: `zgrep -h ${days} ${packed.join(' ')}`, rounds: 1 },
        {
          name: 'zcat of the right file | mawk',
          command: `zcat ${rotated}.4.gz | ${mawkBetween('', back)}`,
          rounds: 3,
        },
      ],
      matching: sameCount('" 502 ', '26/Nov/2026:1[67]:'),
      goals: () => [],
    },
  ];
}

function accessQuestion(path: string, fromS: number, toS: number, ...form: readonly string[]): Question {
  return {
    verb: 'access-log',
    args: [path, String(fromS), String(toS), 'after-request', ...form],
    limits: LONG,
  };
}

function errorQuestion(path: string, fromS: number, toS: number): Question {
  return { verb: 'error-log', args: [path, String(fromS), String(toS)], limits: LONG };
}

/** Backwards from the end until the window begins: the best that a shell has for windows that end now. */
function tacAccess(path: string, fromS: number): string {
  return `tac ${path} | mawk '$4 < "[${day(fromS)}:${time(fromS)}" { exit } $9 == 502'`;
}

function tacError(path: string, fromS: number): string {
  return `tac ${path} | mawk '$1 " " $2 < "2026/11/30 ${time(fromS)}" { exit } { print }'`;
}

/** The two hours before an instant. */
function mawkBetween(path: string, toS: number): string {
  const bound = (atS: number) => `"[${day(atS)}:${time(atS)}"`;
  return `mawk '$4 >= ${bound(toS)} { exit } $4 >= ${bound(toS - HOURS_S)} && $9 == 502' ${path}`;
}

const day = (epochS: number) => `${String(new Date(epochS * 1000).getUTCDate()).padStart(2, '0')}/Nov/2026`;
const time = (epochS: number) => new Date(epochS * 1000).toISOString().slice(11, 19);

function ofRipgrep<T>(rival: T): readonly T[] {
  return isInstalled('rg') ? [rival] : [];
}

/** Rivals may send more than the window; those in it must be as many for all. */
function sameCount(text: string, stamps: string): Matching {
  const inWindow = new RegExp(stamps);
  let wanted: number | undefined;
  return {
    check(out) {
      const lines = out.split('\n').filter(line => line.includes(text) && inWindow.test(line));
      // Of very many lines Staunch leaves the middle out, and says how many.
      const leftOut = Number(/^#staunch left-out (\d+)/m.exec(out)?.[1] ?? 0);
      const found = lines.filter(line => !line.startsWith('#staunch ')).length + leftOut;
      wanted ??= found;
      if (found !== wanted || found === 0)
        throw new Error(`One found ${wanted} lines in the window ${stamps}, another ${found}.`);
    },
  };
}

function atMost(what: string, net: Net, measure: Measure, rival: string, share: number, unit = 'ms'): Goal {
  return {
    what,
    unit,
    measured: net.get(STAUNCH)?.[measure] ?? Number.NaN,
    rival: { name: rival, measured: net.get(rival)?.[measure] ?? Number.NaN },
    bound: { atMost: share },
  };
}
