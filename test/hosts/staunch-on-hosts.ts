import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Host, readerKey } from './lab.ts';

const DAY_MS = 86_400_000;

/** What the process is told. */
export interface StaunchOnHosts {
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly knownHost: string;
    readonly channel: string;
  }[];
  readonly identityFile: string;
  /** How many minutes of the watch pass in a real one; 1 is the machine's own clock. */
  readonly atPace: number;
  /** How long ago the watch begins, when its minutes pass faster. */
  readonly beginsAgoMs: number;
  /** The key that reaches the helper, where servers may be changed. */
  readonly applyIdentityFile?: string;
}

/** What a person does in the practice Slack; or time that nothing but Staunch waits for passes. */
export type Doing =
  | { readonly skip: { readonly ms: number } }
  | { readonly say: { readonly as: string; readonly channel: string; readonly text: string } }
  | {
      readonly press: {
        readonly as: string;
        readonly channel: string;
        readonly ts: string;
        readonly actionId: string;
      };
    }
  /** The modal that is open for the person; `values` by block. */
  | { readonly submit: { readonly as: string; readonly values: Readonly<Record<string, string>> } };

/** A message as it was when it was new or had changed. */
export interface Shown {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly files: number;
  /** By the machine's clock. */
  readonly realMs: number;
}

/** The whole of Staunch over real hosts, in a process of its own on their network, each host in a channel of its own. */
export class RunningStaunch {
  readonly shown: Shown[] = [];
  readonly logged: { readonly level: string; readonly msg: string }[] = [];
  samples = 0;
  readonly #child: ChildProcess;

  constructor(
    hosts: readonly (readonly [Host, string])[],
    atPace: number,
    more: Partial<Pick<StaunchOnHosts, 'applyIdentityFile' | 'beginsAgoMs'>> = {},
  ) {
    const told: StaunchOnHosts = {
      hosts: hosts.map(([{ name, address, knownHost }, channel]) => ({
        name,
        address,
        knownHost,
        channel,
      })),
      identityFile: readerKey,
      atPace,
      beginsAgoMs: DAY_MS,
      ...more,
    };
    const script = join(import.meta.dirname, 'lab', 'lab.sh');
    const program = fileURLToPath(new URL('./staunch-process.ts', import.meta.url));
    this.#child = spawn(script, ['exec', process.execPath, program, JSON.stringify(told)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', line => {
      const { message, logged, samples, realMs } = JSON.parse(line);
      if (message) this.shown.push({ ...message, realMs });
      if (logged) this.logged.push(logged);
      if (samples) this.samples = samples;
    });
  }

  /** Somebody does something in the practice Slack, or time passes. */
  do(doing: Doing): void {
    this.#child.stdin?.write(`${JSON.stringify(doing)}\n`);
  }

  /** The newest look of a message that shows this. */
  latest(channel: string, text: RegExp): Shown | undefined {
    return this.shown.findLast(message => message.channel === channel && text.test(message.text));
  }

  /** The first time that a message of the channel showed this. */
  find(channel: string, text: RegExp): Shown | undefined {
    return this.shown.find(message => message.channel === channel && text.test(message.text));
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
