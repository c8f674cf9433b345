import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadReadScript } from '../src/adapters/ssh/read-script.ts';
import { SshSource } from '../src/adapters/ssh/ssh-source.ts';
import type { Answer, Question } from '../src/collectors/question.ts';
import { Rig, type Sshd } from '../test/adapters/ssh/sshd-rig.ts';
import { CpuGroup } from './cpu-group.ts';
import { type Ran, run } from './programs.ts';

/** Until the last process of a turn is gone and counted. */
const SETTLE_MS = 25;
const NEVER = new AbortController().signal;

/** What one turn cost. */
export interface Cost {
  readonly wallMs: number;
  /** At the server: sshd and everything it started. */
  readonly targetMs: number;
  /** Bytes that came back. */
  readonly sentBytes: number;
  /** Bytes that sshd and everything it started have read, from pipes and sockets too. */
  readonly readBytes: number;
}

/** A real sshd whose CPU is counted, asked over a kept connection of each side. */
export class SshTarget implements AsyncDisposable {
  readonly rig: Rig;
  readonly sshd: Sshd;
  readonly group: CpuGroup;
  readonly source: SshSource;
  readonly #control: string;

  private constructor(rig: Rig, sshd: Sshd, group: CpuGroup, source: SshSource) {
    this.rig = rig;
    this.sshd = sshd;
    this.group = group;
    this.source = source;
    this.#control = join(rig.folder, 'control');
  }

  static async start(): Promise<SshTarget> {
    const group = new CpuGroup('target');
    const rig = new Rig();
    const sshd = await rig.sshd();
    group.add(sshd.pid);
    const target = new SshTarget(rig, sshd, group, new SshSource({ script: await loadReadScript() }));
    await target.#openssh(['-M', '-f', '-N', '-o', 'ControlPersist=yes'], []);
    return target;
  }

  /** A question of Staunch over its standing channel. */
  async ask(question: Question): Promise<Cost & { readonly answer: Extract<Answer, { ok: true }> }> {
    let told: Extract<Answer, { ok: true }> | undefined;
    const cost = await this.#cost(async () => {
      const [answer] = await this.source.ask(this.rig.server(this.sshd), [question], NEVER);
      if (!answer?.ok) throw new Error(`${question.verb}: ${answer?.detail}`);
      told = answer;
      return answer.bytes.length;
    });
    if (told === undefined) throw new Error(`${question.verb} was not answered`);
    return { ...cost, answer: told };
  }

  /** A command over OpenSSH's kept connection (ControlMaster). */
  async command(text: string): Promise<Cost & { readonly out: string }> {
    let out = '';
    const cost = await this.#cost(async () => {
      ({ out } = await this.#openssh([], [text]));
      return out.length;
    });
    return { ...cost, out };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
    await this.#openssh(['-O', 'exit'], []).catch(() => undefined);
    await this.rig.stop();
    await this.group.remove();
  }

  async #cost(act: () => Promise<number>): Promise<Cost> {
    const [cpu, read] = [this.group.usedMs, this.#readBytes()];
    const began = performance.now();
    const sentBytes = await act();
    const wallMs = performance.now() - began;
    await wait(SETTLE_MS);
    return { wallMs, targetMs: this.group.usedMs - cpu, sentBytes, readBytes: this.#readBytes() - read };
  }

  /** A process inherits the figures of each child that it has waited for. */
  #readBytes(): number {
    return this.group.pids.reduce((sum, pid) => sum + readOf(pid), 0);
  }

  #openssh(options: readonly string[], command: readonly string[]): Promise<Ran> {
    const { rig, sshd } = this;
    return run('ssh', [
      ...['-F', 'none', '-S', this.#control, '-i', rig.keyFile, '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-p', String(sshd.port)],
      ...options,
      `${rig.user}@${sshd.host}`,
      ...command,
    ]);
  }
}

function readOf(pid: number): number {
  try {
    return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // gone meanwhile
  }
}
