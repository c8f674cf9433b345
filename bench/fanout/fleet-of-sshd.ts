import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadReadScript, type ReadScript } from '../../src/adapters/ssh/read-script.ts';
import type { Server } from '../../src/inventory/registry.ts';
import { Rig, type Sshd } from '../../test/adapters/ssh/sshd-rig.ts';
import { CpuGroup } from '../cpu-group.ts';

/** What each server answers with. */
export const ANSWER_BYTES = 20_000;
const READ_SCRIPT = resolve(import.meta.dirname, '../../target/read');
const SERVERS = 50;

/** Real sshd on loopback, each a server of its own, with everything its rivals need to reach them. */
export class SshdFleet implements AsyncDisposable {
  readonly servers: readonly Server[];
  /** CPU of all servers. */
  readonly group: CpuGroup;
  /** What a server is asked for. */
  readonly file: string;
  /** OpenSSH's settings for `h1` to `h50`: the cheapest key exchange, host keys checked. */
  readonly config: string;
  readonly inventory: string;
  readonly folder: string;
  readonly #rig: Rig;

  private constructor(rig: Rig, sshds: readonly Sshd[], group: CpuGroup) {
    this.#rig = rig;
    this.group = group;
    this.folder = rig.folder;
    this.servers = sshds.map(sshd => rig.server(sshd));
    this.file = join(rig.folder, 'answer.txt');
    writeFileSync(
      this.file,
      'a line of evidence as a server tells it, of some length\n'.repeat(400).slice(0, ANSWER_BYTES),
    );
    this.config = join(rig.folder, 'ssh_config');
    this.inventory = join(rig.folder, 'inventory');
    const known = join(rig.folder, 'known');
    writeFileSync(
      known,
      sshds.map(({ host, port, hostKeyLine }) => `[${host}]:${port} ${hostKeyLine}\n`).join(''),
    );
    writeFileSync(this.config, configOf(rig, sshds, known));
    const names = sshds.map((_, at) => nameOf(at));
    writeFileSync(this.inventory, `[all]\n${names.join('\n')}\n`);
  }

  static async start(): Promise<SshdFleet> {
    const group = new CpuGroup('servers');
    const rig = new Rig();
    const sshds: Sshd[] = [];
    for (let count = 0; count < SERVERS; count++) {
      const sshd = await rig.sshd({ lines: ['MaxStartups 200:30:400'] });
      group.add(sshd.pid);
      sshds.push(sshd);
    }
    return new SshdFleet(rig, sshds, group);
  }

  /** Settings of OpenSSH in which these lines hold first. */
  configWith(name: string, lines: readonly string[]): string {
    const path = join(this.folder, name);
    const first = `Host *\n${lines.map(line => `  ${line}\n`).join('')}`;
    writeFileSync(path, `${first}${readFileSync(this.config, 'utf8')}`);
    return path;
  }

  /** The read script with one more verb that does what the rivals are told to do: `cat` a file. */
  async scriptWithCat(): Promise<ReadScript> {
    const folder = join(this.folder, 'read');
    await mkdir(folder, { recursive: true });
    for (const name of readdirSync(READ_SCRIPT)) symlinkSync(join(READ_SCRIPT, name), join(folder, name));
    // Bounded by what it reads, as the verbs that are asked most.
    const verb = 'ask_bench_cat() { cat "$1"; }\nserve_short="$serve_short bench-cat"\n';
    writeFileSync(join(folder, '80-bench.sh'), verb);
    return loadReadScript(`${folder}/`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rig.stop();
    await this.group.remove();
  }
}

export const nameOf = (at: number) => `h${at + 1}`;

function configOf(rig: Rig, sshds: readonly Sshd[], known: string): string {
  const hosts = sshds.map(({ host, port }, at) => `Host ${nameOf(at)}\n  HostName ${host}\n  Port ${port}\n`);
  return `${hosts.join('')}Host *
  User ${rig.user}
  IdentityFile ${rig.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${known}
  StrictHostKeyChecking yes
  KexAlgorithms curve25519-sha256
  HostKeyAlgorithms ssh-ed25519
  LogLevel ERROR
  BatchMode yes
`;
}
