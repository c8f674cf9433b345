import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Unmeasurable } from './part.ts';

const VERSION_1 = '/sys/fs/cgroup/cpuacct';
const CLEAR_TRIES = 40;

/**
 * A cgroup that counts the CPU of all processes in it and all they start, also of those that are gone: the only fair
 * count of what a command costs that forks. Needs root.
 */
export class CpuGroup {
  readonly #folder: string;
  readonly #counts: 'cpuacct' | 'cpu.stat';

  constructor(name: string) {
    this.#counts = existsSync(VERSION_1) ? 'cpuacct' : 'cpu.stat';
    const root = this.#counts === 'cpuacct' ? VERSION_1 : '/sys/fs/cgroup';
    this.#folder = join(root, `staunch-bench-${process.pid}-${name}`);
    try {
      mkdirSync(this.#folder);
    } catch (error) {
      throw new Unmeasurable(`CPU is counted in a cgroup, which takes root: ${(error as Error).message}`);
    }
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, 'cgroup.procs'), String(pid));
  }

  /** The command that runs `words` in this group; its own cost is that of one `sh`. */
  command(words: readonly string[]): [file: string, args: string[]] {
    const enter = `echo $$ >'${join(this.#folder, 'cgroup.procs')}'; exec "$@"`;
    return ['/bin/sh', ['-c', enter, 'sh', ...words]];
  }

  /** CPU used so far, in ms. */
  get usedMs(): number {
    if (this.#counts === 'cpuacct')
      return Number(readFileSync(join(this.#folder, 'cpuacct.usage'), 'utf8')) / 1e6;
    const stat = readFileSync(join(this.#folder, 'cpu.stat'), 'utf8');
    return Number(/usage_usec (\d+)/.exec(stat)?.[1]) / 1000;
  }

  get pids(): readonly number[] {
    const text = readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  }

  /** To be called when its processes were ended. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < CLEAR_TRIES && this.pids.length > 0; tries++) await wait(50);
    rmdirSync(this.#folder);
  }
}
