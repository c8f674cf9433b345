import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { goalLine, resultsPage, tableLines } from './figures.ts';
import { type Part, Unmeasurable } from './part.ts';
import { PARTS } from './parts.ts';
import { machineName, type Results, type RunResult, readResults, withRun, writeResults } from './results.ts';

/**
 * `npm run bench` measures Staunch beside what people would use instead, `npm run bench -- fanout samples` some parts
 * of it. Writes bench/results.json and the figures of docs/performance.md. Exit status 0 whatever the figures are, 1
 * when something could not be measured, 2 for an unknown part.
 */
const RESULTS = fileURLToPath(new URL('results.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const BEGIN = '<!-- figures: npm run bench writes what is between these lines -->';
const END = '<!-- end of figures -->';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

async function runOf(part: Part): Promise<RunResult> {
  const began = performance.now();
  const [loadBefore = 0] = loadavg();
  const measured = await part.measure(text => say(`  ${text}`));
  return {
    at: new Date().toISOString(),
    tookS: (performance.now() - began) / 1000,
    loadBefore,
    machine: machineName(),
    ...measured,
  };
}

function tell({ tables, goals, leftOut, tookS }: RunResult): void {
  for (const text of leftOut) say(`  left out: ${text}`);
  for (const table of tables) for (const line of tableLines(table)) say(`  ${line}`);
  for (const goal of goals) say(`  ${goalLine(goal)}`);
  say(`  ${tookS.toFixed(0)} s`);
}

function keep(results: Results): void {
  writeResults(RESULTS, results);
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${resultsPage(results)}\n${END}${after}`);
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter(name => !PARTS.some(part => part.name === name));
  if (unknown.length > 0) {
    complain(`There is no part ${unknown.join(', ')}. Parts:`);
    for (const { name, about } of PARTS) complain(`  ${name.padEnd(10)} ${about}`);
    return 2;
  }
  const chosen = names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name));
  let results = readResults(RESULTS);
  let unmeasured = 0;
  for (const part of chosen) {
    say(`${part.name}: ${part.about}`);
    try {
      const run = await runOf(part);
      tell(run);
      results = withRun(results, part.name, run);
      keep(results);
    } catch (error) {
      unmeasured++;
      complain(
        `  ${part.name} could not be measured: ${error instanceof Unmeasurable ? error.message : (error as Error).stack}`,
      );
    }
  }
  return unmeasured > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
