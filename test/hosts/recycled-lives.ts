import type { Host, Load } from './lab.ts';

/** Workers that Gunicorn recycled, each seen from its start to its last request. */
export interface RecycledLives {
  readonly count: number;
  readonly meanSeconds: number;
}

/** The whole lives of workers that were started after a moment, epoch ms, as the unit's journal tells them. */
export async function recycledSince(host: Host, unit: string, sinceMs: number): Promise<RecycledLives> {
  const journal = await host.root(`journalctl -u ${unit} --no-pager -o short-unix`);
  const bornMs = new Map<string, number>();
  const lives: number[] = [];
  for (const line of journal.split('\n')) {
    const atMs = Number(line.slice(0, line.indexOf(' '))) * 1000;
    const born = /Booting worker with pid: (\d+)/.exec(line)?.[1];
    if (born !== undefined && atMs >= sinceMs) bornMs.set(born, atMs);
    const leaving = /\[(\d+)\] \[INFO\] Autorestarting worker/.exec(line)?.[1];
    const since = leaving === undefined ? undefined : bornMs.get(leaving);
    if (since !== undefined) lives.push((atMs - since) / 1000);
  }
  const sum = lives.reduce((total, life) => total + life, 0);
  return { count: lives.length, meanSeconds: sum / lives.length };
}

/** Resident memory of the master and of its largest worker, in bytes. */
export async function residentBytes(host: Host, unit: string): Promise<{ master: number; worker: number }> {
  const told = await host.root(
    `main=$(systemctl show -P MainPID ${unit}); ps -o rss= -p $main; ps -o rss= --ppid $main | sort -n | tail -n 1`,
  );
  const [master = Number.NaN, worker = Number.NaN] = told
    .trim()
    .split('\n')
    .map(kilobytes => Number(kilobytes) * 1024);
  return { master, worker };
}

/** Longer than this no single piece of load lasts. */
const PIECE_SECONDS = 60;

/** Steady load for so long: how many requests ended with which status. */
export async function steadily(
  host: Host,
  load: Omit<Load, 'requests' | 'seconds'>,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  const statuses: Record<string, number> = {};
  for (let left = seconds; left > 0; left -= PIECE_SECONDS) {
    const piece = Math.min(left, PIECE_SECONDS);
    const requests = Math.ceil(load.perSecond * piece);
    const seen = await host.load({ ...load, requests, seconds: piece + PIECE_SECONDS });
    for (const [status, count] of Object.entries(seen)) statuses[status] = (statuses[status] ?? 0) + count;
  }
  return statuses;
}
