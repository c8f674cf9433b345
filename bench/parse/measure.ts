import { mkdtempSync, openSync, readSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sliceLines } from '../../src/signals/lines.ts';
import type { ReadContext } from '../../src/signals/moments.ts';
import { compileLogFormat } from '../../src/signals/nginx-access-log.ts';
import { readNginxErrorLine } from '../../src/signals/nginx-error-log.ts';
import { COMBINED_FORMAT } from '../../src/signals/nginx-log-format.ts';
import { type Contestant, contest } from '../contest.ts';
import { CpuGroup } from '../cpu-group.ts';
import type { Goal, Part } from '../part.ts';
import { isInstalled, missingOf, run } from '../programs.ts';
import { END_S, writeWeekLogs } from '../window/week-logs.ts';

const ACCESS_BYTES = 100_000_000;
const ERROR_BYTES = 60_000_000;
const ROUNDS = 5;
const SLOW_ROUNDS = 3;
const FULL = 'Staunch, every line to a request';
const FILTER = 'Staunch, the filter at the target (failures, and counts of each minute and status)';
const ERRORS = 'Staunch, every error line';
const CONTEXT: ReadContext = { server: 'web-1', clock: { errorMs: 0, timeZone: 'UTC', assumed: false } };
const READ_SCRIPT = join(import.meta.dirname, '../../target/read');

/** Understanding lines, on one core. */
export const parsePart: Part = {
  name: 'parse',
  about: 'lines of an access log and an error log a second and core',
  async measure(say) {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-parse-'));
    const group = new CpuGroup('rivals');
    try {
      say('writing logs');
      const logs = await writeWeekLogs(folder);
      const access = join(folder, 'part-access.log');
      const error = join(folder, 'part-error.log');
      const requests = head(logs.rotated, ACCESS_BYTES);
      const problems = head(logs.error, ERROR_BYTES);
      writeFileSync(access, requests);
      utimesSync(access, END_S, END_S);
      writeFileSync(error, problems);
      const lineCount = countLines(requests);
      const rate = (lines: number, cpuMs: number) => ({ linesPerS: (lines / cpuMs) * 1000 });
      const own = (lines: number, parse: () => number) => async () => {
        const before = process.cpuUsage();
        const read = parse();
        const { user, system } = process.cpuUsage(before);
        if (read === 0) throw new Error('Nothing of the log was understood.');
        return rate(lines, (user + system) / 1000);
      };
      const command = (name: string, words: readonly string[], rounds?: number): Contestant<'linesPerS'> => ({
        name,
        ...(rounds !== undefined && { rounds }),
        turn: async () => {
          const before = group.usedMs;
          const [file, args] = group.command(words);
          await run(file, args, { ...process.env, LC_ALL: 'C' });
          return rate(lineCount, group.usedMs - before);
        },
      });
      say('parsing');
      const medians = await contest(
        [
          { name: FULL, turn: own(lineCount, () => parseRequests(requests)) },
          { name: ERRORS, turn: own(countLines(problems), () => parseErrors(problems)) },
          command(FILTER, ['sh', '-c', filterOf(access), 'sh']),
          ...(isInstalled('gawk') ? [command(GAWK, ['gawk', '$9 == 502', access])] : []),
          ...(isInstalled('mawk') ? [command('mawk, $9 == 502', ['mawk', '$9 == 502', access])] : []),
          command(GREP, ['grep', '-F', '" 502 ', access]),
          ...(isInstalled('rg') ? [command('rg -j1 -F', ['rg', '-j1', '-F', '" 502 ', access])] : []),
          ...(isInstalled('lnav')
            ? [
                command(
                  LNAV,
                  ['lnav', '-n', '-c', ';SELECT count(*) FROM access_log WHERE sc_status = 502', access],
                  SLOW_ROUNDS,
                ),
              ]
            : []),
        ],
        ROUNDS,
      );
      const of = (name: string) => medians.get(name)?.linesPerS ?? Number.NaN;
      const lineBytes = requests.length / lineCount;
      return {
        tables: [
          {
            title: 'on one core',
            columns: ['million lines/s', 'MB/s'],
            rows: [...medians].map(([name, { linesPerS }]) => ({
              name,
              values: [linesPerS / 1e6, (linesPerS * (name === ERRORS ? ERROR_LINE : lineBytes)) / 1e6],
            })),
          },
        ],
        goals: [
          ...(isInstalled('gawk')
            ? [atLeast('full parse of an access log', of(FULL), GAWK, of(GAWK), 1.5)]
            : []),
          atLeast('failures of an access log', of(FILTER), GREP, of(GREP), 1.3),
          ...(isInstalled('lnav')
            ? [atLeast('full parse of an access log', of(FULL), LNAV, of(LNAV), 4)]
            : []),
        ],
        leftOut: missingOf(['gawk', 'mawk', 'rg', 'lnav']),
      };
    } finally {
      rmSync(folder, { recursive: true });
      await group.remove();
    }
  },
};

const GAWK = 'gawk, $9 == 502';
const GREP = 'grep -F';
const LNAV = 'lnav, count of 502s';
/** Bytes of an error line here. */
const ERROR_LINE = 339;

function parseRequests(bytes: Buffer): number {
  const reader = compileLogFormat(COMBINED_FORMAT);
  let read = 0;
  for (const slice of sliceLines(bytes))
    for (const line of slice) if (reader.read(line, CONTEXT) !== undefined) read++;
  return read;
}

function parseErrors(bytes: Buffer): number {
  let read = 0;
  for (const slice of sliceLines(bytes))
    for (const line of slice) if (readNginxErrorLine(line, CONTEXT) !== undefined) read++;
  return read;
}

/** The verb of the read script as the serve loop runs it, over all of the file. */
function filterOf(access: string): string {
  const window = `${END_S - 7 * 86_400} ${END_S}`;
  return `for part in ${READ_SCRIPT}/[0-8]*.sh; do . "$part"; done; ask_access_log ${access} ${window} after-request plain`;
}

/** The first lines of a file. */
function head(path: string, most: number): Buffer {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(most);
  const read = readSync(file, bytes, 0, most, 0);
  return bytes.subarray(0, bytes.lastIndexOf(10, read - 1) + 1);
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

function atLeast(what: string, measured: number, name: string, rival: number, share: number): Goal {
  const million = 1e6;
  return {
    what: `${what}, per core, against ${name}`,
    unit: 'million lines/s',
    measured: measured / million,
    rival: { name, measured: rival / million },
    bound: { atLeast: share },
  };
}
