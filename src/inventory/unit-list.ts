/** A unit that runs Gunicorn on a server. */
export interface RunningUnit {
  readonly unit: string;
  readonly mainPid: number;
  readonly commandLine: string;
}

/** Reads the `unit-list` answer: `unit TAB main-pid TAB command line`, one unit a line. */
export function readUnitList(text: string): RunningUnit[] {
  return text.split('\n', 2_000).flatMap(line => {
    const [unit, pid, ...command] = line.split('\t');
    if (!unit || !/^\d{1,10}$/.test(pid ?? '')) return [];
    return [{ unit, mainPid: Number(pid), commandLine: command.join(' ').trim() }];
  });
}
