import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const BASE = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';

/** Whether real cgroups can be made here: only root can. */
export const canMakeCgroups = ((): boolean => {
  if (process.getuid?.() !== 0) return false;
  const probe = join(BASE, `staunch-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
})();

/** Forks `count` children with the given names and waits; the names are set as prctl(PR_SET_NAME) sets them. */
const FORKING = `import ctypes, os, sys, time
names = [bytes.fromhex(name) for name in sys.argv[2:]]
for at in range(int(sys.argv[1])):
    if os.fork() == 0:
        if at < len(names):
            ctypes.CDLL(None).prctl(15, names[at], 0, 0, 0)
        time.sleep(3600)
print('ready', flush=True)
time.sleep(3600)`;

/** A real cgroup with a real master and real workers in it. */
export class WatchedUnit {
  /** As systemd would say it: a path below the mount. */
  readonly cgroup: string;
  readonly #folder: string;
  #master: ChildProcess | undefined;

  constructor(name: string) {
    this.cgroup = `/staunch-${name}-${process.pid}`;
    this.#folder = `${BASE}${this.cgroup}`;
    mkdirSync(this.#folder);
  }

  get masterPid(): number {
    return this.#master?.pid ?? 0;
  }

  get pids(): readonly number[] {
    return readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map(Number);
  }

  /** Starts a master that forks workers, some with names of their own (latin-1). */
  async start(count: number, names: readonly string[] = []): Promise<void> {
    const words = names.map(name => Buffer.from(name, 'latin1').toString('hex'));
    // The shell joins the cgroup before it becomes the master: so do all workers.
    const script = 'echo $$ > "$0/cgroup.procs"; exec python3 -c "$@"';
    const master = spawn('/bin/sh', ['-c', script, this.#folder, FORKING, String(count), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#master = master;
    await new Promise<void>((resolve, reject) => {
      master.stdout?.once('data', () => resolve());
      master.once('exit', () => reject(new Error('the master ended')));
    });
  }

  /** Moves a process into a cgroup below, as a unit with Delegate= does. */
  delegate(pid: number): void {
    const below = join(this.#folder, 'below');
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, 'cgroup.procs'), String(pid));
  }

  async stop(): Promise<void> {
    const below = join(this.#folder, 'below');
    const all = [
      ...this.pids,
      ...(existsSync(below) ? readFileSync(join(below, 'cgroup.procs'), 'utf8').trim().split('\n') : []),
    ];
    for (const pid of all.filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
    for (let tries = 0; tries < 100; tries++) {
      try {
        if (existsSync(below)) rmdirSync(below);
        rmdirSync(this.#folder);
        return;
      } catch {
        await pause(20);
      }
    }
  }
}
