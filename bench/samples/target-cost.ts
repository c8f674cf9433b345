import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Question, ReadVerb } from '../../src/collectors/question.ts';
import { contest } from '../contest.ts';
import type { Goal, Say, Table } from '../part.ts';
import { SshTarget } from '../ssh-target.ts';

const WORKERS = 50;
const LINES_A_MINUTE = 1_000;
const ROUNDS = 21;
const IDLE_S = 20;
const PS = 'ps -o, OpenSSH kept connection';
const MINUTE = `a minute of the watch, ${LINES_A_MINUTE} new lines`;
const BARE = 'a minute of the watch, no log';
const LINE =
  '203.0.113.9 - - [22/Nov/2026:10:13:15 +0000] "GET /cart/items?page=2 HTTP/1.1" 200 5120 "https://shop.example.net/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" rt=0.120 us="200"\n';

/**
 * What one minute's sample of 50 workers costs the watched server: CPU of sshd and everything it starts, against
 * `ps -o` over a kept OpenSSH connection. As root, with python3.
 */
export async function measureTarget(
  say: Say,
): Promise<{ readonly table: Table; readonly goals: readonly Goal[] }> {
  say('50 workers, sampled over SSH');
  await using target = await SshTarget.start();
  await using unit = await WorkersUnit.start();
  const log = join(target.rig.folder, 'access.log');
  writeFileSync(log, LINE.repeat(100_000));
  const limits = { timeoutMs: 10_000, maxBytes: 256 * 1024 };
  const question = (verb: ReadVerb, ...args: string[]): Question => ({ verb, args, limits });
  const ask = async (of: Question) => {
    const { answer, ...cost } = await target.ask(of);
    if (answer.exitCode !== 0) throw new Error(`${of.verb}: ${answer.complaint}`);
    return { text: Buffer.from(answer.bytes).toString(), ...cost };
  };
  let cursor = ['-', '0'];
  const withLog = (lines: number) => async () => {
    appendFileSync(log, LINE.repeat(lines));
    const asked = await ask(question('watch-sample', unit.cgroup, '-', log, 'after-request', ...cursor));
    const [, file = '-', offset = '0'] = /^log 1 (?:read|begun) (\S+) (\d+)/m.exec(asked.text) ?? [];
    cursor = [file, offset];
    return asked;
  };
  await withLog(0)();
  const ps = `ps -o pid,ppid,rss,lstart -p ${unit.pids.join(',')}`;
  const medians = await contest<'targetMs' | 'wallMs' | 'sentBytes'>(
    [
      { name: PS, turn: () => target.command(ps) },
      { name: MINUTE, turn: withLog(LINES_A_MINUTE) },
      { name: BARE, turn: () => ask(question('watch-sample', unit.cgroup, '-')) },
      { name: 'a minute of the watch, 20,000 new lines', turn: withLog(20_000) },
      { name: 'the clock: least of all questions', turn: () => ask(question('clock')) },
      { name: 'worker-table of a diagnosis', turn: () => ask(question('worker-table', unit.cgroup)) },
      { name: 'nothing: ssh true', turn: () => target.command('true') },
    ],
    ROUNDS,
  );
  const before = target.group.usedMs;
  await wait(IDLE_S * 1000);
  // Of both kept connections; Staunch's alone is less.
  const keepaliveMs = ((target.group.usedMs - before) * 60) / IDLE_S;
  const cpu = (name: string) => medians.get(name)?.targetMs ?? Number.NaN;
  return {
    table: {
      title: `${WORKERS} workers, a sample`,
      columns: ['CPU ms at the target', 'wall ms', 'bytes'],
      rows: [
        ...[...medians].map(([name, { targetMs, wallMs, sentBytes }]) => ({
          name,
          values: [targetMs, wallMs, sentBytes],
        })),
        { name: 'a minute of kept, idle connections', values: [keepaliveMs, undefined, undefined] },
      ],
    },
    goals: [
      {
        what: `CPU at the target: ${WORKERS} workers a minute with ${LINES_A_MINUTE} new lines, sshd and keepalives included`,
        unit: 'ms',
        measured: cpu(MINUTE) + keepaliveMs,
        bound: { atMost: 10 },
        hard: true,
      },
      {
        what: `CPU at the target: a sample of ${WORKERS} workers`,
        unit: 'ms',
        measured: cpu(BARE),
        rival: { name: PS, measured: cpu(PS) },
        bound: { atMost: 1 / 5 },
      },
    ],
  };
}

/** A master with 50 children in a cgroup of their own, as a preloading Gunicorn has them. */
class WorkersUnit implements AsyncDisposable {
  readonly cgroup: string;
  readonly pids: readonly number[];
  readonly #folder: string;

  private constructor(folder: string, cgroup: string) {
    this.#folder = folder;
    this.cgroup = cgroup;
    this.pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n').map(Number);
  }

  static async start(): Promise<WorkersUnit> {
    const cgroup = `/staunch-bench-unit-${process.pid}`;
    const root = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const folder = `${root}${cgroup}`;
    mkdirSync(folder);
    const program = `import os, sys, time
sys.stdin.readline()
held = bytearray(os.urandom(4096) * 5000)
for _ in range(${WORKERS}):
    if os.fork() == 0:
        own = bytearray(os.urandom(4096) * 2000)
        time.sleep(600)
print("ready", flush=True)
time.sleep(600)`;
    const master = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    writeFileSync(join(folder, 'cgroup.procs'), String(master.pid));
    master.stdin.write('go\n');
    await once(master.stdout, 'data');
    // Until each has touched its own memory.
    await wait(2_000);
    return new WorkersUnit(folder, cgroup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone meanwhile
      }
    }
    for (
      let tries = 0;
      readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8') !== '' && tries < 40;
      tries++
    )
      await wait(50);
    rmdirSync(this.#folder);
  }
}
