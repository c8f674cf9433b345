import { type Goal, judged, type Table } from './part.ts';
import { type Results, RUNS_KEPT, type RunResult } from './results.ts';

/** A number with about three digits. */
export function figure(value: number | null | undefined): string {
  if (value == null || Number.isNaN(value)) return '-';
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en-US');
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}

function boundOf({ bound, rival, unit }: Goal): string {
  const [word, value] = 'atMost' in bound ? ['at most', bound.atMost] : ['at least', bound.atLeast];
  return rival === undefined ? `${word} ${figure(value)} ${unit}` : `${word} ${figure(value)} of it`;
}

/** A goal for the terminal. */
export function goalLine(goal: Goal): string {
  const { figure: value, met } = judged(goal);
  const { what, unit, measured, rival, hard } = goal;
  const against = rival ? `, ${figure(value)} of ${rival.name} (${figure(rival.measured)})` : '';
  return `${met ? 'met   ' : 'MISSED'}  ${what}: ${figure(measured)} ${unit}${against}; goal ${boundOf(goal)}${hard ? ', hard' : ''}`;
}

/** A table for the terminal. */
export function tableLines({ title, columns, rows }: Table): string[] {
  const cells = [['', ...columns], ...rows.map(({ name, values }) => [name, ...values.map(figure)])];
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map(row => (row[at] ?? '').length))) ?? [];
  const lines = cells.map(row =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  return [title, ...lines.map(line => `  ${line}`)];
}

const row = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** The goals and tables of the last runs as Markdown. */
export function resultsPage(results: Results): string {
  const parts = Object.entries(results).filter(([, runs]) => runs.length > 0);
  const goals = parts.flatMap(([part, runs]) => goalRows(part, runs));
  return [
    row(['part', 'what', 'Staunch', 'against', 'goal', `last ${RUNS_KEPT} runs`, 'met']),
    row(['---', '---', '--:', '---', '---', '---', '---']),
    ...goals,
    '',
    ...parts.flatMap(([part, runs]) => tablesOf(part, runs)),
  ].join('\n');
}

function goalRows(part: string, runs: readonly RunResult[]): string[] {
  const last = runs.at(-1);
  return (last?.goals ?? []).map(goal => {
    const same = runs.flatMap(run => run.goals.filter(({ what }) => what === goal.what)).map(judged);
    const met = same.filter(one => one.met).length;
    return row([
      part,
      goal.hard ? `**${goal.what}**` : goal.what,
      `${figure(goal.measured)} ${goal.unit}`,
      goal.rival ? `${goal.rival.name}: ${figure(goal.rival.measured)} ${goal.unit}` : '',
      boundOf(goal),
      same.map(one => figure(one.figure)).join(', '),
      met === same.length ? 'yes' : met === 0 ? '**no**' : `**${met} of ${same.length}**`,
    ]);
  });
}

function tablesOf(part: string, runs: readonly RunResult[]): string[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  return [
    `### ${part}`,
    '',
    `${last.at.slice(0, 16).replace('T', ' ')} UTC, ${last.machine}; load average before: ${figure(last.loadBefore)}.`,
    ...last.leftOut.map(text => `Left out: ${text}.`),
    '',
    ...last.tables.flatMap(({ title, columns, rows }) => [
      row([title, ...columns]),
      row(['---', ...columns.map(() => '--:')]),
      ...rows.map(({ name, values }) => row([name, ...values.map(figure)])),
      '',
    ]),
  ];
}
