import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UnitSample } from '../../src/growth/worker-sample.ts';
import type { WatchEvent } from '../../src/workflows/watch-events.ts';
import type { Host } from './lab.ts';
import { readerKey } from './lab.ts';

/** What the watching process is told. */
export interface Watching {
  readonly unit: string;
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly knownHost: string }[];
  readonly user: 'readonly' | 'limited';
  readonly identityFile: string;
  /** 1: a minute is a minute. More: so many times as fast. */
  readonly atPace: number;
}

/** Something that the watch told, and when it did by the machine's clock. */
export interface Told<T> {
  readonly what: T;
  readonly realMs: number;
}

/** A watch over real hosts, in a process of its own on their network. */
export class HostWatch {
  readonly samples: Told<UnitSample>[] = [];
  readonly events: Told<WatchEvent>[] = [];
  readonly logged: string[] = [];
  readonly #child: ChildProcess;

  constructor(hosts: readonly Host[], user: Watching['user'], atPace: number) {
    const watching: Watching = {
      unit: 'checkout.service',
      hosts: hosts.map(({ name, address, knownHost }) => ({ name, address, knownHost })),
      user,
      identityFile: readerKey,
      atPace,
    };
    const script = join(import.meta.dirname, 'lab', 'lab.sh');
    const program = fileURLToPath(new URL('./watching-process.ts', import.meta.url));
    this.#child = spawn(script, ['exec', process.execPath, program, JSON.stringify(watching)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', line => {
      const { sample, event, logged, realMs } = JSON.parse(line);
      if (sample) this.samples.push({ what: sample, realMs });
      if (event) this.events.push({ what: event, realMs });
      if (logged) this.logged.push(line);
    });
  }

  samplesOf(server: string): readonly UnitSample[] {
    return this.samples.flatMap(({ what }) => (what.server === server ? [what] : []));
  }

  killOf(server: string) {
    return this.events.find(({ what }) => what.kind === 'kill-seen' && what.server === server);
  }

  /** Waits until the condition holds, at most so long; whether it does. */
  async until(condition: () => boolean, seconds: number): Promise<boolean> {
    for (const endMs = Date.now() + seconds * 1000; Date.now() < endMs; await pause(250))
      if (condition()) return true;
    return condition();
  }

  async stop(): Promise<void> {
    const gone = new Promise(resolve => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.kill()) await gone;
  }
}
