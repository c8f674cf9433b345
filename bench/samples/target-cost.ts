import { execFile, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadReadScript } from '../../src/adapters/ssh/read-script.ts';
import { SshSource } from '../../src/adapters/ssh/ssh-source.ts';
import { Rig } from '../../test/adapters/ssh/sshd-rig.ts';

const WORKERS = 50;
const LINES_A_MINUTE = 1_000;
const run = promisify(execFile);

/**
 * What one minute's sample of 50 workers costs the watched server: CPU of sshd and everything it starts, counted by
 * the kernel in a cgroup of its own, against `ps -o` over a kept OpenSSH connection. As root, with python3.
 */
export async function measureTarget(say: (text: string) => void, sampleCount = 40): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('This measures by cgroups: run it as root.');
  const version1 = existsSync('/sys/fs/cgroup/cpuacct');
  const cpuGroup = `/sys/fs/cgroup/${version1 ? 'cpuacct/' : ''}staunch-cost`;
  const unit = '/staunch-cost-unit';
  const unitGroup = `/sys/fs/cgroup${version1 ? '/memory' : ''}${unit}`;
  for (const group of [cpuGroup, unitGroup]) mkdirSync(group, { recursive: true });

  /** Microseconds of CPU that the group has used. */
  function cpuUs(): number {
    if (version1) return Number(readFileSync(join(cpuGroup, 'cpuacct.usage'), 'utf8')) / 1000;
    return Number(/usage_usec (\d+)/.exec(readFileSync(join(cpuGroup, 'cpu.stat'), 'utf8'))?.[1]);
  }

  const rig = new Rig();
  const sshd = await rig.sshd();
  writeFileSync(join(cpuGroup, 'cgroup.procs'), String(sshd.pid));
  // A master with 50 children, as a preloading Gunicorn has them.
  const program = `import os, time
held = bytearray(os.urandom(4096) * 5000)
print(os.getpid(), flush=True)
for _ in range(${WORKERS}):
    if os.fork() == 0:
        own = bytearray(os.urandom(4096) * 2000)
        time.sleep(3600)
time.sleep(3600)`;
  const master = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  writeFileSync(join(unitGroup, 'cgroup.procs'), String(master.pid));
  await new Promise(resolve => master.stdout.once('data', resolve));
  await new Promise(resolve => setTimeout(resolve, 3_000));
  const pids = readFileSync(join(unitGroup, 'cgroup.procs'), 'utf8').trim().split('\n');

  const log = join(rig.folder, 'access.log');
  const line = `203.0.113.9 - - [22/Nov/2026:10:13:15 +0000] "GET /cart/items?page=2 HTTP/1.1" 200 5120 "https://shop.example.net/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" rt=0.120 us="200"\n`;
  writeFileSync(log, line.repeat(100_000));

  const server = rig.server(sshd);
  const source = new SshSource({ script: await loadReadScript() });
  const never = new AbortController().signal;
  const limits = { timeoutMs: 10_000, maxBytes: 256 * 1024 };
  const ask = async (args: readonly string[]) => {
    const [answer] = await source.ask(server, [{ verb: 'watch-sample', args, limits }], never);
    if (!answer?.ok || answer.exitCode !== 0) throw new Error(JSON.stringify(answer));
    return Buffer.from(answer.bytes).toString();
  };

  const control = join(rig.folder, 'control');
  const ssh = (...words: string[]) =>
    run('ssh', [
      ...['-F', 'none', '-S', control, '-i', rig.keyFile, '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-p', String(sshd.port)],
      ...words,
    ]);
  await ssh('-M', '-f', '-N', '-o', 'ControlPersist=yes', `${rig.user}@127.0.0.1`);

  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  async function cost(act: () => Promise<number>): Promise<{ ms: number; bytes: number; clientMs: number }> {
    const spent: number[] = [];
    const client: number[] = [];
    let bytes = 0;
    for (let sample = 0; sample < sampleCount; sample++) {
      const before = cpuUs();
      const own = process.cpuUsage();
      bytes = await act();
      await new Promise(resolve => setTimeout(resolve, 20));
      spent.push((cpuUs() - before) / 1000);
      const used = process.cpuUsage(own);
      client.push((used.user + used.system) / 1000);
    }
    return { ms: median(spent), bytes, clientMs: median(client) };
  }

  let cursor = ['-', '0'];
  const read = /^log 1 (?:read|begun) (\S+) (\d+)/m;
  const withLog = (lines: number) => async () => {
    appendFileSync(log, line.repeat(lines));
    const text = await ask([unit, '-', log, 'after-request', ...cursor]);
    const [, file = '-', offset = '0'] = read.exec(text) ?? [];
    cursor = [file, offset];
    return text.length;
  };
  await withLog(0)();

  const rows = {
    'nothing at all (20 ms)': await cost(async () => 0),
    'watch-sample, processes and memory': await cost(async () => (await ask([unit, '-'])).length),
    'watch-sample, idle log': await cost(withLog(0)),
    [`watch-sample, ${LINES_A_MINUTE} new lines`]: await cost(withLog(LINES_A_MINUTE)),
    'watch-sample, 20000 new lines': await cost(withLog(20_000)),
    'clock (floor of a question)': await cost(async () => {
      const [answer] = await source.ask(server, [{ verb: 'clock', args: [], limits }], never);
      return answer?.ok ? answer.bytes.length : 0;
    }),
    'worker-table': await cost(async () => {
      const [answer] = await source.ask(server, [{ verb: 'worker-table', args: [unit], limits }], never);
      return answer?.ok ? answer.bytes.length : 0;
    }),
    'ps -o over ControlMaster': await cost(
      async () =>
        (await ssh(`${rig.user}@127.0.0.1`, `ps -o pid,ppid,rss,lstart -p ${pids.join(',')}`)).stdout.length,
    ),
  };
  say(`target ms CPU | client ms CPU | bytes | ${WORKERS} workers, median of ${sampleCount}`);
  for (const [name, { ms, bytes, clientMs }] of Object.entries(rows))
    say(
      `${ms.toFixed(2).padStart(13)} | ${clientMs.toFixed(2).padStart(13)} | ${String(bytes).padStart(5)} | ${name}`,
    );
  const idleFrom = cpuUs();
  await new Promise(resolve => setTimeout(resolve, 60_000));
  say(`a minute of two kept, idle connections: ${((cpuUs() - idleFrom) / 1000).toFixed(2)} ms CPU`);

  await source.close();
  await ssh('-O', 'exit', `${rig.user}@127.0.0.1`).catch(() => undefined);
  for (const pid of pids) if (Number(pid) !== master.pid) process.kill(Number(pid), 'SIGKILL');
  master.kill('SIGKILL');
  await rig.stop();
  await new Promise(resolve => setTimeout(resolve, 500));
  for (const group of [cpuGroup, unitGroup]) rmdirSync(group);
}
