import { join } from 'node:path';
import { CpuGroup } from '../cpu-group.ts';
import { isInstalled, run } from '../programs.ts';
import { nameOf, type SshdFleet } from './fleet-of-sshd.ts';

/** A way to ask so many servers for a file; answers with all that came back. */
export interface Rival {
  readonly name: string;
  /** Slow ones sit out some rounds. */
  readonly rounds?: number;
  ask(count: number): Promise<string>;
}

export const LOOP = 'OpenSSH, one call each (curve25519)';
export const MASTERS = 'OpenSSH, kept connections (ControlMaster)';
const CLUSH_WINDOW = '64';

/** What people use instead, each in the cgroup that counts its CPU. */
export class Rivals implements AsyncDisposable {
  readonly group = new CpuGroup('client');
  readonly all: readonly Rival[];
  readonly #fleet: SshdFleet;
  readonly #masters: string;

  constructor(fleet: SshdFleet) {
    this.#fleet = fleet;
    this.#masters = fleet.configWith('ssh_config_masters', [
      `ControlPath ${fleet.folder}/m-%n`,
      'ControlMaster auto',
      'ControlPersist 600',
    ]);
    const { file, config } = fleet;
    const each = (count: number) => Array.from({ length: count }, (_, at) => nameOf(at)).join('\n');
    const loop = (settings: string) => (count: number) =>
      this.#run([
        'sh',
        '-c',
        `printf '%s\\n' "$1" | xargs -P 50 -I{} ssh -F ${settings} {} cat ${file}`,
        'sh',
        each(count),
      ]);
    this.all = [
      { name: LOOP, ask: loop(config) },
      { name: MASTERS, ask: loop(this.#masters) },
      ...(isInstalled('clush')
        ? [
            {
              name: 'ClusterShell (clush -f 64)',
              ask: (count: number) =>
                this.#run([
                  ...['clush', '-q', '-N', '-f', CLUSH_WINDOW, '-w', each(count).replaceAll('\n', ',')],
                  ...['-o', `-F ${config}`, `cat ${file}`],
                ]),
            },
          ]
        : []),
      ...(isInstalled('ansible')
        ? [
            {
              name: 'Ansible ad hoc (forks 50, kept connections)',
              rounds: 3,
              ask: (count: number) => this.ansible(count),
            },
          ]
        : []),
    ];
  }

  /** Opens the connections that ControlMaster keeps. */
  async openMasters(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, at) => nameOf(at));
    await Promise.all(names.map(name => this.#run(['ssh', '-F', this.#masters, name, 'true'])));
  }

  ansible(count: number): Promise<string> {
    const hosts = Array.from({ length: count }, (_, at) => nameOf(at)).join(',');
    return this.#run(
      ['ansible', hosts, '-i', this.#fleet.inventory, '-m', 'raw', '-a', `cat ${this.#fleet.file}`],
      {
        ...process.env,
        ...ansibleSettings(this.#fleet),
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Those that keep connections stay behind their callers.
    for (const pid of this.group.pids) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // gone meanwhile
      }
    }
    await this.group.remove();
  }

  async #run(words: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string> {
    const [file, args] = this.group.command(words);
    return (await run(file, args, environment)).out;
  }
}

/** As fast as Ansible goes: pipelining, kept connections, no facts, plain output. */
export function ansibleSettings(fleet: SshdFleet): NodeJS.ProcessEnv {
  return {
    ANSIBLE_FORKS: '50',
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_GATHERING: 'explicit',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_LOCAL_TEMP: join(fleet.folder, 'ansible'),
    ANSIBLE_SSH_ARGS: `-F ${fleet.config} -o ControlMaster=auto -o ControlPersist=600 -o ControlPath=${fleet.folder}/a-%n`,
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
  };
}
