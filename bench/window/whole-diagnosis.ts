import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Service, USUAL_WARNINGS } from '../../src/inventory/registry.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { investigate } from '../../src/workflows/investigation.ts';
import { median } from '../contest.ts';
import type { Goal, Say, Table } from '../part.ts';
import type { SshTarget } from '../ssh-target.ts';
import { END_S, type WeekLogs } from './week-logs.ts';

const ROUNDS = 5;
const LOOK_EVERY_MS = 4;

/** All questions of a diagnosis over two hours, of a server with a 2 GB access log: what they cost that server. */
export async function diagnosisAtTarget(
  target: SshTarget,
  logs: WeekLogs,
  say: Say,
): Promise<{ readonly table: Table; readonly goals: readonly Goal[] }> {
  say('all questions of a diagnosis');
  const systemd = existsSync('/run/systemd/system') ? 'with systemd' : 'no systemd here';
  const cpuMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = target.group.usedMs;
    await ask(target, logs);
    await wait(50);
    cpuMs.push(target.group.usedMs - before);
  }
  // Looking at memory takes CPU too: it has a run of its own.
  const idle = memoryOf(target.group.pids);
  let most = 0;
  const asking = ask(target, logs).finally(() => {
    asked = true;
  });
  let asked = false;
  while (!asked) {
    most = Math.max(most, memoryOf(target.group.pids) - idle);
    await wait(LOOK_EVERY_MS);
  }
  await asking;
  const ms = median(cpuMs);
  const megabytes = most / 2 ** 20;
  return {
    table: {
      title: `a whole diagnosis of 2 h, at the target (${systemd})`,
      columns: ['CPU ms', 'most memory MB (PSS)'],
      rows: [{ name: 'Staunch', values: [ms, megabytes] }],
    },
    goals: [
      {
        what: 'CPU at the target: a diagnosis of 2 h',
        unit: 'ms',
        measured: ms,
        bound: { atMost: 300 },
        hard: true,
      },
      {
        what: 'memory at the target: a diagnosis of 2 h',
        unit: 'MB',
        measured: megabytes,
        bound: { atMost: 20 },
        hard: true,
      },
    ],
  };
}

async function ask(target: SshTarget, { access, error }: WeekLogs): Promise<void> {
  const server = target.rig.server(target.sshd);
  const service: Service = {
    id: 'checkout',
    unit: 'checkout.service',
    servers: [server],
    nginx: { servers: [server], accessLogs: [access], errorLogs: [error] },
    upstreams: new Map(),
    channels: [],
    warnings: USUAL_WARNINGS,
    changes: USUAL_CHANGES,
  };
  const { caseFile } = await investigate(
    service,
    { fromMs: (END_S - 7_200) * 1000, toMs: END_S * 1000 },
    {
      source: target.source,
      clock: { nowMs: Date.now },
      pause: () => new Promise(resolve => setImmediate(resolve)),
      cancel: new AbortController().signal,
      progress: () => undefined,
    },
  );
  const failed = caseFile.hosts.flatMap(host => host.accessLogs.flatMap(log => log.requests)).length;
  if (failed === 0) throw new Error('The diagnosis found no failed request in its logs.');
}

/** What is theirs alone and their share of the rest, in bytes. */
function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return sum + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024;
    } catch {
      return sum; // gone meanwhile
    }
  }, 0);
}
